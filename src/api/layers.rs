//! What every request passes through: an id, a log line, a time limit, and headers that browsers obey.
//! It must not log a key or a query's values.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower::util::option_layer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    sensitive_headers::SetSensitiveRequestHeadersLayer,
    timeout::TimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};

use super::{body::MOST_BYTES, idempotency, manners::Manners, problem, problem::Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST_ID: usize = 128;
/// How long a browser may remember that it may call.
const PREFLIGHT: Duration = Duration::from_secs(3_600);
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// For a year.
const HTTPS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Nothing of ours is a page, save the reference.
const STRICT: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
/// The reference page: its own files alone; its styles are partly inline, its icons partly data.
const REFERENCE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// Wraps the whole router: the last layer here is the first that a request meets.
pub(super) fn wrap(router: Router, manners: &Manners) -> Router {
    router
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(catch_panic())
        // Dropping a request may cancel a `begin`: the pool is built for that.
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(from_fn(problem::dress))
        .layer(from_fn_with_state(manners.https, harden))
        .layer(option_layer((!manners.allowed_origins.is_empty()).then(|| cors(manners))))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(DefaultOnResponse::new().level(tracing::Level::INFO))
                // The cause is logged where it is known.
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(from_fn(refuse_odd_request_id))
        .layer(SetSensitiveRequestHeadersLayer::new([header::AUTHORIZATION, header::COOKIE]))
}

/// Also around each handler, so that whoever waits for its answer gets one.
pub(super) fn catch_panic() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(panicked as fn(_) -> _)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let why = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Problem::broken(&why.unwrap_or("a panic without words")).into_response()
}

fn span(request: &Request) -> tracing::Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), request_id = id)
}

/// A caller may bring its own id, if it is one that can stand in a log.
async fn refuse_odd_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        let bytes = id.as_bytes();
        (1..=LONGEST_REQUEST_ID).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Which pages may call from a browser: those that the settings name, no other. They bring a key, never a cookie.
fn cors(manners: &Manners) -> CorsLayer {
    let read: [HeaderName; 7] =
        ["etag", "idempotency-replayed", "location", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"]
            .map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(manners.allowed_origins.clone()))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH, idempotency::HEADER, REQUEST_ID])
        .expose_headers(read)
        .max_age(PREFLIGHT)
}

async fn harden(State(https): State<bool>, request: Request, next: Next) -> Response {
    let policy = if request.uri().path().starts_with("/docs") { REFERENCE } else { STRICT };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use axum::{
        body::{Body, to_bytes},
        routing,
    };
    use tower::ServiceExt as _;

    use super::*;

    async fn panics() -> &'static str {
        panic!("the secret of the house")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_does_not_say_why() {
        let manners =
            Manners { per_second: NonZeroU32::MIN, burst: NonZeroU32::MIN, at_once: 1, allowed_origins: Vec::new(), https: false };
        let router = wrap(Router::new().route("/", routing::get(panics)), &manners);
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], problem::CONTENT_TYPE);
        assert!(response.headers().contains_key(REQUEST_ID));
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
