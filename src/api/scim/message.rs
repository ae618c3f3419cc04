//! SCIM's messages: how an answer goes over the wire, and what a directory gets whose request cannot be answered.
//! It must not say more of a failure than a problem does: it is made of one, or of what the request itself says.

use axum::{
    Json,
    body::to_bytes,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::api::problem::{self, Problem};

pub(in crate::api) const CONTENT_TYPE: &str = "application/scim+json";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// No problem is longer.
const MOST_BYTES: usize = 1024 * 1024;

/// Whether a path is a directory's matter.
pub(in crate::api) fn is_scim(path: &str) -> bool {
    path == "/scim" || path.starts_with("/scim/")
}

/// Why a request was not answered, as RFC 7644 writes it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ScimError)]
pub(in crate::api) struct ErrorView {
    schemas: [&'static str; 1],
    /// The HTTP status, as a text.
    #[schema(example = "400")]
    status: String,
    /// Which kind of refusal, where RFC 7644 has a word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "invalidValue")]
    scim_type: Option<&'static str>,
    /// What is wrong with this request, for people.
    detail: String,
}

/// RFC 7644's words for what can be wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Kind {
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    Uniqueness,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidPath => "invalidPath",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
            Self::Uniqueness => "uniqueness",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Uniqueness => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A request that cannot be answered.
#[derive(Debug)]
pub(in crate::api) enum Refusal {
    /// For a reason of SCIM's own.
    Scim { status: StatusCode, kind: Option<Kind>, detail: String },
    /// For one that every route can have; [`dress`] puts it into SCIM's words.
    Problem(Problem),
}

impl Refusal {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self::Scim { status: kind.status(), kind: Some(kind), detail: detail.into() }
    }

    pub fn value(detail: impl Into<String>) -> Self {
        Self::new(Kind::InvalidValue, detail)
    }

    /// The `If-Match` of the request is an older version's.
    pub fn changed_since() -> Self {
        let detail = "The user has changed since the version in If-Match: read it again.".to_owned();
        Self::Scim { status: StatusCode::PRECONDITION_FAILED, kind: None, detail }
    }

    pub fn forbidden(detail: &str) -> Self {
        Self::Scim { status: StatusCode::FORBIDDEN, kind: None, detail: detail.to_owned() }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Scim { status, kind, detail } => error(status, kind, detail),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

fn error(status: StatusCode, kind: Option<Kind>, detail: String) -> Response {
    let view = ErrorView { schemas: [ERROR], status: status.as_u16().to_string(), scim_type: kind.map(Kind::word), detail };
    Answer(status, view).into_response()
}

/// A success, as SCIM sends it.
pub(in crate::api) struct Answer<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(self.1)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        response
    }
}

/// What is read of a problem.
#[derive(Deserialize)]
struct ProblemWire {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
    #[serde(default)]
    errors: Vec<FaultWire>,
}

#[derive(Deserialize)]
struct FaultWire {
    field: String,
    message: String,
}

/// Puts a refusal into SCIM's words, whoever refused: its status and its other headers stay.
pub(in crate::api) async fn dress(method: &Method, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let status = parts.status;
    let kind = parts.headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == CONTENT_TYPE) {
        return Response::from_parts(parts, body);
    }
    let is_problem = kind.is_some_and(|kind| kind == problem::CONTENT_TYPE);
    let problem = match to_bytes(body, MOST_BYTES).await {
        Ok(bytes) if is_problem => serde_json::from_slice(&bytes).ok(),
        _ => None,
    };
    let (kind, detail) = match problem {
        Some(problem) => words(method, problem),
        None => (None, Problem::of_status(status).detail().to_owned()),
    };
    let dressed = error(status, kind, detail);
    parts.headers.remove(header::CONTENT_LENGTH);
    let (new, body) = dressed.into_parts();
    parts.headers.extend(new.headers);
    Response::from_parts(parts, body)
}

fn words(method: &Method, problem: ProblemWire) -> (Option<Kind>, String) {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let kind = (problem.kind.ends_with(":bad_request") && !reads).then_some(Kind::InvalidSyntax);
    let faults: Vec<String> = problem.errors.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
    (kind, if faults.len() > 1 { faults.join("; ") } else { problem.detail })
}
