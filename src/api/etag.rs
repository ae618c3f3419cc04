//! Answers to GET get an `ETag` over their bytes, where they bring none of their own; one that the caller has already is answered 304.
//! It must not weaken: the same tag of its own making means the same bytes.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

use super::problem::Problem;

/// For an institution's eyes only, and to be asked for again each time.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

pub(super) async fn tag(request: Request, next: Next) -> Result<Response, Problem> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = known(request.headers());
    let response = next.run(request).await;
    if !reads || response.status() != StatusCode::OK {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|why| Problem::broken(&why))?;
    if !parts.headers.contains_key(header::ETAG) {
        let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
        parts.headers.insert(header::ETAG, HeaderValue::try_from(tag).map_err(|why| Problem::broken(&why))?);
    }
    let tag = parts.headers[header::ETAG].to_str().map_err(|why| Problem::broken(&why))?.trim_start_matches("W/");
    let unchanged = known.iter().any(|known| known == tag || known == "*");
    parts.headers.insert(header::CACHE_CONTROL, REVALIDATE);
    if unchanged {
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Ok((StatusCode::NOT_MODIFIED, parts.headers).into_response());
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// The tags that the caller has. If-None-Match compares weakly: a `W/` in front says nothing.
fn known(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/").to_owned()).collect()
}
