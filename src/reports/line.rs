//! A line of a score sheet as every JSON shows it: what was done, what it was worth, and why.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::messages::{self, Language};
use crate::model::{
    contribution::{Kind, State},
    member_score::{About, ExplainedLine},
    points::Points,
    score::{Factor, Line, Reason, Source},
};

/// What one contribution earned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LineView {
    /// Absent: the line is about a statement, a measure or what is carried.
    pub contribution: Option<ContributionView>,
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
    pub excluded: Option<ReasonView>,
    /// Why it earned less than base times factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited: Option<ReasonView>,
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

/// A code for machines and a sentence for people, in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    pub code: String,
    pub reason: String,
    pub reason_zh: String,
}

impl From<&Reason> for ReasonView {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.to_string(),
            reason: messages::sentence(Language::English, reason),
            reason_zh: messages::sentence(Language::Chinese, reason),
        }
    }
}

impl From<&ExplainedLine> for LineView {
    fn from(explained: &ExplainedLine) -> Self {
        let ExplainedLine { line, about } = explained;
        Self {
            contribution: about.as_ref().and_then(|about| contribution(line, about)),
            rule: line.rule.as_deref().map(str::to_owned),
            base: line.base,
            factors: line.factors.iter().map(FactorView::from).collect(),
            points: line.points,
            counted_at: line.counted_at,
            excluded: line.excluded.as_ref().map(ReasonView::from),
            limited: line.limited.as_ref().map(ReasonView::from),
        }
    }
}

fn contribution(line: &Line, about: &About) -> Option<ContributionView> {
    let Source::Contribution { key, state } = &line.source else { return None };
    Some(ContributionView {
        kind: key.kind,
        state: *state,
        url: about.url.clone(),
        repository: about.repository.to_string(),
        number: about.number,
        title: about.title.clone(),
        occurred_at: about.occurred_at,
    })
}

impl From<&Factor> for FactorView {
    fn from(factor: &Factor) -> Self {
        let value = factor.value.normalize().to_string();
        Self { name: factor.name.to_string(), value, reason: messages::sentence(Language::English, &factor.reason) }
    }
}
