//! Long work that a caller polls: a sync or an evaluation.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{EvaluationId, PolicyId, RepositoryId, SyncId, TermId};

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
    pub requested_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}
