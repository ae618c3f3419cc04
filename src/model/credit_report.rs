//! The credit report of a term: who earned what under which policy, up to when that is complete, and what people decided on it.
//! It must not compute: every number in it was stored by an evaluation, or given by people.

use chrono::{DateTime, Utc};

use super::{
    award::AwardState,
    credit::Credits,
    ids::{AwardId, EvaluationId},
    institution::Institution,
    member_score::{ExplainedLine, MemberScore},
    points::Points,
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
    /// The member's award for this term under policies of this name. `None`: nothing was proposed.
    pub award: Option<ReportedAward>,
}

/// An award as it stood when the report was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedAward {
    pub id: AwardId,
    pub state: AwardState,
    /// From which it was proposed: it may be an earlier one than the report is of.
    pub evaluation: EvaluationId,
    pub points: Points,
    pub policy_hash: String,
    /// The mark that the registry books.
    pub recorded_as: Option<String>,
    /// `None`: people have not decided.
    pub given: Option<Given>,
    /// The people who decided on it, in the order of their decisions.
    pub decided_by: Vec<String>,
}

/// What people decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// None where it was rejected or revoked.
    pub credits: Credits,
    /// Of an approved award: when its days are over.
    pub final_from: Option<DateTime<Utc>>,
}

impl CreditRow {
    /// How the member's award stands; where there is none, how the score does.
    pub fn state(&self) -> &'static str {
        self.award.as_ref().map_or_else(|| self.score.state().as_str(), |award| award.state.as_str())
    }

    /// What people gave; as long as they have not decided, what this evaluation found.
    pub fn credits(&self) -> Option<Credits> {
        let given = self.award.as_ref().and_then(|award| award.given);
        given.map(|given| given.credits).or_else(|| self.score.credits())
    }
}

impl CreditReport {
    /// Everything before this moment has been fetched from every repository; `None` where one was never fetched to the end, or none is tracked.
    pub fn complete_until(&self) -> Option<DateTime<Utc>> {
        self.coverage.iter().map(|c| c.complete_until).min().flatten()
    }
}
