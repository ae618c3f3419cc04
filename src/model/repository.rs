//! A repository: what GitHub says of it, and what an institution says of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    account::AccountId,
    ids::{MemberId, RepositoryId},
};

/// `owner/name` as GitHub writes it: the label of a repository, never its identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct FullName(String);

/// Why a text does not name a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a repository: write owner/name, such as rust-lang/cargo")]
pub struct NotFullName(String);

impl FullName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl std::fmt::Display for FullName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for FullName {
    type Err = NotFullName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotFullName(text.to_owned());
        let (owner, name) = text.split_once('/').ok_or_else(refuse)?;
        let owner_ok = !owner.is_empty() && owner.len() <= 39 && owner.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let name_ok = !name.is_empty()
            && name.len() <= 100
            && name != "."
            && name != ".."
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if owner_ok && name_ok { Ok(Self(text.to_owned())) } else { Err(refuse()) }
    }
}

/// Where we stand with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepositoryState {
    /// Registered, never fetched to the end.
    Pending,
    /// Its last fetch was whole.
    Ready,
    /// Its last fetch failed: `last_error` says why. What an earlier fetch brought is still there.
    Failed,
}

impl RepositoryState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for RepositoryState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pending" => Ok(Self::Pending),
            "ready" => Ok(Self::Ready),
            "failed" => Ok(Self::Failed),
            _ => Err(format!("`{text}` is not a state of a repository")),
        }
    }
}

/// A repository that an institution tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedRepository {
    pub id: RepositoryId,
    pub full_name: FullName,
    /// Set by the first fetch.
    pub github_id: Option<i64>,
    /// The institution's word for it, which policies refer to: `community`, `course`, `own`.
    pub category: String,
    /// The members whose repository it is.
    pub members: Vec<MemberId>,
    pub member_numbers: Vec<String>,
    pub state: RepositoryState,
    /// Everything that happened before this moment has been fetched.
    pub synced_until: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// What scoring must know of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryContext {
    pub id: RepositoryId,
    pub full_name: FullName,
    pub category: String,
    /// The account that owns it on GitHub.
    pub owner: Option<AccountId>,
    pub members: Vec<MemberId>,
    /// SPDX id. Absent: GitHub found none.
    pub license: Option<String>,
    /// When it was made on GitHub. Absent: never fetched.
    pub github_created_at: Option<DateTime<Utc>>,
    /// When the institution registered it.
    pub registered_at: DateTime<Utc>,
    /// Humans who are no members, whose pull requests were merged in it. Absent: nobody counted them, since the
    /// policy does not ask.
    pub outside_contributors: Option<i64>,
}
