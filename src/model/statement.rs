//! What a person states about a member's work: a mark, a confirmation, hours, a share, a role, an adjustment. Who said it, when and why
//! stands with it. Statements are appended, never changed: one is taken back by another that withdraws it.

mod draft;
mod file;
mod known;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    actor::PersonKey,
    contribution::{Key, words},
    ids::{MemberId, RepositoryId, StatementId},
};

words! {
    /// What is stated. Which fields each must and must not have: `Draft`.
    StatementKind {
        /// A mark that staff gave, under a name that the policy knows (`difficulty`): `value`.
        Mark = "mark",
        /// Somebody whom the policy asks for (`name`: `mentor`, `committee`) confirms a contribution, a statement, or the term as a whole.
        Confirmation = "confirmation",
        /// Hours worked on one day: `value`.
        TimeLog = "time_log",
        /// The member's part in a contribution that others share: `value` from 0 to 1, or a place (`rank`) in a team of so many (`team`).
        Share = "share",
        /// Points added or taken away, for a reason: `value`, negative to take away. It counts once a second person has countersigned it.
        Adjustment = "adjustment",
        /// A role (`name`: `maintainer`) held in a repository from `happened_on` to `until_on`.
        Role = "role",
        /// Something reached or passed outside (`name`: `ospp`), about a contribution where it rests on one.
        Achievement = "achievement",
        /// A person decided that a contribution, or the member's network score, does not count.
        Exclusion = "exclusion",
        /// The member says that a contribution was made with a machine's help.
        Declaration = "declaration",
        /// Credits (`value`) that the member was given before for the same rule book (`name`: the policy's, or every policy's where absent),
        /// elsewhere or on paper.
        Credited = "credited",
        /// Takes another statement back: `about` names it.
        Withdrawal = "withdrawal",
    }
}

pub use draft::{Draft, Mentioned, Whose};
pub use file::{COLUMNS, MOST_ROWS, Row, RowFault, read_file};
pub use known::{Claim, Known, Meant, Part, StatedShare, StatedStatement};

/// What is wrong with a statement that somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub message: String,
    pub trouble: Trouble,
}

/// Which kind of fault it is: doors answer them differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The field cannot be so.
    Wrong,
    /// The institution has nothing with this id.
    Unknown,
    /// It would be right if another statement were not there.
    Taken,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub id: StatementId,
    pub kind: StatementKind,
    pub member: MemberId,
    /// A policy's word: which mark, whose confirmation, which role or achievement.
    pub name: Option<String>,
    /// Hours, a mark, a share, points or credits: at most three places.
    pub value: Option<Decimal>,
    /// The place in a team, from 1, and how many are in it.
    pub rank: Option<u8>,
    pub team: Option<u8>,
    pub about: Option<About>,
    /// The day, in the institution's zone, by which it belongs to a term.
    pub happened_on: NaiveDate,
    /// The last day of a role. Absent: it goes on.
    pub until_on: Option<NaiveDate>,
    /// Who said so: a key, a person's name, or both.
    pub stated_by: String,
    pub stated_at: DateTime<Utc>,
    pub reason: String,
    /// A second person must countersign it, and has not yet: it counts for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
}

/// The second person's signature under a statement that needs one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countersignature {
    /// The key, the account or the operator.
    pub by: String,
    pub person: PersonKey,
    pub person_name: String,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// For whom a statement waits that a second person must countersign.
pub const WAITS_FOR: &str = "a second person who may decide on awards: not who stated it, and not the member";

impl StatementKind {
    /// Whether a second person must stand behind it.
    pub const fn needs_two(self) -> bool {
        matches!(self, Self::Adjustment)
    }
}

/// What a statement is about, where it is about less than the member's whole term.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Contribution(Key),
    Repository(RepositoryId),
    Statement(StatementId),
}
