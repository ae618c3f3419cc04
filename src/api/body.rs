//! Bodies and responses: what a request may carry, and how a success is answered.
//! It must not ignore a field that it does not know: a misspelt one would be lost without a word.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Value, error::Category};

use super::{Api, fields::Fault, problem::Problem};
use crate::rosters;

/// The largest body of any request but one.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// The largest file at [`FILES`].
pub(super) const MOST_FILE_BYTES: usize = rosters::MOST_BYTES;
/// Where files are sent to.
const FILES: &str = "/v1/members/import";
/// The largest text of a policy.
const MOST_POLICY_BYTES: usize = 256 * 1024;

/// A JSON body.
#[derive(Debug)]
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        let is_json = |kind: &str| kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
        let bytes = read(request, "application/json", is_json, MOST_BYTES).await?;
        Ok(Self(parse(&bytes)?))
    }
}

/// A policy's text.
#[derive(Debug)]
pub(super) struct Toml(pub String);

impl FromRequest<Api> for Toml {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        let bytes = read(request, "application/toml", |kind| kind == "application/toml", MOST_POLICY_BYTES).await?;
        Ok(Self(utf8(&bytes)?.to_owned()))
    }
}

/// A table with a header, as CSV.
#[derive(Debug)]
pub(super) struct Csv(pub String);

impl FromRequest<Api> for Csv {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        let bytes = read(request, "text/csv", |kind| kind == "text/csv", MOST_BYTES).await?;
        let text = utf8(&bytes)?;
        Ok(Self(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()))
    }
}

/// A roster: a table of text, a workbook or a bundle of tables. What it is its content says: a program that sends files seldom knows better.
#[derive(Debug)]
pub(super) struct File(pub Bytes);

impl FromRequest<Api> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        const KINDS: [&str; 4] = ["text/csv", "application/json", WORKBOOK, "application/zip"];
        let expected = "text/csv, application/json, application/zip or, for XLSX, \
                        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        Ok(Self(read(request, expected, |kind| KINDS.contains(&kind), MOST_FILE_BYTES).await?))
    }
}

async fn read(request: Request, expected: &'static str, fits: impl Fn(&str) -> bool, most: usize) -> Result<Bytes, Problem> {
    if !content_type(request.headers()).is_some_and(|kind| fits(&kind)) {
        return Err(Problem::wrong_content_type(expected));
    }
    let bytes = collect(request).await?;
    if bytes.len() > most { Err(Problem::too_large(most)) } else { Ok(bytes) }
}

/// The whole body, which the router's limit bounds.
pub(super) async fn collect(request: Request) -> Result<Bytes, Problem> {
    let most = if request.uri().path() == FILES { MOST_FILE_BYTES } else { MOST_BYTES };
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(most),
        _ => Problem::bad_request("The body could not be read to its end."),
    })
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|why| Problem::bad_request(format!("The body must be UTF-8: {why}.")))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refuse(bytes, &error))?;
    json.end().map_err(|error| Problem::bad_request(format!("The body is not one JSON value: {error}.")))?;
    Ok(value)
}

fn refuse(bytes: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    // A null where a word is wanted is called bad syntax too.
    let is_json = serde_json::from_slice::<Value>(bytes).is_ok();
    let message = error.inner().to_string();
    match error.inner().classify() {
        Category::Syntax if is_json => Problem::invalid_fields(vec![Fault::new(&error.path().to_string(), "is null, and must not be")]),
        Category::Data => {
            let path = error.path().to_string();
            // A field that is missing or unknown is named by the message and not by the path to it.
            let field = message.strip_prefix("missing field `").or_else(|| message.strip_prefix("unknown field `"));
            let field = field.and_then(|rest| rest.split_once('`')).map_or(path.as_str(), |(name, _)| name);
            Problem::invalid_fields(vec![Fault::new(field, message.as_str())])
        }
        Category::Syntax | Category::Eof | Category::Io => Problem::bad_request(format!("The body is not JSON: {message}.")),
    }
}

/// For a field of a PATCH: absent is `None`; what is there is read as it is, a null only where the inner type allows it.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// 201: what was made, and where it is.
pub(super) struct Created<T>(pub String, pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, [(header::LOCATION, self.0)], axum::Json(self.1)).into_response()
    }
}

/// 202: the work that was asked for, and where to see how it stands.
pub(super) struct Accepted<T>(pub String, pub T);

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, [(header::LOCATION, self.0)], axum::Json(self.1)).into_response()
    }
}
