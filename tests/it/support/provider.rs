//! A small OpenID Connect provider for the tests, which does what it is told to do wrong.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
    routing,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey as _,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

use super::app::now;

/// Keys of this test alone.
const OWN_KEY: &str =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEryi7O8Mg9gbVLw7XelwkOWPf4/O6iJA3Sm9kRIVpFh\n-----END PRIVATE KEY-----\n";
const OTHER_KEY: &str =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEICXZx8ltg/+RAd+FKQhb+l/6YwoGmTycKlRv4kYACsGB\n-----END PRIVATE KEY-----\n";
pub const CLIENT: &str = "accredit-test";

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    WrongNonce,
    WrongAudience,
    Expired,
    Unsigned,
    OtherKey,
    OtherIssuer,
    /// Says no to every code, with words that repeat it.
    Refuses,
    Fails,
    Html,
    /// Leads the token request elsewhere.
    Redirects,
    NoIdToken,
    /// Never answers a token request.
    Silent,
    /// Its userinfo speaks of somebody else.
    OtherSubject,
    /// Calls itself by another name.
    OtherName,
    /// Answers without end.
    Endless,
    /// Signs with a key that it never shows.
    HiddenKey,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
    userinfo: Value,
}

#[derive(Default)]
struct Desk {
    issuer: String,
    grants: HashMap<String, Grant>,
    userinfo: HashMap<String, Value>,
    fault: Option<Fault>,
    /// How often it was asked what it is.
    described: usize,
    /// It signs with its next key, and shows that one alone.
    has_turned: bool,
    /// While somebody holds it, what it says of itself does not come.
    held_back: Arc<tokio::sync::Mutex<()>>,
    /// All codes and tokens that it gave out: none of them may be seen anywhere.
    secrets: Vec<String>,
}

type Shared = Arc<Mutex<Desk>>;

/// A running provider.
pub struct Provider {
    pub issuer: String,
    desk: Shared,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let desk = Shared::new(Mutex::new(Desk { issuer: issuer.clone(), ..Desk::default() }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", routing::get(describe))
            .route("/jwks", routing::get(jwks))
            .route("/token", routing::post(token))
            .route("/userinfo", routing::get(userinfo))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, desk }
    }

    pub fn fails_by(&self, fault: Option<Fault>) {
        self.desk.lock().unwrap().fault = fault;
    }

    /// How often it was asked what it is.
    pub fn described(&self) -> usize {
        self.desk.lock().unwrap().described
    }

    /// From now on it signs with another key.
    pub fn turn_key(&self) {
        self.desk.lock().unwrap().has_turned = true;
    }

    /// Until this is dropped, it does not say what it is.
    pub fn hold_back(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.desk.lock().unwrap().held_back).try_lock_owned().unwrap()
    }

    pub fn secrets(&self) -> Vec<String> {
        self.desk.lock().unwrap().secrets.clone()
    }

    /// What a browser brings back that was led to `location`, where somebody of these claims signed in.
    pub fn sign_in(&self, location: &str, claims: Value) -> String {
        self.sign_in_with(location, claims, json!({}))
    }

    /// The same; `userinfo` is told only to who asks for it.
    pub fn sign_in_with(&self, location: &str, claims: Value, userinfo: Value) -> String {
        let url: Url = location.parse().unwrap();
        assert!(location.starts_with(&format!("{}/authorize?", self.issuer)), "{location}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((&*asked["response_type"], &*asked["client_id"], &*asked["code_challenge_method"]), ("code", CLIENT, "S256"));
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{location}");
        let mut desk = self.desk.lock().unwrap();
        let code = format!("code-{}", uuid::Uuid::new_v4().simple());
        desk.secrets.push(code.clone());
        let grant = Grant {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            claims,
            userinfo,
        };
        desk.grants.insert(code.clone(), grant);
        format!("code={code}&state={}", asked["state"])
    }
}

fn key(pem: &str, name: &str) -> CoreEdDsaPrivateSigningKey {
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, Some(JsonWebKeyId::new(name.into()))).unwrap()
}

/// The key that it signs with.
fn signing_key(has_turned: bool) -> (&'static str, CoreEdDsaPrivateSigningKey) {
    if has_turned { ("two", key(OTHER_KEY, "two")) } else { ("one", key(OWN_KEY, "one")) }
}

async fn jwks(State(desk): State<Shared>) -> Json<Value> {
    let (_, key) = signing_key(desk.lock().unwrap().has_turned);
    Json(json!({"keys": [key.as_verification_key()]}))
}

async fn describe(State(desk): State<Shared>) -> Response {
    let (issuer, fault, held_back) = {
        let mut desk = desk.lock().unwrap();
        desk.described += 1;
        (desk.issuer.clone(), desk.fault, Arc::clone(&desk.held_back))
    };
    drop(held_back.lock().await);
    let name = if fault == Some(Fault::OtherName) { "https://login.example.edu" } else { &issuer };
    if fault == Some(Fault::Endless) {
        return vec![b' '; 2 * 1024 * 1024].into_response();
    }
    Json(json!({
        "issuer": name,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
    .into_response()
}

async fn token(State(desk): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = desk.lock().unwrap().fault;
    match fault {
        Some(Fault::Silent) => return std::future::pending().await,
        Some(Fault::Fails) => return (StatusCode::INTERNAL_SERVER_ERROR, String::from_utf8_lossy(&body).into_owned()).into_response(),
        Some(Fault::Html) => return Html("<h1>Please log in</h1>").into_response(),
        Some(Fault::Redirects) => return Redirect::temporary("/token").into_response(),
        _ => {}
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let refuse =
        |words: String| (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant", "error_description": words}))).into_response();
    let mut desk = desk.lock().unwrap();
    let Some(grant) = desk.grants.remove(&form["code"]) else { return refuse(format!("{} was used", form["code"])) };
    desk.secrets.push(form["code_verifier"].clone());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    let fits = challenge == grant.challenge
        && form["redirect_uri"] == grant.redirect_uri
        && form.get("client_id").is_some_and(|client| client == CLIENT);
    // A public client proves itself by its verifier, and by nothing else.
    if fault == Some(Fault::Refuses) || !fits || headers.contains_key(header::AUTHORIZATION) || form.contains_key("client_secret") {
        return refuse(format!("{} is not good", form["code"]));
    }
    let access = format!("access-{}", uuid::Uuid::new_v4().simple());
    let token = id_token(&desk.issuer, grant.claims.clone(), &grant.nonce, fault, desk.has_turned);
    let mut said = grant.userinfo;
    said["sub"] = if fault == Some(Fault::OtherSubject) { json!("eve") } else { grant.claims["sub"].clone() };
    desk.userinfo.insert(format!("Bearer {access}"), said);
    desk.secrets.extend([access.clone(), token.clone()]);
    let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token});
    if fault == Some(Fault::NoIdToken) {
        answer.as_object_mut().unwrap().remove("id_token");
    }
    Json(answer).into_response()
}

async fn userinfo(State(desk): State<Shared>, headers: HeaderMap) -> Response {
    let asked = headers[header::AUTHORIZATION].to_str().unwrap();
    Json(desk.lock().unwrap().userinfo[asked].clone()).into_response()
}

fn id_token(issuer: &str, mut claims: Value, nonce: &str, fault: Option<Fault>, has_turned: bool) -> String {
    let is = |wrong: Fault| fault == Some(wrong);
    let age = if is(Fault::Expired) { 3_600 } else { 0 };
    claims["iss"] = json!(if is(Fault::OtherIssuer) { "https://login.example.edu" } else { issuer });
    claims["aud"] = json!(if is(Fault::WrongAudience) { "another-client" } else { CLIENT });
    claims["nonce"] = json!(if is(Fault::WrongNonce) { "another-nonce" } else { nonce });
    claims["iat"] = json!(now().timestamp() - age);
    claims["exp"] = json!(now().timestamp() - age + 300);
    let algorithm = if is(Fault::Unsigned) { "none" } else { "EdDSA" };
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let (name, key_of_its_own) = signing_key(has_turned);
    let name = if is(Fault::HiddenKey) { "hidden" } else { name };
    let text = format!("{}.{}", part(&json!({"alg": algorithm, "kid": name, "typ": "JWT"})), part(&claims));
    if is(Fault::Unsigned) {
        return format!("{text}.");
    }
    let key = if is(Fault::OtherKey) || is(Fault::HiddenKey) { key(OTHER_KEY, name) } else { key_of_its_own };
    let signature = key.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
