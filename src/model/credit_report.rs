//! The credit report of a term: who earned what under which policy, and up to when that is complete.
//! It must not compute: every number in it was stored by an evaluation.

use chrono::{DateTime, Utc};

use super::{
    ids::EvaluationId,
    institution::Institution,
    member_score::{ExplainedLine, MemberScore},
    repository::FullName,
    term::Term,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditReport {
    pub institution: Institution,
    pub term: Term,
    pub evaluation: EvaluationId,
    pub policy: PolicyLabel,
    pub coverage: Vec<RepositoryCoverage>,
    /// By number.
    pub rows: Vec<CreditRow>,
}

/// Which policy: its name, its version, and the hash of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLabel {
    pub name: String,
    pub version: String,
    pub hash: String,
}

/// Up to when a repository had been fetched. `None`: never to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryCoverage {
    pub repository: FullName,
    pub complete_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditRow {
    pub score: MemberScore,
    pub lines: Vec<ExplainedLine>,
}

impl CreditReport {
    /// Everything before this moment has been fetched from every repository; `None` where one was never fetched to the end, or none is tracked.
    pub fn complete_until(&self) -> Option<DateTime<Utc>> {
        self.coverage.iter().map(|c| c.complete_until).min().flatten()
    }
}
