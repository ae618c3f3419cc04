//! An OpenID Connect provider that others wrote (npm's oidc-provider), run by node, and somebody who fills its forms in.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    process::Stdio,
};

use reqwest::header;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};
use url::Url;

/// What it knows confidential clients by; `provider.js` has the same.
pub const SECRET: &str = "a:b c+d/e%f=g&h-0123456789";

/// A running provider. Dropped, it stops.
pub struct RealProvider {
    pub issuer: String,
    http: reqwest::Client,
    // Held: it ends with its input, and when nobody hears it.
    _stdin: ChildStdin,
    _lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl RealProvider {
    /// `redirect`: where it may send browsers. `people`: the claims of each, by subject. `methods`: in which ways clients may prove who they
    /// are; a client of each is named after it, and public ones after what their tokens are signed with. `claims_in_token`: all of them, and
    /// not only by userinfo.
    pub async fn start(redirect: &str, people: Value, methods: &[&str], claims_in_token: bool) -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        assert!(directory.join("node_modules/oidc-provider").exists(), "oidc-provider is not installed: run tests/run");
        let said = json!({"redirect": redirect, "people": people, "methods": methods, "claimsInToken": claims_in_token});
        let mut child = Command::new("node")
            .arg(directory.join("provider.js"))
            .arg(said.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}: run tests/run"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the provider did not start");
        let issuer = first.strip_prefix("listening on ").unwrap().to_owned();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { issuer, http, _stdin: child.stdin.take().unwrap(), _lines: lines, _child: child }
    }

    /// What a browser is sent back with that was led to `location`, where `who` signs in and consents.
    pub async fn sign_in(&self, location: &str, who: &str) -> String {
        let mut person = Person { http: &self.http, cookies: BTreeMap::new() };
        let mut at: Url = location.parse().unwrap();
        // A login, a consent, and what leads from one to the other.
        for _ in 0..20 {
            if !at.as_str().starts_with(&self.issuer) {
                return at.query().unwrap().to_owned();
            }
            at = match person.open(&at).await {
                Shown::Elsewhere(to) => to,
                Shown::Form { action, prompt } => person.fill(&at.join(&action).unwrap(), &prompt, who).await,
            };
        }
        panic!("the provider leads in circles");
    }
}

/// Somebody at a browser, signed in nowhere yet.
struct Person<'a> {
    http: &'a reqwest::Client,
    cookies: BTreeMap<String, String>,
}

enum Shown {
    Elsewhere(Url),
    Form { action: String, prompt: String },
}

impl Person<'_> {
    async fn open(&mut self, at: &Url) -> Shown {
        let answer = self.send(self.http.get(at.clone())).await;
        if answer.status().is_redirection() {
            return Shown::Elsewhere(led(at, &answer));
        }
        let status = answer.status();
        let page = answer.text().await.unwrap();
        let between = |before: &str| page.split_once(before).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
        match (between("action=\""), between("name=\"prompt\" value=\"")) {
            (Some(action), Some(prompt)) => Shown::Form { action, prompt },
            _ => panic!("{status}: {page}"),
        }
    }

    async fn fill(&mut self, action: &Url, prompt: &str, who: &str) -> Url {
        let fields = HashMap::from([("prompt", prompt), ("login", who), ("password", "any")]);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(action.clone()).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = self.send(request).await;
        assert!(answer.status().is_redirection(), "{}", answer.text().await.unwrap());
        led(action, &answer)
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Response {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let answer = request.header(header::COOKIE, cookies).send().await.unwrap();
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

fn led(from: &Url, answer: &reqwest::Response) -> Url {
    from.join(answer.headers()[header::LOCATION].to_str().unwrap()).unwrap()
}
