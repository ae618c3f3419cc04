//! A line of a score sheet as every JSON shows it: what was done, what it was worth, and why.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    contribution::{Kind, State},
    member_score::ExplainedLine,
    points::Points,
    score::{Factor, Reason},
};

/// What one contribution earned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LineView {
    pub contribution: ContributionView,
    /// The id of the policy's rule that took it.
    pub rule: Option<String>,
    #[schema(value_type = String, example = "10")]
    pub base: Points,
    pub factors: Vec<FactorView>,
    #[schema(value_type = String, example = "12.5")]
    pub points: Points,
    /// The date by which it belongs to the term.
    pub counted_at: DateTime<Utc>,
    /// Why it earned nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Reason>,
    /// Why it earned less than base times factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited: Option<Reason>,
}

/// What was done, and where a person can look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ContributionView {
    pub kind: Kind,
    pub state: State,
    pub url: String,
    /// `owner/name`
    pub repository: String,
    pub number: Option<i64>,
    pub title: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

/// A multiplier and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FactorView {
    pub name: String,
    /// A decimal.
    #[schema(example = "1.5")]
    pub value: String,
    pub reason: String,
}

impl From<&ExplainedLine> for LineView {
    fn from(explained: &ExplainedLine) -> Self {
        let ExplainedLine { line, about } = explained;
        Self {
            contribution: ContributionView {
                kind: line.key.kind,
                state: line.state,
                url: about.url.clone(),
                repository: about.repository.to_string(),
                number: about.number,
                title: about.title.clone(),
                occurred_at: about.occurred_at,
            },
            rule: line.rule.as_deref().map(str::to_owned),
            base: line.base,
            factors: line.factors.iter().map(FactorView::from).collect(),
            points: line.points,
            counted_at: line.counted_at,
            excluded: line.excluded.clone(),
            limited: line.limited.clone(),
        }
    }
}

impl From<&Factor> for FactorView {
    fn from(factor: &Factor) -> Self {
        Self { name: factor.name.to_string(), value: factor.value.normalize().to_string(), reason: factor.reason.to_string() }
    }
}
