//! What an evaluation found for one member, and its lines as people read them.
//! A member whose account is not known has no points: that is not zero.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    credit::Credits,
    ids::MemberId,
    points::Points,
    repository::FullName,
    score::{Line, Reason},
};

/// How a member's score stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreState {
    /// Computed, and waiting for a person to decide.
    Proposed,
    /// No GitHub account is linked to the member: nothing could be computed.
    NoAccount,
}

impl ScoreState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::NoAccount => "no_account",
        }
    }
}

/// What was computed for a member with a linked account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    pub points: Points,
    pub credits: Credits,
    /// How the points became these credits.
    pub credits_reason: String,
}

/// One member's result in one evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberScore {
    pub member: MemberId,
    pub number: String,
    pub name: String,
    pub unit: Option<String>,
    pub github_login: Option<String>,
    /// `None`: the state is `no_account`.
    pub computed: Option<Computed>,
    /// How many contributions were looked at: each has a line.
    pub contributions: i64,
    /// Points that wait for the next term.
    pub carried: Points,
    /// What a person must look at, that is about the member and not about one line.
    pub flags: Vec<Reason>,
    /// Requirements of the policy that are not met.
    pub unmet: Vec<Reason>,
    /// How many flags there are in all: these, and those of the lines.
    pub flagged: i32,
}

/// How many flags there are on a member and on the member's lines.
pub fn count_flags(flags: &[Reason], lines: &[Line]) -> i32 {
    let count = flags.len() + lines.iter().map(|line| line.flags.len()).sum::<usize>();
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl MemberScore {
    pub const fn state(&self) -> ScoreState {
        if self.computed.is_some() { ScoreState::Proposed } else { ScoreState::NoAccount }
    }

    pub fn points(&self) -> Option<Points> {
        self.computed.as_ref().map(|c| c.points)
    }

    pub fn credits(&self) -> Option<Credits> {
        self.computed.as_ref().map(|c| c.credits)
    }
}

/// A line together with the contribution that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLine {
    pub line: Line,
    /// Absent: it is about a statement, a measure or what is carried.
    pub about: Option<About>,
}

/// What people read of a contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub url: String,
    pub repository: FullName,
    pub number: Option<i64>,
    pub title: Option<String>,
    pub occurred_at: DateTime<Utc>,
}
