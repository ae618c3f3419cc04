//! What can go wrong with the database, as a caller must tell it apart.
//! It must not carry a password into a message.

use std::fmt::Display;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique key was violated: the function where it happens turns this into an answer of the domain.
    #[error("a row with the same {constraint} is there already")]
    Conflict { constraint: String },
    /// Another worker has taken this piece of work over, or it is over: nothing more may be written for it.
    #[error("another worker has taken this work over")]
    TakenOver,
    /// A stored value is not what this program writes.
    #[error("table {table} holds a bad {column}: {why}")]
    BadRow { table: &'static str, column: &'static str, why: String },
    /// No server, no answer, no free connection.
    #[error("the database is not available: {why}")]
    Unavailable { why: String },
    /// The server answered, and refuses to work with us until somebody acts; the text says who and how.
    #[error("{0}")]
    Unusable(String),
    #[error("the database could not be brought up to date: {0}")]
    Migrate(String),
    #[error("the database answered: {0}")]
    Sqlx(#[source] sqlx::Error),
}

impl Error {
    pub(in crate::db) fn bad_row(table: &'static str, column: &'static str, why: impl Display) -> Self {
        Self::BadRow { table, column, why: why.to_string() }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(answer) if answer.is_unique_violation() => {
                Self::Conflict { constraint: answer.constraint().unwrap_or("key").to_owned() }
            }
            // 57P0x: the server is starting, stopping or has crashed; 53300: it has no connection left.
            sqlx::Error::Database(answer) if answer.code().is_some_and(|code| code.starts_with("57P0") || code == "53300") => {
                Self::Unavailable { why: answer.message().to_owned() }
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable { why: error.to_string() }
            }
            _ => Self::Sqlx(error),
        }
    }
}
