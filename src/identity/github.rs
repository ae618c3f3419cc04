//! GitHub as the one who says which account is somebody's: the web flow with PKCE, and the device flow. No scope is asked for.
//! It must not sleep, nor ask for a token twice in one call, nor let a code or a token out: a token is used once, and given back where we have a secret.

mod answers;
mod error;

use std::{fmt, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, Method, header};
use openidconnect::{AsyncHttpClient as _, HttpRequest};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

pub use error::Error;

use self::answers::{DeviceWire, Token as AccessToken};
use super::transport::{Failed, Transport};
use crate::model::{account::Account, proof::DeviceCode, token::Token};

/// How long one question may take: somebody waits for it.
const LIMIT: Duration = Duration::from_secs(10);
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An OAuth app at a GitHub.
#[derive(Clone)]
pub struct GitHub {
    transport: Transport,
    client_id: String,
    /// Without it there is the device flow alone.
    secret: Option<SecretString>,
    /// Where people sign in there.
    web: Url,
    /// The root of the REST API.
    api: Url,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub").field("client_id", &self.client_id).field("web", &self.web.as_str()).finish_non_exhaustive()
    }
}

/// How a device code stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// Nobody has entered the code yet.
    Waiting,
    /// It was asked too early: from now on it may be asked every so many seconds.
    SlowDown {
        interval: u32,
    },
    Denied,
    Expired,
    /// Whose account it is.
    Done(Account),
}

impl GitHub {
    /// `base_url`: the root of its REST API, as for fetching.
    pub fn new(base_url: &Url, client_id: String, secret: Option<SecretString>) -> Result<Self, Error> {
        let transport = Transport::new(LIMIT).map_err(|_| Error::Unreachable("no client can be made on this machine"))?;
        Ok(Self { transport, client_id, secret, web: web_root(base_url), api: with_slash(base_url) })
    }

    /// Where to send a browser. `None`: there is no client secret, so what it brings back could not be exchanged.
    pub fn authorize(&self, redirect: &Url, state: &Token, browser: &Token) -> Option<Url> {
        self.secret.as_ref()?;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier(browser)));
        let mut url = below(&self.web, "login/oauth/authorize");
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("state", state.reveal())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("allow_signup", "false");
        Some(url)
    }

    /// Whose account it is, by the code that the browser brought back.
    pub async fn exchange(&self, redirect: &Url, browser: &Token, code: &str) -> Result<Account, Error> {
        let secret = self.secret.as_ref().ok_or(Error::Refused("no_client_secret".to_owned()))?;
        let verifier = verifier(browser);
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", secret.expose_secret()),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", &verifier),
        ];
        match answers::token(&self.post("login/oauth/access_token", &form).await?)? {
            Ok(token) => self.account(&token).await,
            Err(refusal) => Err(Error::refused(&refusal.word)),
        }
    }

    /// A code for somebody to enter at GitHub, on whatever device.
    pub async fn begin_device(&self) -> Result<DeviceCode, Error> {
        let answer = self.post("login/device/code", &[("client_id", self.client_id.as_str())]).await?;
        DeviceWire::read(&answer)?.map_err(|refusal| Error::refused(&refusal.word))
    }

    /// Whether the code has been entered. Ask no sooner than GitHub said.
    pub async fn poll(&self, device_code: &SecretString) -> Result<Poll, Error> {
        let form = [("client_id", self.client_id.as_str()), ("device_code", device_code.expose_secret()), ("grant_type", DEVICE_GRANT)];
        match answers::token(&self.post("login/oauth/access_token", &form).await?)? {
            Ok(token) => Ok(Poll::Done(self.account(&token).await.map_err(Error::after_the_token)?)),
            Err(refusal) => match refusal.word.as_str() {
                "authorization_pending" => Ok(Poll::Waiting),
                "slow_down" => Ok(Poll::SlowDown { interval: refusal.interval() }),
                "access_denied" => Ok(Poll::Denied),
                "expired_token" => Ok(Poll::Expired),
                word => Err(Error::refused(word)),
            },
        }
    }

    /// The account that a token speaks for. The token is given back, whatever comes of it.
    async fn account(&self, token: &AccessToken) -> Result<Account, Error> {
        let mut request = HttpRequest::new(Vec::new());
        *request.uri_mut() = uri(&below(&self.api, "user"))?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        headers.insert(header::AUTHORIZATION, secret_header(&format!("Bearer {}", token.0.expose_secret()))?);
        let answer = self.ask(request).await;
        self.give_back(token).await;
        answers::account(&answer?)
    }

    /// Where we have a secret to say it with, GitHub is told that the token is not needed any more. It has no scope, so one that stays is worth
    /// no more than what everybody may read.
    async fn give_back(&self, token: &AccessToken) {
        if let Err(error) = self.try_give_back(token).await {
            tracing::warn!(%error, "GitHub could not be told that a token is not needed any more");
        }
    }

    async fn try_give_back(&self, token: &AccessToken) -> Result<(), Error> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let mut request = HttpRequest::new(json!({ "access_token": token.0.expose_secret() }).to_string().into_bytes());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = uri(&below(&self.api, &format!("applications/{}/token", self.client_id)))?;
        let basic = base64::prelude::BASE64_STANDARD.encode(format!("{}:{}", self.client_id, secret.expose_secret()));
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::AUTHORIZATION, secret_header(&format!("Basic {basic}"))?);
        self.ask(request).await.map(|_| ())
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = HttpRequest::new(body.into_bytes());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri(&below(&self.web, path))?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self.ask(request).await
    }

    /// The body of an answer that says yes, or at least 200: GitHub's refusals come as such.
    async fn ask(&self, request: HttpRequest) -> Result<Vec<u8>, Error> {
        let answer = self.transport.call(request).await.map_err(|Failed(why)| Error::Unreachable(why))?;
        let status = answer.status();
        if status.is_success() { Ok(answer.into_body()) } else { Err(Error::Status(status.as_u16())) }
    }
}

/// The PKCE verifier is made from the browser's secret, and stored nowhere.
fn verifier(browser: &Token) -> String {
    browser.derive("github pkce")
}

/// Where people sign in at the GitHub whose REST API has this root.
fn web_root(api: &Url) -> Url {
    let mut web = with_slash(api);
    let host = api.host_str().unwrap_or_default();
    // GitHub's own clouds have the API on a host of its own, an Enterprise Server has it below a path.
    if let Some(apart) = host.strip_prefix("api.").filter(|apart| *apart == "github.com" || apart.ends_with(".ghe.com")) {
        // A host that is one stays one without its first label.
        let _ = web.set_host(Some(apart));
    }
    let path = web.path().trim_end_matches('/').to_owned();
    web.set_path(&format!("{}/", path.strip_suffix("/api/v3").unwrap_or(&path)));
    web
}

fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_path(&format!("{}/", url.path().trim_end_matches('/')));
    url
}

fn below(root: &Url, path: &str) -> Url {
    let mut url = root.clone();
    url.set_path(&format!("{}{path}", root.path()));
    url
}

fn uri(url: &Url) -> Result<http::Uri, Error> {
    url.as_str().parse().map_err(|_| Error::BadAnswer("github.base_url leads to an address that is none"))
}

fn secret_header(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Error::BadAnswer("its token cannot be sent back"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::model::ids::InstitutionId;

    fn github(base: &str, secret: Option<&str>) -> GitHub {
        GitHub::new(&base.parse().unwrap(), "app".to_owned(), secret.map(SecretString::from)).unwrap()
    }

    #[rstest]
    #[case("https://api.github.com", "https://github.com/", "https://api.github.com/user")]
    #[case("https://api.github.com/", "https://github.com/", "https://api.github.com/user")]
    #[case("https://api.uni.ghe.com", "https://uni.ghe.com/", "https://api.uni.ghe.com/user")]
    #[case("https://git.example.edu/api/v3", "https://git.example.edu/", "https://git.example.edu/api/v3/user")]
    #[case("https://example.edu:8443/git/api/v3/", "https://example.edu:8443/git/", "https://example.edu:8443/git/api/v3/user")]
    #[case("https://api.example.edu", "https://api.example.edu/", "https://api.example.edu/user")]
    #[case("http://127.0.0.1:4711", "http://127.0.0.1:4711/", "http://127.0.0.1:4711/user")]
    fn people_sign_in_where_each_kind_of_server_has_it(#[case] base: &str, #[case] web: &str, #[case] user: &str) {
        let github = github(base, None);
        assert_eq!((github.web.as_str(), below(&github.api, "user").as_str()), (web, user));
    }

    #[test]
    fn a_browser_is_led_with_a_state_and_a_challenge_and_no_scope_and_no_secret() {
        let institution = InstitutionId(Uuid::nil());
        let (state, browser) = (Token::new(institution, [1; 32]), Token::new(institution, [2; 32]));
        let redirect = "https://credit.example.edu/v1/account-proof/callback".parse().unwrap();
        let url = github("https://api.github.com", Some("s3cret")).authorize(&redirect, &state, &browser).unwrap();
        let sent: std::collections::BTreeMap<_, _> = url.query_pairs().collect();
        assert_eq!(url.path(), "/login/oauth/authorize");
        assert_eq!(sent["state"], state.reveal());
        assert_eq!(sent["code_challenge"], BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(browser.derive("github pkce"))));
        assert!(!sent.contains_key("scope") && !url.as_str().contains("s3cret") && !url.as_str().contains(browser.reveal()), "{url}");
    }

    #[test]
    fn without_a_secret_no_browser_is_led_and_no_secret_shows_itself() {
        let institution = InstitutionId(Uuid::nil());
        let token = Token::new(institution, [1; 32]);
        let redirect = "https://credit.example.edu/".parse().unwrap();
        assert!(github("https://api.github.com", None).authorize(&redirect, &token, &token).is_none());
        assert!(!format!("{:?}", github("https://api.github.com", Some("s3cret"))).contains("s3cret"));
    }
}
