//! A line of a score sheet as every JSON shows it: what was done, what it was worth, and why, in English and in Chinese.
//! It must not decide anything: codes become sentences, and nothing else changes.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::messages::{self, Language};
use crate::model::{
    contribution::{Kind, State},
    ids::{RepositoryId, StatementId},
    member_score::{About, ExplainedLine},
    points::Points,
    score::{Answer, Carry, Factor, Line, Reason, Source},
    statement::StatementKind,
};

/// What one contribution, statement or measure earned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LineView {
    /// Null: the line is about a statement, a measure or what is carried.
    pub contribution: Option<ContributionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<MeasureView>,
    /// Points that an earlier term left over (`in`), or that are left to the next (`out`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carry: Option<Carry>,
    /// What it is worth, in one word.
    pub answer: Answer,
    /// The id of the policy's rule or measure that took it.
    pub rule: Option<String>,
    #[schema(value_type = String, example = "10")]
    pub base: Points,
    /// What the base rests on, where the rule alone does not say it: who stated it, or the amount that it was paid for.
    pub basis: Vec<ReasonView>,
    pub factors: Vec<FactorView>,
    #[schema(value_type = String, example = "12.5")]
    pub points: Points,
    /// The date by which it belongs to the term.
    pub counted_at: DateTime<Utc>,
    /// Why it earned nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded: Option<ReasonView>,
    /// Why it does not count yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_yet: Option<ReasonView>,
    /// Why it earned less than base times factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited: Option<ReasonView>,
    /// What a person must look at before it is awarded; it takes nothing away.
    pub flags: Vec<ReasonView>,
    /// The ids of the measures that counted it.
    pub measured_by: Vec<String>,
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

/// What a person stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StatementView {
    pub id: StatementId,
    pub kind: StatementKind,
}

/// What many things amount to together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MeasureView {
    pub id: String,
    /// Null: it was taken of all repositories together.
    pub repository: Option<RepositoryId>,
    /// A decimal.
    #[schema(example = "3")]
    pub amount: String,
}

/// A multiplier and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FactorView {
    pub name: String,
    /// A decimal.
    #[schema(example = "1.5")]
    pub value: String,
    pub reason: String,
    pub reason_zh: String,
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
        let mut view = Self {
            contribution: None,
            statement: None,
            measure: None,
            carry: None,
            answer: line.answer(),
            rule: line.rule.as_deref().map(str::to_owned),
            base: line.base,
            basis: line.basis.iter().map(ReasonView::from).collect(),
            factors: line.factors.iter().map(FactorView::from).collect(),
            points: line.points,
            counted_at: line.counted_at,
            excluded: line.excluded.as_ref().map(ReasonView::from),
            not_yet: line.not_yet.as_ref().map(ReasonView::from),
            limited: line.limited.as_ref().map(ReasonView::from),
            flags: line.flags.iter().map(ReasonView::from).collect(),
            measured_by: line.measured_by.iter().map(|id| id.to_string()).collect(),
        };
        view.source(line, about.as_ref());
        view
    }
}

impl LineView {
    fn source(&mut self, line: &Line, about: Option<&About>) {
        match &line.source {
            Source::Contribution { key, state } => {
                self.contribution = about.map(|about| ContributionView {
                    kind: key.kind,
                    state: *state,
                    url: about.url.clone(),
                    repository: about.repository.to_string(),
                    number: about.number,
                    title: about.title.clone(),
                    occurred_at: about.occurred_at,
                });
            }
            Source::Statement { statement, kind } => self.statement = Some(StatementView { id: *statement, kind: *kind }),
            Source::Measure { measure, repository, amount } => {
                let amount = amount.normalize().to_string();
                self.measure = Some(MeasureView { id: measure.clone(), repository: *repository, amount });
            }
            Source::Carry { carry } => self.carry = Some(*carry),
        }
    }
}

impl From<&Factor> for FactorView {
    fn from(factor: &Factor) -> Self {
        Self {
            name: factor.name.to_string(),
            value: factor.value.normalize().to_string(),
            reason: messages::sentence(Language::English, &factor.reason),
            reason_zh: messages::sentence(Language::Chinese, &factor.reason),
        }
    }
}
