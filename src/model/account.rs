//! A GitHub account. The numeric id is identity; the login is a label that can change hands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// GitHub's numeric id of an account: 64 bits, for life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of actor an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    User,
    Bot,
    Organization,
    /// A placeholder that GitHub makes when a repository is imported.
    Mannequin,
    EnterpriseUser,
}

impl AccountKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Bot => "bot",
            Self::Organization => "organization",
            Self::Mannequin => "mannequin",
            Self::EnterpriseUser => "enterprise_user",
        }
    }
}

/// An account as GitHub showed it. A deleted one ("ghost") is the absence of an account, never an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    pub kind: AccountKind,
}

impl Account {
    /// A machine: GitHub says so, or its login ends as GitHub's apps' do.
    pub fn is_bot(&self) -> bool {
        self.kind == AccountKind::Bot || self.login.ends_with("[bot]")
    }
}
