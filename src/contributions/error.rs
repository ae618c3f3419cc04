//! What GitHub can say that cannot be true, each case named, with the item that it said it of.
//! It must not be used for what is merely absent: that is a fact, not a fault.

use crate::model::contribution::{Kind, State};

/// An item that no record can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} {id} cannot be stored as GitHub gave it: {fault}. Look at {url} and fetch again; nothing of its page was stored",
    kind = kind.as_str().replace('_', " "), id = if github_id.is_empty() { "without an id" } else { github_id },
    url = if url.is_empty() { "the repository" } else { url })]
pub struct Error {
    pub kind: Kind,
    pub github_id: String,
    pub url: String,
    pub fault: Fault,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it has no id that GitHub gives (a number above 0, or a commit's object id)")]
    NoId,
    #[error("its number is {0}, and GitHub counts from 1")]
    BadNumber(i64),
    #[error("it has no address")]
    NoUrl,
    #[error("it is {0} and has no date of that")]
    NoDate(State),
    #[error("{what} are {lines}, and there are no fewer than no lines")]
    NegativeLines { what: String, lines: i64 },
    #[error("its commits are {0}, and there are no fewer than no commits")]
    NegativeCommits(i64),
    #[error("its lines add up to more than can be counted")]
    TooManyLines,
    #[error("one of its changed files has no path")]
    NoPath,
}
