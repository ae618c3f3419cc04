//! The world's HTTP face, on a free port of this machine: `POST /graphql`, `GET` of a pull request's files, and OAuth.
//! It must not read the system's clock: every time that it tells is the world's.

mod agree;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::{self, Body};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use url::Url;

use self::agree::Act;
use super::{
    budget::Budget,
    fault::{self, Fault, Whole},
    graphql::{self, Question},
    oauth::{self, OAuth},
    patches,
    world::World,
};
use crate::model::account::AccountId;

const TOKEN: &str = "sample-token";
const LONGEST_QUESTION: usize = 1 << 20;

/// Serves a world until it is dropped.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    base_url: Url,
    accepting: JoinHandle<Infallible>,
}

/// What a client asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// `GET` where it was no question of GraphQL's, and the document is then the address; of OAuth the method and the path.
    pub operation: String,
    pub document: String,
    pub variables: Map<String, Value>,
    /// What GitHub charges for it.
    pub points: u64,
}

#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    oauth: Mutex<OAuth>,
    log: Mutex<Log>,
}

type Deed = Box<dyn FnOnce(&mut World) + Send>;

/// What was asked, and what is planned for the requests to come, by their number.
struct Log {
    asked: Vec<Asked>,
    budget: Budget,
    /// Of the REST API.
    core: Budget,
    faults: BTreeMap<usize, Fault>,
    deeds: BTreeMap<usize, Vec<Deed>>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("asked", &self.asked.len()).field("faults", &self.faults).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// Call it inside a tokio runtime; it ends with that, too.
    pub async fn start(world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = Url::parse(&format!("http://{}", listener.local_addr()?)).map_err(io::Error::other)?;
        let (budget, core) = (Budget::new(world.now), Budget::new(world.now));
        let log = Log { asked: Vec::new(), budget, core, faults: BTreeMap::new(), deeds: BTreeMap::new() };
        let shared = Arc::new(Shared { world: Mutex::new(world), oauth: Mutex::default(), log: Mutex::new(log) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { shared, base_url, accepting })
    }

    /// What `github.base_url` is to be.
    pub fn base_url(&self) -> Url {
        self.base_url.clone()
    }

    /// The one token that it accepts.
    pub fn token(&self) -> SecretString {
        SecretString::from(TOKEN)
    }

    /// The world, which can be looked at and changed. Nobody is answered meanwhile: let go of it before you await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.shared.world)
    }

    /// Spoils the next answer that no fault is planned for yet.
    pub fn fail_next(&self, fault: Fault) {
        let mut log = lock(&self.shared.log);
        let mut at = log.asked.len();
        while log.faults.contains_key(&at) {
            at += 1;
        }
        log.faults.insert(at, fault);
    }

    /// Spoils the answer to the nth request from now; the next is the first.
    pub fn fail_nth(&self, nth: usize, fault: Fault) {
        let mut log = lock(&self.shared.log);
        let at = log.asked.len() + nth.saturating_sub(1);
        log.faults.insert(at, fault);
    }

    /// Changes the world just before the nth request from now is answered.
    pub fn edit_before(&self, nth: usize, deed: impl FnOnce(&mut World) + Send + 'static) {
        let mut log = lock(&self.shared.log);
        let at = log.asked.len() + nth.saturating_sub(1);
        log.deeds.entry(at).or_default().push(Box::new(deed));
    }

    /// Leaves so many points of the hour's budget.
    pub fn set_remaining(&self, points: u64) {
        lock(&self.shared.log).budget.remaining = points;
    }

    /// The id of the OAuth app that it knows, and the app's secret.
    pub fn oauth_app(&self) -> (String, SecretString) {
        (oauth::CLIENT_ID.to_owned(), SecretString::from(oauth::CLIENT_SECRET))
    }

    /// Who sits at browsers that are led here from now on, one after the other; the last one stays. `None`: whoever it is says no.
    pub fn seat(&self, people: impl IntoIterator<Item = Option<AccountId>>) {
        lock(&self.shared.oauth).people = people.into_iter().collect();
    }

    /// Somebody enters a device's code and agrees as this account, or (`None`) says no. Whether the code is known.
    pub fn enter_code(&self, user_code: &str, account: Option<AccountId>) -> bool {
        lock(&self.shared.oauth).enter(user_code, account)
    }

    /// The next question about a device comes too early, by this GitHub's own clock.
    pub fn hurry_devices(&self) {
        let now = lock(&self.shared.world).now;
        lock(&self.shared.oauth).hurry(now);
    }

    /// Every code and token that it ever gave out.
    pub fn oauth_secrets(&self) -> Vec<String> {
        lock(&self.shared.oauth).secrets()
    }

    /// How many tokens hold.
    pub fn tokens(&self) -> usize {
        lock(&self.shared.oauth).tokens()
    }

    /// Every question that was heard, in order.
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.shared.log).asked.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until it is aborted, and its connections with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        // A connection that failed to come about is the client's to notice.
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(converse(stream, Arc::clone(&shared)));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { shared.answer(request).await }
    });
    // A connection that breaks is what a fault asked for, or a client that left.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let (head, body) = request.into_parts();
        if let Some(act) = Act::of(&head.method, head.uri.path()) {
            let body = body::to_bytes(Body::new(body), LONGEST_QUESTION).await.map_err(io::Error::other)?;
            return self.agree(act, &head, &body);
        }
        let is_get = head.method == Method::GET && head.uri.path().starts_with("/repos/");
        if !is_get && (head.method != Method::POST || head.uri.path() != "/graphql") {
            return Ok(self.message(StatusCode::NOT_FOUND, "Not Found"));
        }
        if !is_authorized(&head.headers) {
            return Ok(self.message(StatusCode::UNAUTHORIZED, "Bad credentials"));
        }
        if is_get {
            return self.get(&head.uri);
        }
        let body = body::to_bytes(Body::new(body), LONGEST_QUESTION).await.map_err(io::Error::other)?;
        match serde_json::from_slice(&body) {
            Ok(question) => self.reply(&question),
            Err(_) => Ok(self.message(StatusCode::BAD_REQUEST, "Problems parsing JSON")),
        }
    }

    fn reply(&self, question: &Question) -> io::Result<Response<Body>> {
        let mut world = lock(&self.world);
        let mut log = lock(&self.log);
        let nth = log.asked.len();
        for deed in log.deeds.remove(&nth).unwrap_or_default() {
            deed(&mut world);
        }
        let graphql::Reply { body, points } = graphql::answer(&world, question);
        log.asked.push(Asked {
            operation: question.operation_name.clone().unwrap_or_default(),
            document: question.query.clone(),
            variables: question.variables.clone().unwrap_or_default(),
            points,
        });
        let is_affordable = log.budget.spend(points, world.now);
        let mut whole = Whole { status: StatusCode::OK, headers: headers(&world, nth), body };
        let fault = log.faults.remove(&nth);
        if fault == Some(Fault::RateLimited) {
            log.budget.remaining = 0;
        }
        log.budget.write(&mut whole.headers, "graphql");
        match fault {
            Some(fault) => fault::strike(&fault, whole),
            None => {
                if !is_affordable {
                    fault::rate_limited(&mut whole);
                }
                Ok(whole.send())
            }
        }
    }

    /// A page of a pull request's files.
    fn get(&self, uri: &Uri) -> io::Result<Response<Body>> {
        let mut world = lock(&self.world);
        let mut log = lock(&self.log);
        let nth = log.asked.len();
        for deed in log.deeds.remove(&nth).unwrap_or_default() {
            deed(&mut world);
        }
        let page = patches::answer(&world, uri.path(), uri.query().unwrap_or_default());
        log.asked.push(Asked { operation: "GET".to_owned(), document: uri.to_string(), variables: Map::new(), points: 1 });
        let mut whole = Whole { status: StatusCode::OK, headers: headers(&world, nth), body: Value::Null };
        match page {
            Some(page) => {
                if page.has_next {
                    whole.headers.insert(header::LINK, HeaderValue::from_static("<https://api.github.com/next>; rel=\"next\""));
                }
                whole.body = page.files;
            }
            None => whole.say(StatusCode::NOT_FOUND, "Not Found"),
        }
        let fault = log.faults.remove(&nth);
        let mut is_affordable = log.core.spend(1, world.now);
        if fault == Some(Fault::RateLimited) {
            (log.core.remaining, is_affordable) = (0, false);
        }
        log.core.write(&mut whole.headers, "core");
        match fault.filter(|_| is_affordable) {
            Some(fault) => fault::strike(&fault, whole),
            None => {
                if !is_affordable {
                    whole.say(StatusCode::FORBIDDEN, "API rate limit exceeded for user ID 1.");
                }
                Ok(whole.send())
            }
        }
    }

    /// A refusal that no question of GraphQL's has been read for.
    fn message(&self, status: StatusCode, message: &str) -> Response<Body> {
        let headers = headers(&lock(&self.world), lock(&self.log).asked.len());
        let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.as_str() });
        Whole { status, headers, body }.send()
    }
}

fn is_authorized(headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    given.is_some_and(|(scheme, token)| (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")) && token == TOKEN)
}

/// The world's time, and the number of the request.
fn headers(world: &World, nth: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let texts = [("date", world.now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()), ("x-github-request-id", format!("5A:{nth:04X}"))];
    for (name, text) in texts {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    headers
}
