//! The doors of OAuth: the page for a browser, codes and tokens, whose a token is, and its end.
//! It must not decide what a code is worth: that is `oauth`.

use std::io;

use axum::body::Body;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use serde_json::{Map, Value};

use super::{Asked, Shared, headers, lock};
use crate::sample::{
    fault::{self, Whole},
    oauth,
};

/// The doors of OAuth.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Authorize,
    Device,
    Token,
    User,
    Revoke,
}

impl Act {
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        Some(match (method.as_str(), path) {
            ("GET", "/login/oauth/authorize") => Self::Authorize,
            ("POST", "/login/device/code") => Self::Device,
            ("POST", "/login/oauth/access_token") => Self::Token,
            ("GET", "/user") => Self::User,
            ("DELETE", path) if path == format!("/applications/{}/token", oauth::CLIENT_ID) => Self::Revoke,
            _ => return None,
        })
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn is_app(headers: &HeaderMap) -> bool {
    let app = BASE64_STANDARD.encode(format!("{}:{}", oauth::CLIENT_ID, oauth::CLIENT_SECRET));
    headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Basic {app}").as_str())
}

impl Shared {
    pub(super) fn agree(&self, act: Act, head: &Parts, body: &[u8]) -> io::Result<Response<Body>> {
        let mut world = lock(&self.world);
        let mut log = lock(&self.log);
        let nth = log.asked.len();
        for deed in log.deeds.remove(&nth).unwrap_or_default() {
            deed(&mut world);
        }
        let operation = format!("{} {}", head.method, head.uri.path());
        log.asked.push(Asked { operation, document: String::new(), variables: Map::new(), points: 1 });
        let mut oauth = lock(&self.oauth);
        let mut whole = Whole { status: StatusCode::OK, headers: headers(&world, nth), body: Value::Null };
        let said = String::from_utf8_lossy(body);
        match act {
            Act::Authorize => match oauth.authorize(&oauth::form(head.uri.query().unwrap_or_default())) {
                Some(back) => {
                    whole.status = StatusCode::FOUND;
                    whole.headers.insert(header::LOCATION, HeaderValue::try_from(back).map_err(io::Error::other)?);
                }
                None => whole.say(StatusCode::NOT_FOUND, "Not Found"),
            },
            // Whoever does not ask for JSON gets a form.
            Act::Device | Act::Token if !wants_json(&head.headers) => whole.say(StatusCode::NOT_ACCEPTABLE, "The model answers JSON alone"),
            Act::Device => whole.body = oauth.begin_device(&oauth::form(&said), world.now),
            Act::Token => whole.body = oauth.token(&oauth::form(&said), world.now),
            Act::User => match bearer(&head.headers).and_then(|token| oauth.user(&world, token)) {
                Some(user) => whole.body = user,
                None => whole.say(StatusCode::UNAUTHORIZED, "Bad credentials"),
            },
            Act::Revoke => {
                let token = serde_json::from_slice::<Value>(body).ok().and_then(|said| Some(said["access_token"].as_str()?.to_owned()));
                whole.status = StatusCode::NO_CONTENT;
                if !is_app(&head.headers) || !token.is_some_and(|token| oauth.revoke(&token)) {
                    whole.say(StatusCode::NOT_FOUND, "Not Found");
                }
            }
        }
        match log.faults.remove(&nth) {
            Some(fault) => fault::strike(&fault, whole),
            None if whole.status == StatusCode::NO_CONTENT => Ok(whole.without_body()),
            None => Ok(whole.send()),
        }
    }
}
