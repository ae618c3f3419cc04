//! What can be wrong with an answer of GitHub's, each seen in the wild.
//! It must not touch the world: the question was heard, the answer is what suffers.

use std::io;

use axum::body::{Body, Bytes};
use futures::stream;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// What happens to one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another status, with GitHub's `{"message": …}`.
    Status { status: u16, message: String },
    /// A page of HTML, whatever the status.
    Html { status: u16 },
    /// The connection closes before anything was answered.
    Closed,
    /// The connection closes in the middle of the body.
    ClosedMidBody,
    /// The body ends in the middle, and HTTP says that this is all.
    TruncatedJson,
    /// The hour's points are spent: status 200 and an error of the type RATE_LIMITED.
    RateLimited,
    /// Too fast: 403, with or without `Retry-After` in seconds.
    SecondaryLimit { retry_after: Option<u32> },
    /// The same as 200 and a message.
    SecondaryLimitAsSuccess,
    /// The page was too much work: 502.
    TooMuch,
    /// The last node of the first list did not load; an error says so, or nothing does.
    LostNode { says_so: bool },
    /// All of the data, and an error beside it.
    ErrorBesides,
    /// `{}`.
    EmptyObject,
}

/// An answer before it goes out.
#[derive(Debug)]
pub(super) struct Whole {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Whole {
    pub fn send(self) -> Response<Body> {
        let text = self.body.to_string();
        respond(self.status, self.headers, "application/json; charset=utf-8", Body::from(text))
    }

    pub fn without_body(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        (*response.status_mut(), *response.headers_mut()) = (self.status, self.headers);
        response
    }

    pub fn say(&mut self, status: StatusCode, message: &str) {
        self.status = status;
        self.body = json!({ "message": message, "documentation_url": "https://docs.github.com/graphql", "status": status.as_str() });
    }
}

fn respond(status: StatusCode, headers: HeaderMap, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

const SLOW_DOWN: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body>No server is available.</body></html>";

/// What goes out instead of the whole answer. An error closes the connection without one.
pub(super) fn strike(fault: &Fault, mut whole: Whole) -> io::Result<Response<Body>> {
    match fault {
        Fault::Status { status, message } => {
            let status = StatusCode::from_u16(*status).map_err(io::Error::other)?;
            whole.say(status, message);
        }
        Fault::Html { status } => {
            let status = StatusCode::from_u16(*status).map_err(io::Error::other)?;
            return Ok(respond(status, whole.headers, "text/html; charset=utf-8", Body::from(HTML)));
        }
        Fault::Closed => return Err(io::Error::new(io::ErrorKind::ConnectionReset, "closed before the answer, as planned")),
        Fault::ClosedMidBody => {
            let text = whole.body.to_string();
            let broken = io::Error::new(io::ErrorKind::ConnectionReset, "closed in the middle, as planned");
            let body = Body::from_stream(stream::iter([Ok(Bytes::from(half(&text).to_owned())), Err(broken)]));
            whole.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
            return Ok(respond(whole.status, whole.headers, "application/json; charset=utf-8", body));
        }
        Fault::TruncatedJson => {
            let text = half(&whole.body.to_string()).to_owned();
            return Ok(respond(whole.status, whole.headers, "application/json; charset=utf-8", Body::from(text)));
        }
        Fault::RateLimited => rate_limited(&mut whole),
        Fault::SecondaryLimit { retry_after } => {
            whole.say(StatusCode::FORBIDDEN, SLOW_DOWN);
            if let Some(seconds) = retry_after {
                whole.headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
        }
        Fault::SecondaryLimitAsSuccess => whole.say(StatusCode::OK, SLOW_DOWN),
        Fault::TooMuch => {
            whole.status = StatusCode::BAD_GATEWAY;
            whole.body = json!({ "data": null, "errors": [{ "message": "Something went wrong while executing your query." }] });
        }
        Fault::LostNode { says_so } => lose_node(&mut whole.body, *says_so),
        Fault::ErrorBesides => {
            whole.body["errors"] = json!([{ "message": "Something went wrong while executing your query." }]);
        }
        Fault::EmptyObject => whole.body = json!({}),
    }
    Ok(whole.send())
}

/// The primary limit.
pub(super) fn rate_limited(whole: &mut Whole) {
    whole.body =
        json!({ "data": null, "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit already exceeded for user ID 1." }] });
}

fn half(text: &str) -> &str {
    let mut end = text.len() / 2;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn lose_node(body: &mut Value, says_so: bool) {
    let mut path = Vec::new();
    if let Some(node) = last_node(&mut body["data"], &mut path) {
        *node = Value::Null;
        if says_so {
            body["errors"] = json!([{ "path": path, "message": "Something went wrong while executing your query." }]);
        }
    }
}

/// The last of the first `nodes` that is found on the way down.
fn last_node<'v>(value: &'v mut Value, path: &mut Vec<Value>) -> Option<&'v mut Value> {
    for (key, inner) in value.as_object_mut()? {
        path.push(key.as_str().into());
        if key == "nodes" {
            let nodes = inner.as_array_mut().filter(|nodes| !nodes.is_empty())?;
            path.push((nodes.len() - 1).into());
            return nodes.last_mut();
        }
        if let Some(found) = last_node(inner, path) {
            return Some(found);
        }
        path.pop();
    }
    None
}
