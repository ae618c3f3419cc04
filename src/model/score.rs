//! A score sheet: one line for each contribution, statement and measure, each with its reasons; the lines add up to the total.
//! Reasons are codes with values: `messages` makes the sentences, in English and in Chinese. Nothing here computes.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    contribution::{Key, State, words},
    ids::{RepositoryId, StatementId},
    points::Points,
    statement::StatementKind,
};

/// All lines of one member under one policy in one term.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScoreSheet {
    /// What counts: the sum of the lines.
    pub points: Points,
    pub lines: Vec<Line>,
    /// What a person must look at, that is about the member and not about one line.
    pub flags: Vec<Reason>,
    /// Requirements of the policy that are not met: there is no credit until they are.
    pub unmet: Vec<Reason>,
    /// What was earned here and is not paid out yet (`payout`): the next term begins with it.
    pub carried: Points,
}

/// What one contribution, statement or measure earned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    #[serde(flatten)]
    pub source: Source,
    /// The date by which it belongs to the term.
    pub counted_at: DateTime<Utc>,
    /// The rule or measure that took it; absent when none did.
    pub rule: Option<Cow<'static, str>>,
    pub base: Points,
    /// What the base rests on, where the rule alone does not say it: who stated it, the amount that it was paid for, where it came from.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub basis: Vec<Reason>,
    pub factors: Vec<Factor>,
    pub points: Points,
    /// Why it earned nothing: it is not applicable, or zero. See `answer`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excluded: Option<Reason>,
    /// Why it does not count yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_yet: Option<Reason>,
    /// Which limit kept it from earning base times factors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limited: Option<Reason>,
    /// What a person must look at before it is awarded. A flag takes nothing away.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub flags: Vec<Reason>,
    /// The measures that counted it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub measured_by: Vec<Cow<'static, str>>,
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// One contribution, and how it stood when it was scored.
    Contribution { key: Key, state: State },
    /// What a person stated.
    Statement { statement: StatementId, kind: StatementKind },
    /// What many things amount to together, in one repository where the measure is taken of each.
    Measure { measure: String, repository: Option<RepositoryId>, amount: rust_decimal::Decimal },
    /// What an earlier term left over, or what this one leaves to the next (then the points are negative).
    Carry { carry: Carry },
}

words! {
    Carry {
        In = "in",
        Out = "out",
    }
}

words! {
    /// What a line answers to "what is this worth?".
    Answer {
        /// It earned points.
        Counted = "counted",
        /// It earned points, and a person must look at it first.
        Flagged = "flagged",
        /// It was judged, and it is worth nothing.
        Zero = "zero",
        /// It cannot be judged yet.
        NotYet = "not_yet",
        /// The policy does not speak of it.
        NotApplicable = "not_applicable",
    }
}

/// A multiplier and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    pub name: Cow<'static, str>,
    /// A decimal.
    pub value: rust_decimal::Decimal,
    pub reason: Reason,
}

/// A code for machines and the values that its sentence needs. Numbers are decimals, days are `YYYY-MM-DD`, words are those of the policy
/// language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: Cow<'static, str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub values: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

impl Reason {
    pub fn new(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), values: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.insert(Cow::Borrowed(name), Cow::Owned(value.to_string()));
        self
    }
}

impl Line {
    /// The contribution that it is about.
    pub const fn key(&self) -> Option<&Key> {
        match &self.source {
            Source::Contribution { key, .. } => Some(key),
            _ => None,
        }
    }
}
