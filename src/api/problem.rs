//! What a caller gets whose request cannot be answered: RFC 9457 `application/problem+json`, one shape for all.
//! It must not tell why the house itself failed: that is logged, once.

use std::borrow::Cow;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{fields::Fault, scim};
use crate::db;

pub(super) const CONTENT_TYPE: &str = "application/problem+json";
const TYPE_PREFIX: &str = "urn:accredit:problem:";

/// Why a request was not answered.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<Fault>,
    /// After how many seconds it may be asked again.
    retry_after: Option<u64>,
}

/// Why a request was not answered, as RFC 9457 writes it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemView {
    /// Which kind of problem: stable, for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:accredit:problem:invalid_fields")]
    kind: String,
    #[schema(example = "Fields are not valid")]
    title: &'static str,
    #[schema(example = 422)]
    status: u16,
    /// What is wrong with this request, for people.
    detail: Cow<'static, str>,
    /// The fields that are wrong, where it is a matter of fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
}

impl Problem {
    const fn new(status: StatusCode, code: &'static str, title: &'static str, detail: Cow<'static, str>) -> Self {
        Self { status, code, title, detail, errors: Vec::new(), retry_after: None }
    }

    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "Bad request", detail.into())
    }

    /// The same for every key that does not let its bearer in, and for no key at all.
    pub const fn unauthorized() -> Self {
        let detail = "Send a valid key of the institution (Authorization: Bearer <key>), or sign in (/v1/sign-in/<institution>).";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "No valid key", Cow::Borrowed(detail))
    }

    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail.into())
    }

    /// Whoever came back from the provider is not let in.
    pub fn not_signed_in(why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_signed_in", "Not signed in", format!("You are not signed in: {why}.").into())
    }

    /// The institution's sign-in provider does not do its part.
    pub fn provider(why: impl std::fmt::Display) -> Self {
        let detail =
            format!("You are not signed in: {why}. Try again in a moment, or tell whoever administers Accredit at your institution.");
        Self::new(StatusCode::BAD_GATEWAY, "sign_in_provider", "The sign-in provider does not serve", detail.into())
    }

    /// GitHub did not say that the account is the caller's.
    pub fn not_proved(why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "account_not_proved", "Account not proved", format!("The account is not proved: {why}.").into())
    }

    /// GitHub does not do its part.
    pub fn github(why: impl std::fmt::Display) -> Self {
        let detail = format!("The account is not proved: {why}. Try again in a moment.");
        Self::new(StatusCode::BAD_GATEWAY, "github", "GitHub does not serve", detail.into())
    }

    /// The same for what does not exist and for what is another institution's.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", Cow::Borrowed("There is nothing here."))
    }

    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "In conflict with what is there", detail.into())
    }

    /// A conflict that one field is to blame for.
    pub fn conflict_of(field: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { errors: vec![Fault::new(field, detail.clone())], ..Self::conflict(detail) }
    }

    pub fn too_large(most: usize) -> Self {
        let detail = format!("The body may have at most {most} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Body too large", detail.into())
    }

    pub fn wrong_content_type(expected: &'static str) -> Self {
        let detail = format!("Send the body as {expected}, and say so in Content-Type.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type", "Content type not supported", detail.into())
    }

    pub fn invalid_fields(errors: Vec<Fault>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields are not valid: see `errors`.", many.len()),
        };
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Fields are not valid", detail.into()) }
    }

    pub const fn key_of_another_request() -> Self {
        let detail = "This Idempotency-Key was used for another request: use a new one for a new request.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Idempotency-Key used before", Cow::Borrowed(detail))
    }

    pub fn too_many(retry_after: u64) -> Self {
        let detail = format!("This key sends more requests than it may: ask again in {retry_after} s.");
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests", detail.into())
        }
    }

    pub const fn internal() -> Self {
        let detail = "Something failed on our side. It has been logged under the id in x-request-id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", Cow::Borrowed(detail))
    }

    pub fn unavailable() -> Self {
        let detail = "The service cannot answer right now. Try again in a moment.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available", Cow::Borrowed(detail));
        Self { retry_after: Some(5), ..problem }
    }

    /// For an error of the database that nothing in the request is to blame for. Logs it.
    pub fn database(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable { .. } | db::Error::Unusable(_) => {
                tracing::error!(%error, "the database does not serve");
                Self::unavailable()
            }
            db::Error::Conflict { .. } | db::Error::TakenOver | db::Error::BadRow { .. } | db::Error::Migrate(_) | db::Error::Sqlx(_) => {
                Self::broken(&error)
            }
        }
    }

    /// For a failure of the house itself. Logs it.
    pub fn broken(why: &dyn std::fmt::Display) -> Self {
        tracing::error!(%why, "a request failed");
        Self::internal()
    }

    /// The fields that are wrong.
    #[cfg(test)]
    pub fn errors(&self) -> &[Fault] {
        &self.errors
    }

    /// For people.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// What stands for a bare status: an unknown path, a wrong method, a timeout.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                let detail = "The path is known, this method on it is not: see Allow.";
                Self::new(status, "method_not_allowed", "Method not allowed", Cow::Borrowed(detail))
            }
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            _ if status.is_server_error() => Self::internal(),
            _ => Self { status, ..Self::bad_request(status.canonical_reason().unwrap_or("The request cannot be answered.")) },
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let view = ProblemView {
            kind: format!("{TYPE_PREFIX}{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let mut response = (self.status, axum::Json(view)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"accredit\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Gives every refusal that is not a problem yet the shape of one: those of the framework have none. A directory gets SCIM's shape.
pub(super) async fn dress(request: Request, next: Next) -> Response {
    let directorys = scim::is_scim(request.uri().path()).then(|| request.method().clone());
    let response = next.run(request).await;
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    if let (true, Some(method)) = (refused, directorys) {
        return scim::dress(&method, response).await;
    }
    if !refused || response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == CONTENT_TYPE) {
        return response;
    }
    let mut dressed = Problem::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        dressed.headers_mut().insert(header::ALLOW, allow.clone());
    }
    dressed
}
