//! Paths and queries: ids, limits, cursors.
//! It must not let a caller tell an id that is no id from one that is not there, nor ignore a parameter that it does not know.

use axum::{
    extract::{FromRequestParts, Path, rejection::QueryRejection},
    http::request::Parts,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Api, problem::Problem};
use crate::model::page::{DEFAULT_LIMIT, MAX_LIMIT};

/// The `{id}` of a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<T>(pub T);

impl<T: std::str::FromStr> FromRequestParts<Api> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, api).await.map_err(|_| const { Problem::not_found() })?;
        text.parse().map(Self).map_err(|_| const { Problem::not_found() })
    }
}

/// What stands behind the `?`.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|refused: QueryRejection| Problem::bad_request(refused.body_text()))
    }
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    pub limit: Option<u16>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<u16, Problem> {
        limit(self.limit)
    }

    /// Where the page begins; `None`: at the beginning.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        after(self.cursor.as_deref())
    }
}

/// Where a page of what is listed by its time begins.
pub(super) fn after_time<T: DeserializeOwned>(paging: &Paging) -> Result<Option<(DateTime<Utc>, T)>, Problem> {
    let after = paging.after::<(DateTime<Utc>, T)>()?;
    if after.as_ref().is_some_and(|(at, _)| !(0..=9_999).contains(&at.year())) {
        return Err(Problem::bad_request("cursor must be the `next` of a page of this list."));
    }
    Ok(after)
}

pub(super) fn limit(asked: Option<u16>) -> Result<u16, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit),
        Some(_) => Err(Problem::bad_request(format!("limit must be 1 to {MAX_LIMIT}."))),
    }
}

/// The key that a cursor stands for.
pub(super) fn after<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
    let read = || {
        let value: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        if holds_nul(&value) { None } else { serde_json::from_value(value).ok() }
    };
    read().map(Some).ok_or_else(|| Problem::bad_request("cursor must be the `next` of a page of this list."))
}

/// Postgres takes no NUL in a text. A cursor of ours holds none.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A cursor that stands for a key.
pub(super) fn cursor(key: &impl Serialize) -> String {
    // Keys are strings, ids and times: they always have a JSON form.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_cursor_reads_back_as_the_key_that_it_stands_for() {
        let key = ("0020230001 \\u 司马".to_owned(), 7_u32);
        assert_eq!(after::<(String, u32)>(Some(&cursor(&key))).unwrap(), Some(key));
        assert_eq!(after::<String>(Some("")).unwrap(), None);
        assert_eq!(after::<String>(None).unwrap(), None);
    }

    #[rstest]
    #[case("!")]
    #[case("bm8ganNvbg")]
    #[case(&cursor(&7))]
    #[case(&cursor(&"a\0b"))]
    fn a_cursor_that_is_none_of_ours_is_refused(#[case] text: &str) {
        assert!(after::<String>(Some(text)).is_err());
    }
}
