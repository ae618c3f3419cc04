//! A member: a student, or one of the faculty, of one institution.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{account::AccountId, ids::MemberId};

/// What a member is at the institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    Student,
    Faculty,
}

impl MemberRole {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Faculty => "faculty",
        }
    }
}

impl fmt::Display for MemberRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MemberRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "student" => Ok(Self::Student),
            "faculty" => Ok(Self::Faculty),
            _ => Err(format!("`{text}` is not a member's role: use student or faculty")),
        }
    }
}

/// What we know of a member's GitHub account. Only a linked one is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// No login was given.
    None,
    /// A login was given and GitHub has not been asked yet.
    Pending,
    /// GitHub answered with the numeric id.
    Linked,
    /// GitHub knows no such login.
    NotFound,
    /// The account of that login is already linked to another member: one account, one person.
    Taken,
}

impl AccountState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Linked => "linked",
            Self::NotFound => "not_found",
            Self::Taken => "taken",
        }
    }
}

impl FromStr for AccountState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "pending" => Ok(Self::Pending),
            "linked" => Ok(Self::Linked),
            "not_found" => Ok(Self::NotFound),
            "taken" => Ok(Self::Taken),
            _ => Err(format!("`{text}` is not a state of an account")),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    /// The student or staff number: text, leading zeros count.
    pub number: String,
    pub name: String,
    pub role: MemberRole,
    /// The department.
    pub unit: Option<String>,
    /// A roster alone says it.
    pub class: Option<String>,
    pub github_login: Option<String>,
    /// Set exactly when `account_state` is linked.
    pub account: Option<AccountId>,
    pub account_state: AccountState,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
