//! A score sheet: one line for each contribution, each with its reason; the lines add up to the total.
//! Reasons are values that print as sentences; nothing here computes.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    contribution::{Key, State},
    points::Points,
};

/// All lines of one member under one policy in one term.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScoreSheet {
    pub points: Points,
    pub lines: Vec<Line>,
}

/// What one contribution earned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub key: Key,
    /// How the contribution stood when it was scored.
    pub state: State,
    /// The date by which it belongs to the term.
    pub counted_at: DateTime<Utc>,
    /// The rule that took it; absent when no rule did.
    pub rule: Option<Cow<'static, str>>,
    pub base: Points,
    pub factors: Vec<Factor>,
    pub points: Points,
    /// Why it earned nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excluded: Option<Reason>,
    /// Which limit kept it from earning base times factors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limited: Option<Reason>,
}

/// A multiplier and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    pub name: Cow<'static, str>,
    /// A decimal.
    pub value: rust_decimal::Decimal,
    pub reason: Cow<'static, str>,
}

/// A code for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    pub code: Cow<'static, str>,
    pub reason: Cow<'static, str>,
}
