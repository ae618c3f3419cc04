//! What can go wrong between GitHub and us, each case named, each with the id of the request that GitHub support asks for.
//! It must not hide anything: there is no "other", and no text of ours carries the token.

use std::fmt;

use chrono::{DateTime, Utc};

/// Which request it was, by GitHub's own `x-github-request-id`; absent where the answer carried none, or there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request(pub Option<String>);

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(id) => write!(f, "GitHub request {id}"),
            None => f.write_str("no GitHub request id"),
        }
    }
}

/// Whether to try again, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Not before this moment of GitHub's clock.
    At(DateTime<Utc>),
    /// After a pause of the caller's choice, a few times.
    Later,
    /// Not until a person has changed something.
    Never,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{url}` is no address of a GitHub API: {why}")]
    BaseUrl { url: String, why: String },
    #[error("there is no GitHub token: set GITHUB_TOKEN or the key github.token")]
    NoToken,
    #[error("GitHub does not accept the token: set GITHUB_TOKEN (or the key github.token) to one that is valid ({request})")]
    Unauthorized { request: Request },
    #[error("GitHub forbids it: {message} ({request})")]
    Forbidden { message: String, request: Request },
    #[error("GitHub does not have it, or does not show it to this token: {message} ({request})")]
    NotFound { message: String, request: Request },
    #[error("GitHub says that it is gone for good: {message} ({request})")]
    Gone { message: String, request: Request },
    #[error("GitHub has blocked it for legal reasons: {message} ({request})")]
    Blocked { message: String, request: Request },
    /// The budget is spent, or we were too fast. `until` is by GitHub's clock and at most an hour after the answer.
    #[error("GitHub's rate limit is reached until {until}: {message} ({request})")]
    RateLimited { until: DateTime<Utc>, message: String, request: Request },
    /// GitHub is in trouble, or the page was too much work for it.
    #[error("GitHub answered {status}: {message} ({request})")]
    Server { status: u16, message: String, request: Request },
    /// A status that is not foreseen, redirections among them.
    #[error("GitHub answered {status}, which is not expected: {message} ({request})")]
    Status { status: u16, message: String, request: Request },
    /// No connection, no answer in time, or an answer that broke off.
    #[error("the answer did not arrive whole: {message} ({request})")]
    Transport { message: String, request: Request },
    #[error("the answer is not JSON, it begins `{start}`: {message} ({request})")]
    NotJson { start: String, message: String, request: Request },
    /// JSON, but not what the schema promises. `what` begins with the path of the field.
    #[error("the answer is not what GitHub's schema promises: {what} ({request})")]
    Protocol { what: String, request: Request },
    /// GitHub answered with an error of its own. What partial data came with it was thrown away.
    #[error("GitHub reports {kind}: {message} ({request})")]
    Graphql { kind: String, message: String, request: Request },
}

impl Error {
    pub fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { until, .. } => Retry::At(*until),
            Self::Server { .. } | Self::Transport { .. } | Self::NotJson { .. } | Self::Protocol { .. } | Self::Graphql { .. } => {
                Retry::Later
            }
            Self::BaseUrl { .. }
            | Self::NoToken
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Gone { .. }
            | Self::Blocked { .. }
            | Self::Status { .. } => Retry::Never,
        }
    }

    /// The page asked too much: half of it may pass.
    pub(super) fn is_too_much(&self) -> bool {
        match self {
            Self::Server { status, .. } => matches!(status, 502 | 504),
            // GitHub names no type where it ran out of time: "This may be the result of a timeout".
            Self::Graphql { kind, message, .. } => {
                matches!(kind.as_str(), "RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED") || message.contains("timeout")
            }
            _ => false,
        }
    }
}
