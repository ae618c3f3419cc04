//! Long work that a caller polls: a sync or an evaluation.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{EvaluationId, MemberId, PolicyId, RepositoryId, SyncId, TermId};
use super::traces::Traces;

/// How a piece of long work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    Queued,
    Running,
    Done,
    Failed,
}

impl WorkState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Nothing more will happen.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

impl FromStr for WorkState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "queued" => Ok(Self::Queued),
            "running" => Ok(Self::Running),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            _ => Err(format!("`{text}` is not a state of work")),
        }
    }
}

/// One fetch of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    pub id: SyncId,
    pub repository: RepositoryId,
    pub state: WorkState,
    /// Items fetched so far, nested ones counted.
    pub fetched: i64,
    /// How many pull requests, issues and releases there are to look at, once GitHub has said so.
    pub total: Option<i64>,
    pub requests: i64,
    /// Rows that were new or had changed.
    pub written: i64,
    pub error: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// One scoring of one term under one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub id: EvaluationId,
    pub term: TermId,
    pub policy: PolicyId,
    pub policy_hash: String,
    pub state: WorkState,
    pub error: Option<String>,
    /// For which moment it is: what happens later is not known to it.
    pub requested_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The evaluation that it rests on: whom nothing touched since then has the result that stands there. Absent: it scored everybody.
    pub base: Option<EvaluationId>,
    /// Those of earlier terms from which carried points and credits were taken.
    pub prior: Vec<EvaluationId>,
    /// When everybody was last scored anew and compared with it.
    pub checked_at: Option<DateTime<Utc>>,
    /// Who differed then. Not empty: it is wrong, and another one was made.
    pub differs: Vec<MemberId>,
}

/// A done evaluation that another can rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub evaluation: Evaluation,
    /// Those that it rests on itself, the newest first.
    pub bases: Vec<EvaluationId>,
    /// The reverts and copies that it knew of.
    pub traces: Option<Traces>,
    /// Absent: nobody can say what changed since.
    pub seen: Option<Seen>,
}

/// What a transaction saw, as Postgres writes it (`pg_snapshot`): `xmin:xmax:running`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen(String);

impl Seen {
    pub const fn new(snapshot: String) -> Self {
        Self(snapshot)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The oldest transaction that was under way: whatever an older one wrote was seen.
    pub fn oldest_unseen(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }
}

impl Base {
    /// It and those that it rests on, the newest first.
    pub fn chain(&self) -> Vec<EvaluationId> {
        std::iter::once(self.evaluation.id).chain(self.bases.iter().copied()).collect()
    }
}
