//! A POST with an `Idempotency-Key` is done once: sent again, it gets the answer that it got.
//! It must not depend on the caller's patience: what was begun under a key is finished even when the caller has hung up.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use super::{Api, auth::Caller, body, done, problem::Problem, turns::Turn};
use crate::{
    db::{
        self,
        idempotency::{self, Answer, Kept},
    },
    model::ids::InstitutionId,
};

pub(super) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST: usize = 255;
/// The one place where an operator posts.
const OPERATORS: &str = "/v1/institutions";
/// The headers that belong to an answer; the others belong to its delivery.
const KEPT_HEADERS: [HeaderName; 2] = [header::CONTENT_TYPE, header::LOCATION];

/// What is kept of an answer in place of its body, which holds a secret.
#[derive(Debug, Clone)]
pub(super) struct KeptBody(pub Vec<u8>);

pub(super) async fn answer_once(State(api): State<Api>, request: Request, next: Next) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let (caller, key) = match (caller, key(request.method(), request.headers())?) {
        (Some(caller), Some(key)) => (caller, key),
        // Whatever else an operator asks for is not for operators, and told so.
        (None, Some(_)) if request.uri().path() == OPERATORS => {
            return Err(Problem::bad_request("An operator's requests take no Idempotency-Key: what is there already is in conflict."));
        }
        (None, _) | (_, None) => return done::commit(next.run(request).await).await,
    };
    let (parts, body) = request.into_parts();
    let bytes = body::collect(Request::from_parts(parts.clone(), body)).await?;
    let asked = Asked { api, institution: caller.institution, key, hash: fingerprint(&parts, &bytes, &caller.stands_for()) };
    if let Some(kept) = asked.get().await.map_err(Problem::database)? {
        return replay(kept);
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    let turn = request.extensions().get::<Turn>().cloned();
    // A task of its own goes on when the caller hangs up and this future is dropped.
    let answering = async move {
        let answered = asked.answer(next.run(request).await).await;
        drop(turn);
        answered
    };
    let answering = tokio::spawn(answering.in_current_span());
    answering.await.unwrap_or_else(|why| Err(Problem::broken(&why)))
}

/// The key, where the request may have one and has one.
fn key(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER).filter(|_| method == Method::POST) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::bad_request(format!("Idempotency-Key must be 1 to {LONGEST} visible ASCII characters."))),
    }
}

/// What makes two requests the same: method, target, content type, body, and whose it is; each with its length, so that none runs into the next.
fn fingerprint(parts: &Parts, body: &[u8], whose: &str) -> [u8; 32] {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let mut hash = Sha256::new();
    for piece in [parts.method.as_str().as_bytes(), target.as_bytes(), kind, body, whose.as_bytes()] {
        hash.update(piece.len().to_le_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

/// A request under a key that nobody has used yet.
struct Asked {
    api: Api,
    institution: InstitutionId,
    key: String,
    hash: [u8; 32],
}

impl Asked {
    async fn get(&self) -> Result<Option<Kept>, db::Error> {
        let mut tx = self.api.db.begin_as(self.institution).await?;
        let kept = idempotency::get(&mut tx, &self.key, &self.hash, self.api.clock.now()).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Keeps the answer in the transaction that did what was asked, so that both last or neither. A refusal did nothing, and is kept alone.
    async fn answer(self, response: Response) -> Result<Response, Problem> {
        let status = response.status();
        // A caller that may not do it did not do it: whoever may, can use the key.
        if status.is_server_error() || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Ok(response);
        }
        let (mut parts, body) = response.into_parts();
        let bytes: Bytes = to_bytes(body, usize::MAX).await.map_err(|why| Problem::broken(&why))?;
        let kept = parts.extensions.get::<KeptBody>().map_or_else(|| bytes.to_vec(), |kept| kept.0.clone());
        let answer = Answer { status: status.as_u16(), headers: kept_headers(&parts.headers), body: kept };
        let mut tx = match done::take(&mut parts.extensions) {
            Some(tx) => tx,
            None => self.api.db.begin_as(self.institution).await.map_err(Problem::database)?,
        };
        match idempotency::insert(&mut tx, &self.key, &self.hash, &answer, self.api.clock.now()).await {
            Ok(()) => {
                tx.commit().await.map_err(Problem::database)?;
                Ok(Response::from_parts(parts, Body::from(bytes)))
            }
            // The same key was sent twice at once, and the other one was done: this one was not.
            Err(db::Error::Conflict { .. }) => {
                drop(tx);
                let kept = self.get().await.map_err(Problem::database)?;
                replay(kept.ok_or_else(|| Problem::broken(&"an answer is kept and cannot be found"))?)
            }
            Err(other) => Err(Problem::database(other)),
        }
    }
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    KEPT_HEADERS.iter().filter_map(|name| Some((name.to_string(), value(name)?))).collect()
}

fn replay(kept: Kept) -> Result<Response, Problem> {
    let Kept::Answer(answer) = kept else { return Err(Problem::key_of_another_request()) };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if answer.body.is_empty() && status != StatusCode::NO_CONTENT {
        return Err(Problem::conflict("This request was done, and what it answered told of a person who was erased since."));
    }
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
