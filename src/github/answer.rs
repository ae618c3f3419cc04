//! Reads the outside of an answer: status, headers, and GraphQL's `data` and `errors` or a page of a REST list.
//! It must not let a failed answer pass as an empty one.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    error::{Error, Request},
    wire,
};

/// The longest that we let GitHub send us away for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// GitHub's advice where it names no time.
const DEFAULT_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// A rate limit whose end has passed by GitHub's own clock still wants a moment.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// What the headers of an answer say.
#[derive(Debug)]
pub(super) struct Head {
    pub status: u16,
    pub request: Request,
    /// GitHub's clock.
    pub date: Option<DateTime<Utc>>,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    pub reset: Option<DateTime<Utc>>,
    /// The answer is a page, and another one follows it.
    has_next: bool,
    retry_after: Option<RetryAfter>,
}

#[derive(Debug, Clone, Copy)]
enum RetryAfter {
    Seconds(i64),
    At(DateTime<Utc>),
}

impl Head {
    pub fn read(status: u16, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let date = |text: &str| DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc());
        Self {
            status,
            request: Request(text("x-github-request-id").map(str::to_owned)),
            date: text("date").and_then(date),
            limit: text("x-ratelimit-limit").and_then(|t| t.parse().ok()),
            remaining: text("x-ratelimit-remaining").and_then(|t| t.parse().ok()),
            reset: text("x-ratelimit-reset").and_then(|t| t.parse().ok()).and_then(|at| DateTime::from_timestamp(at, 0)),
            has_next: text("link").is_some_and(|links| links.contains("rel=\"next\"")),
            retry_after: text("retry-after").and_then(|t| t.parse().ok().map(RetryAfter::Seconds).or_else(|| date(t).map(RetryAfter::At))),
        }
    }

    fn rate_limited(self, message: String) -> Error {
        let wanted = match (self.retry_after, self.date) {
            (Some(RetryAfter::At(at)), _) => Some(at),
            (Some(RetryAfter::Seconds(seconds)), Some(now)) => TimeDelta::try_seconds(seconds).and_then(|d| now.checked_add_signed(d)),
            _ if self.remaining == Some(0) => self.reset,
            _ => None,
        };
        let until = match (self.date, wanted) {
            (Some(now), wanted) => {
                let latest = now + TimeDelta::seconds(3600);
                wanted.unwrap_or(now + DEFAULT_PAUSE).clamp(now + SHORTEST_PAUSE, latest)
            }
            (None, Some(wanted)) => wanted,
            (None, None) => {
                return Error::Protocol { what: format!("Date: a rate limit without the server's time: {message}"), request: self.request };
            }
        };
        Error::RateLimited { until, message, request: self.request }
    }

    /// The error that the status alone, or with what the body says, stands for.
    fn failure(self, body: &str) -> Error {
        let message = said(body);
        let limited = self.status == 429
            || self.status == 403 && (self.retry_after.is_some() || self.remaining == Some(0) || speaks_of_rate_limit(&message));
        if limited {
            return self.rate_limited(message);
        }
        let Self { status, request, .. } = self;
        match status {
            401 => Error::Unauthorized { request },
            403 => Error::Forbidden { message, request },
            404 => Error::NotFound { message, request },
            410 => Error::Gone { message, request },
            451 => Error::Blocked { message, request },
            500..=599 => Error::Server { status, message, request },
            _ => Error::Status { status, message, request },
        }
    }
}

fn speaks_of_rate_limit(message: &str) -> bool {
    let message = message.to_lowercase();
    ["rate limit", "abuse detection"].iter().any(|words| message.contains(words))
}

/// What a failed answer says for itself: GitHub's `message`, or else how the body begins.
fn said(body: &str) -> String {
    #[derive(Deserialize)]
    struct MessageWire {
        message: String,
    }
    let message = serde_json::from_str::<MessageWire>(body).map_or_else(|_| body.trim().to_owned(), |said| said.message);
    if message.is_empty() { "no message".to_owned() } else { start(&message) }
}

fn start(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[derive(Deserialize)]
struct EnvelopeWire {
    data: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "wire::nullable")]
    errors: Option<Vec<GraphqlErrorWire>>,
    message: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct GraphqlErrorWire {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    pub path: Vec<serde_json::Value>,
    message: String,
}

impl GraphqlErrorWire {
    pub fn is_not_found(&self) -> bool {
        self.kind.as_deref() == Some("NOT_FOUND")
    }

    fn into_error(self, head: Head) -> Error {
        if self.kind.as_deref() == Some("RATE_LIMITED") || speaks_of_rate_limit(&self.message) {
            return head.rate_limited(start(&self.message));
        }
        let request = head.request;
        let path: Vec<String> = self.path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
        let message = if path.is_empty() { start(&self.message) } else { format!("{} (at {})", start(&self.message), path.join(".")) };
        match self.kind.as_deref() {
            Some("NOT_FOUND") => Error::NotFound { message, request },
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => Error::Forbidden { message, request },
            kind => Error::Graphql { kind: kind.unwrap_or("an error").to_owned(), message, request },
        }
    }
}

/// A readable answer of GraphQL: `data`, or `errors`, or both.
#[derive(Debug)]
pub(super) struct Answer {
    head: Head,
    data: Option<Box<RawValue>>,
    pub errors: Vec<GraphqlErrorWire>,
}

pub(super) fn read(head: Head, text: &str) -> Result<Answer, Error> {
    if head.status != 200 {
        return Err(head.failure(text));
    }
    if let Err(error) = serde_json::from_str::<&RawValue>(text) {
        return Err(Error::NotJson { start: start(text.trim_start()), message: error.to_string(), request: head.request });
    }
    let envelope: EnvelopeWire = wire::read(text, "the answer", &head.request)?;
    let errors = envelope.errors.unwrap_or_default();
    match envelope.message {
        Some(message) if speaks_of_rate_limit(&message) => return Err(head.rate_limited(start(&message))),
        _ => {}
    }
    if envelope.data.is_none() && errors.is_empty() {
        return Err(Error::Protocol { what: "data: there is none, and no errors either".to_owned(), request: head.request });
    }
    // A rate limit makes the whole answer worthless, whoever asked and whatever else is in it.
    match errors.iter().find(|e| e.kind.as_deref() == Some("RATE_LIMITED") || speaks_of_rate_limit(&e.message)) {
        Some(limit) => Err(limit.clone().into_error(head)),
        None => Ok(Answer { head, data: envelope.data, errors }),
    }
}

/// A page of a REST list.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    pub has_next: bool,
    request: Request,
}

pub(super) fn page(head: Head, text: String) -> Result<Page, Error> {
    if head.status != 200 {
        return Err(head.failure(&text));
    }
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(_) => Ok(Page { text, has_next: head.has_next, request: head.request }),
        Err(error) => Err(Error::NotJson { start: start(text.trim_start()), message: error.to_string(), request: head.request }),
    }
}

impl Page {
    pub fn items<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<T>, Error> {
        wire::read(&self.text, "the list", &self.request)
    }
}

impl Answer {
    /// Only an answer without any error is whole.
    pub fn whole(mut self) -> Result<Self, Error> {
        if self.errors.is_empty() { Ok(self) } else { Err(self.errors.swap_remove(0).into_error(self.head)) }
    }

    /// The answer's first error that is not among the expected ones.
    pub fn only_with(mut self, expected: impl Fn(&GraphqlErrorWire) -> bool) -> Result<Self, Error> {
        match self.errors.iter().position(|e| !expected(e)) {
            None => Ok(self),
            Some(at) => Err(self.errors.swap_remove(at).into_error(self.head)),
        }
    }

    pub fn data<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        let data = self.data.as_deref().ok_or_else(|| self.protocol("data: there is none"))?;
        wire::read(data.get(), "data", self.request())
    }

    pub fn request(&self) -> &Request {
        &self.head.request
    }

    /// GitHub's clock when it answered.
    pub fn date(&self) -> Result<DateTime<Utc>, Error> {
        self.head.date.ok_or_else(|| self.protocol("Date: the header is missing"))
    }

    pub fn protocol(&self, what: impl Into<String>) -> Error {
        Error::Protocol { what: what.into(), request: self.request().clone() }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    /// An answer given at noon by GitHub's clock.
    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Result<Answer, Error> {
        let mut map = HeaderMap::new();
        map.insert("date", HeaderValue::from_static("Mon, 01 Sep 2025 12:00:00 GMT"));
        map.insert("x-github-request-id", HeaderValue::from_static("ABCD:1"));
        for &(name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        read(Head::read(status, &map), body).and_then(Answer::whole)
    }

    /// The same noon in seconds.
    const NOON: i64 = 1_756_728_000;
    const SLOW_DOWN: &str = r#"{"message": "You have exceeded a secondary rate limit."}"#;
    const SPENT: &str = r#"{"data": null, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}"#;

    #[rstest]
    #[case::graphql_names_no_time(200, &[], SPENT, 60)]
    #[case::graphql_with_the_budgets_reset(200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1756729800")], SPENT, 1800)]
    #[case::a_reset_of_another_budget(200, &[("x-ratelimit-remaining", "17"), ("x-ratelimit-reset", "1756729800")], SPENT, 60)]
    #[case::secondary_as_200(200, &[], SLOW_DOWN, 60)]
    #[case::secondary_among_errors(200, &[], r#"{"data": {"a": 1}, "errors": [{"message": "secondary rate limit"}]}"#, 60)]
    #[case::secondary_as_403(403, &[], SLOW_DOWN, 60)]
    #[case::seconds(403, &[("retry-after", "90")], "{}", 90)]
    #[case::a_date(429, &[("retry-after", "Mon, 01 Sep 2025 12:02:00 GMT")], "", 120)]
    #[case::no_words_at_all(429, &[], "", 60)]
    #[case::retry_after_beats_reset(429, &[("retry-after", "5"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1756729800")], "", 5)]
    #[case::never_more_than_an_hour(429, &[("retry-after", "999999")], "", 3600)]
    #[case::never_a_time_that_has_passed(429, &[("retry-after", "Mon, 01 Sep 2025 11:00:00 GMT")], "", 1)]
    #[case::primary_of_rest(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1756728600")], "{}", 600)]
    fn a_rate_limit_says_until_when_by_githubs_clock(
        #[case] status: u16,
        #[case] headers: &[(&'static str, &'static str)],
        #[case] body: &str,
        #[case] seconds: i64,
    ) {
        let error = answer(status, headers, body).unwrap_err();
        let Error::RateLimited { until, request, .. } = &error else { panic!("{error}") };
        assert_eq!(until.timestamp() - NOON, seconds);
        assert_eq!(request.to_string(), "GitHub request ABCD:1");
    }

    #[rstest]
    #[case(401, r#"{"message": "Bad credentials"}"#, "set GITHUB_TOKEN")]
    #[case(403, r#"{"message": "Resource not accessible by personal access token"}"#, "GitHub forbids it: Resource not accessible")]
    #[case(404, r#"{"message": "Not Found"}"#, "GitHub does not have it")]
    #[case(410, r#"{"message": "Issues are disabled"}"#, "gone for good: Issues are disabled")]
    #[case(451, r#"{"message": "Repository access blocked"}"#, "blocked it for legal reasons")]
    #[case(502, "<html>Bad gateway</html>", "GitHub answered 502: <html>")]
    #[case(301, "", "GitHub answered 301, which is not expected")]
    #[case(200, "<html><body>Unicorn!", "the answer is not JSON, it begins `<html>")]
    #[case(200, r#"{"data": {"node": {"#, "not JSON")]
    #[case(200, "", "not JSON")]
    #[case(200, "{}", "data: there is none, and no errors either")]
    #[case(200, r#"{"data": null}"#, "data: there is none, and no errors either")]
    #[case(200, "[]", "the answer: ")]
    #[case(200, r#"{"data": {"a": 1}, "errors": [{"type": "NOT_FOUND", "path": ["a", 0], "message": "No such"}]}"#, "No such (at a.0)")]
    #[case(200, r#"{"data": {"a": 1}, "errors": [{"message": "Something went wrong"}]}"#, "GitHub reports an error: Something went wrong")]
    #[case(200, r#"{"errors": [{"type": "SERVICE_UNAVAILABLE", "message": "x"}]}"#, "GitHub reports SERVICE_UNAVAILABLE")]
    fn every_failure_has_its_name_and_its_request(#[case] status: u16, #[case] body: &str, #[case] says: &str) {
        let error = answer(status, &[], body).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("GitHub request ABCD:1"), "{error}");
    }

    #[test]
    fn a_rate_limit_without_any_time_is_not_given_one_of_ours() {
        let error = read(Head::read(429, &HeaderMap::new()), "").unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error}");
    }
}
