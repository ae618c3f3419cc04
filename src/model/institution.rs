//! An institution and the roles that its keys carry.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::InstitutionId;

/// A university, or whoever awards credit: the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    pub id: InstitutionId,
    pub slug: String,
    pub name: String,
    /// Terms begin and end at midnight of this zone.
    pub timezone: Tz,
    pub created_at: DateTime<Utc>,
}

/// What an API key may do. Each role may do all that the one after it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything of the institution.
    Reader,
    /// Also registers members, repositories, terms and policies, fetches and evaluates.
    Staff,
    /// Also makes and revokes keys.
    Admin,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "reader" => Ok(Self::Reader),
            "staff" => Ok(Self::Staff),
            "admin" => Ok(Self::Admin),
            _ => Err(format!("`{text}` is not a role: use admin, staff or reader")),
        }
    }
}
