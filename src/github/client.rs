//! Posts one GraphQL document, or gets one REST page, and hands back the answer: octocrab for transport and authentication, its retry
//! switched off.
//! It must not sleep, repeat a request, or let the token out of octocrab's hands.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use octocrab::{Octocrab, service::middleware::retry::RetryConfig};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::{
    answer::{self, Answer, Head},
    error::{Error, Request},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// A GraphQL document of ours and the name of its operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document {
    pub name: &'static str,
    pub text: &'static str,
}

/// A door to one GitHub, under one token. Clones share connections, the budget and the count of requests.
#[derive(Clone)]
pub struct Client {
    octocrab: Option<Octocrab>,
    root: Arc<str>,
    requests: Arc<AtomicU64>,
    pauses: Arc<Mutex<[Option<Pause>; 2]>>,
}

/// GitHub keeps a budget for each of its two APIs.
#[derive(Debug, Clone, Copy)]
enum Api {
    Graphql = 0,
    Rest = 1,
}

/// The budget is nearly spent: nothing more is asked before `over`, which is `until` on our own monotonic clock.
#[derive(Debug, Clone, Copy)]
struct Pause {
    over: Instant,
    until: DateTime<Utc>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("root", &self.root).field("requests", &self.requests()).finish_non_exhaustive()
    }
}

impl Client {
    /// `base_url` is the root of the REST API: `https://api.github.com`, or `https://host/api/v3` of a GitHub Enterprise Server.
    /// It must be called inside a tokio runtime, and the client lives no longer than that. Without a token every question is
    /// `Error::NoToken`: GitHub answers no anonymous GraphQL.
    pub fn new(base_url: &Url, token: Option<&SecretString>) -> Result<Self, Error> {
        let root = graphql_root(base_url)?;
        let octocrab = match token {
            None => None,
            Some(token) => Some(build(&root, token.clone()).map_err(|why| Error::BaseUrl { url: root.clone(), why: why.to_string() })?),
        };
        Ok(Self { octocrab, root: root.into(), requests: Arc::default(), pauses: Arc::default() })
    }

    /// How many requests went out, from this client and its clones.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The same client with a count of its own, from 0: for the requests of one sync.
    #[must_use]
    pub fn counting_afresh(&self) -> Self {
        Self { requests: Arc::default(), ..self.clone() }
    }

    /// Asks, and takes nothing but a whole answer.
    pub(super) async fn ask(&self, document: Document, variables: Value) -> Result<Answer, Error> {
        self.ask_text(document.name, document.text, variables).await?.whole()
    }

    /// Asks, and leaves it to the caller what errors inside the answer mean.
    pub(super) async fn ask_text(&self, name: &str, text: &str, variables: Value) -> Result<Answer, Error> {
        let octocrab = self.octocrab.as_ref().ok_or(Error::NoToken)?;
        self.check_budget(Api::Graphql)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "query": text, "variables": variables, "operationName": name });
        let response = octocrab._post("/graphql", Some(&body)).await.map_err(|e| broken(&e, Request::default()))?;
        let head = Head::read(response.status().as_u16(), response.headers());
        tracing::debug!(operation = name, status = head.status, request = %head.request, remaining = ?head.remaining, "asked GitHub");
        self.remember_budget(Api::Graphql, &head);
        let text = octocrab.body_to_string(response).await.map_err(|e| broken(&e, head.request.clone()))?;
        answer::read(head, &text)
    }

    /// Gets one page of a REST list, and whether there is another behind it. `path` begins with `/`.
    pub(super) async fn get_page(&self, path: &str) -> Result<answer::Page, Error> {
        let octocrab = self.octocrab.as_ref().ok_or(Error::NoToken)?;
        self.check_budget(Api::Rest)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        // An Enterprise Server has its REST API at /api/v3, and our root there ends in /api.
        let version = if self.root.ends_with("/api") { "/v3" } else { "" };
        let response = octocrab._get(format!("{version}{path}")).await.map_err(|e| broken(&e, Request::default()))?;
        let head = Head::read(response.status().as_u16(), response.headers());
        tracing::debug!(path, status = head.status, request = %head.request, remaining = ?head.remaining, "asked GitHub");
        self.remember_budget(Api::Rest, &head);
        let text = octocrab.body_to_string(response).await.map_err(|e| broken(&e, head.request.clone()))?;
        answer::page(head, text)
    }

    fn check_budget(&self, api: Api) -> Result<(), Error> {
        let pause = self.pauses.lock().unwrap_or_else(PoisonError::into_inner)[api as usize];
        match pause {
            Some(pause) if Instant::now() < pause.over => Err(Error::RateLimited {
                until: pause.until,
                message: "less than a hundredth of the budget is left".to_owned(),
                request: Request::default(),
            }),
            _ => Ok(()),
        }
    }

    /// Leaves the last hundredth of the budget to whoever else works under the same account.
    fn remember_budget(&self, api: Api, head: &Head) {
        let (Some(limit), Some(remaining), Some(reset), Some(now)) = (head.limit, head.remaining, head.reset, head.date) else { return };
        let left = (reset - now).to_std().ok().filter(|_| remaining.saturating_mul(100) < limit);
        let pause = left.map(|left| Pause { over: Instant::now() + left.min(answer::LONGEST_PAUSE), until: reset });
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)[api as usize] = pause;
    }
}

fn build(root: &str, token: SecretString) -> octocrab::Result<Octocrab> {
    Octocrab::builder()
        .base_uri(root)?
        .personal_token(token)
        .add_retry_config(RetryConfig::None)
        .set_connect_timeout(Some(CONNECT_TIMEOUT))
        .set_read_timeout(Some(READ_TIMEOUT))
        .build()
}

/// Where `/graphql` hangs: an Enterprise Server has it beside `/api/v3`, not below.
fn graphql_root(base_url: &Url) -> Result<String, Error> {
    let refuse = |why: &str| Error::BaseUrl { url: base_url.to_string(), why: why.to_owned() };
    if !matches!(base_url.scheme(), "http" | "https") || base_url.host_str().is_none() {
        return Err(refuse("it must be http(s)://host"));
    }
    if !base_url.username().is_empty() || base_url.password().is_some() {
        return Err(Error::BaseUrl {
            url: base_url.host_str().unwrap_or_default().to_owned(),
            why: "it must not carry a user or a password".to_owned(),
        });
    }
    if base_url.query().is_some() || base_url.fragment().is_some() {
        return Err(refuse("it must not carry a query or a fragment"));
    }
    let path = base_url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api/v3").map_or_else(|| path.to_owned(), |before| format!("{before}/api"));
    let mut root = base_url.clone();
    root.set_path(&path);
    Ok(root.to_string().trim_end_matches('/').to_owned())
}

/// octocrab's own message ends in a backtrace; the chain below it says what happened.
fn broken(error: &octocrab::Error, request: Request) -> Error {
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.dedup();
    let message = if causes.is_empty() { error.to_string().lines().next().unwrap_or_default().to_owned() } else { causes.join(": ") };
    Error::Transport { message, request }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn client(base_url: &str, token: Option<&str>) -> Result<Client, Error> {
        Client::new(&base_url.parse().unwrap(), token.map(SecretString::from).as_ref())
    }

    #[rstest]
    #[case("https://api.github.com", "https://api.github.com")]
    #[case("https://api.github.com/", "https://api.github.com")]
    #[case("https://host.example/api/v3", "https://host.example/api")]
    #[case("https://host.example/api/v3/", "https://host.example/api")]
    #[case("https://host.example:8443/git/api/v3", "https://host.example:8443/git/api")]
    #[case("http://127.0.0.1:4711", "http://127.0.0.1:4711")]
    fn graphql_hangs_where_each_kind_of_server_has_it(#[case] base_url: &str, #[case] root: &str) {
        assert_eq!(graphql_root(&base_url.parse().unwrap()).unwrap(), root);
    }

    #[rstest]
    #[case("ftp://api.github.com")]
    #[case("https://api.github.com?x=1")]
    #[case("https://user:geheim@api.github.com")]
    fn an_address_that_is_none_is_refused_without_repeating_a_password(#[case] base_url: &str) {
        let error = graphql_root(&base_url.parse().unwrap()).unwrap_err().to_string();
        assert!(!error.contains("geheim"), "{error}");
    }

    #[tokio::test]
    async fn a_client_can_be_built_twice_and_never_shows_its_token() {
        for _ in 0..2 {
            let client = client("https://api.github.com", Some("ghp_secret")).unwrap();
            assert!(!format!("{client:?}").contains("ghp_secret"));
        }
    }

    #[tokio::test]
    async fn without_a_token_nothing_is_asked() {
        let client = client("https://api.github.com", None).unwrap();
        assert!(matches!(client.ask_text("Q", "query Q { viewer { login } }", Value::Null).await, Err(Error::NoToken)));
        assert_eq!(client.requests(), 0);
    }
}
