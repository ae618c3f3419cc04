//! Jobs: the one place where a fetch and a write meet. Each loads, thinks and stores; each may be run twice and does its work once.
//! No network call stands between the begin and the commit of a transaction.

mod bundle;
mod check_scores;
mod compare_policies;
mod forget_sessions;
mod ground;
mod link_accounts;
mod read_changes;
mod rescore_changed;
mod score_network;
mod score_term;
mod sync_repository;
mod worker;

use chrono::{DateTime, Utc};

pub use bundle::{NoBundle, bundle};
pub use compare_policies::{NotCompared, compare_policies};
pub use ground::Lines;
pub use score_network::{Classmate, network_standings};
pub use worker::{Error, Worker, WorkerSettings};

use crate::{
    db, github,
    model::{clock::Clock, ids::EvaluationId, job::ScoreTerm},
};

/// What every job works with.
#[derive(Debug, Clone)]
pub struct Tools {
    pub db: db::Db,
    pub github: github::Client,
    pub clock: Clock,
}

/// Why a job did not do its work.
#[derive(Debug)]
enum Failure {
    /// GitHub asks to wait: the job is put off until then, and this counts as no try.
    Later { until: DateTime<Utc>, why: String },
    /// May work next time: the queue tries again, a little later each time.
    Retry(String),
    /// Will not work however often it is tried: a person must do something.
    Permanent(String),
    /// Another worker does it now: there is nothing left to say.
    TakenOver,
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::BadRow { .. } => Self::Permanent(error.to_string()),
            db::Error::TakenOver => Self::TakenOver,
            _ => Self::Retry(error.to_string()),
        }
    }
}

impl From<github::Error> for Failure {
    fn from(error: github::Error) -> Self {
        let why = error.to_string();
        match error.retry() {
            github::Retry::At(until) => Self::Later { until, why },
            github::Retry::Later => Self::Retry(why),
            github::Retry::Never => Self::Permanent(why),
        }
    }
}

impl Failure {
    fn into_words(self) -> String {
        match self {
            Self::Later { why, .. } | Self::Retry(why) | Self::Permanent(why) => why,
            Self::TakenOver => "another worker does it".to_owned(),
        }
    }
}

/// Scores everybody for an evaluation that waits, without the queue. For benches, which also keep fewer lines.
pub async fn score_now(tools: &Tools, job: &ScoreTerm, lines: Lines) -> Result<(), String> {
    score_term::score(tools, job, lines).await.map_err(Failure::into_words)
}

/// Brings an evaluation up to date without the queue: the one that follows it, if anybody was touched. For benches and tests.
pub async fn rescore_now(tools: &Tools, job: &ScoreTerm, lines: Lines) -> Result<Option<EvaluationId>, String> {
    rescore_changed::rescore_one(tools, job, lines).await.map_err(Failure::into_words)
}

/// Which try of a job this is.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    is_last: bool,
}
