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

use super::{Api, auth::Caller, body, problem::Problem};
use crate::{
    db::{
        self,
        idempotency::{self, Answer, Taken},
    },
    model::ids::{InstitutionId, UserId},
};

pub(super) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST: usize = 255;
/// The headers that belong to an answer; the others belong to its delivery.
const KEPT_HEADERS: [HeaderName; 2] = [header::CONTENT_TYPE, header::LOCATION];

/// What is kept of an answer in place of its body, which holds a secret.
#[derive(Debug, Clone)]
pub(super) struct KeptBody(pub Vec<u8>);

pub(super) async fn answer_once(State(api): State<Api>, request: Request, next: Next) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let (Some(caller), Some(key)) = (caller, key(request.method(), request.headers())?) else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let bytes = body::collect(Request::from_parts(parts.clone(), body)).await?;
    let held = Held { api, institution: caller.institution, key };
    match held.take(&fingerprint(&parts, &bytes, caller.user())).await.map_err(Problem::database)? {
        Taken::Answered(answer) => Ok(replay(answer)),
        Taken::OtherRequest => Err(Problem::key_of_another_request()),
        Taken::UnderWay => Err(Problem::conflict("The request with this Idempotency-Key is still being answered: ask again in a moment.")),
        Taken::New => {
            let request = Request::from_parts(parts, Body::from(bytes));
            // A task of its own goes on when the caller hangs up and this future is dropped.
            let answering = tokio::spawn(async move { held.answer(next.run(request).await).await }.in_current_span());
            answering.await.unwrap_or_else(|why| Err(Problem::broken(&why)))
        }
    }
}

/// The key, where the request may have one and has one.
fn key(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER).filter(|_| method == Method::POST) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST => Ok(Some(key.to_owned())),
        _ => Err(Problem::bad_request(format!("Idempotency-Key must be 1 to {LONGEST} visible ASCII characters."))),
    }
}

/// What makes two requests the same: method, target, content type, body, the person who signed in; each with its length, so that none runs into the next.
fn fingerprint(parts: &Parts, body: &[u8], user: Option<UserId>) -> [u8; 32] {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let user = user.map(|user| user.to_string()).unwrap_or_default();
    let mut hash = Sha256::new();
    // A system's keys stand for one another, and nobody is a person's: a key's requests have the four pieces alone.
    let person = (!user.is_empty()).then_some(user.as_bytes());
    for piece in [parts.method.as_str().as_bytes(), target.as_bytes(), kind, body].into_iter().chain(person) {
        hash.update(piece.len().to_le_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

/// A key that this request holds.
struct Held {
    api: Api,
    institution: InstitutionId,
    key: String,
}

impl Held {
    async fn take(&self, fingerprint: &[u8]) -> Result<Taken, db::Error> {
        let mut tx = self.api.db.begin_as(self.institution).await?;
        let taken = idempotency::take(&mut tx, &self.key, fingerprint, self.api.clock.now()).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Notes the answer under the key, or gives the key back where nothing was done.
    async fn answer(self, response: Response) -> Result<Response, Problem> {
        let status = response.status();
        // A caller that may not do it did not do it: whoever may, can use the key.
        if status.is_server_error() || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            self.release().await.map_err(Problem::database)?;
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let bytes: Bytes = to_bytes(body, usize::MAX).await.map_err(|why| Problem::broken(&why))?;
        let kept = parts.extensions.get::<KeptBody>().map_or_else(|| bytes.to_vec(), |kept| kept.0.clone());
        let answer = Answer { status: status.as_u16(), headers: kept_headers(&parts.headers), body: kept };
        // What was done is done: the caller learns of it even where the answer cannot be kept.
        if let Err(error) = self.finish(&answer).await {
            tracing::error!(%error, "an answer could not be kept under its Idempotency-Key");
        }
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }

    async fn finish(&self, answer: &Answer) -> Result<(), db::Error> {
        let mut tx = self.api.db.begin_as(self.institution).await?;
        idempotency::finish(&mut tx, &self.key, answer).await?;
        tx.commit().await
    }

    async fn release(&self) -> Result<(), db::Error> {
        let mut tx = self.api.db.begin_as(self.institution).await?;
        idempotency::release(&mut tx, &self.key).await?;
        tx.commit().await
    }
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    KEPT_HEADERS.iter().filter_map(|name| Some((name.to_string(), value(name)?))).collect()
}

fn replay(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
