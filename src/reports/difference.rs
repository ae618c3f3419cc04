//! The difference between two results as every JSON shows it: who gained or lost what, and which lines differ.

use serde::Serialize;

use super::line::LineView;
use crate::model::{
    difference::{Difference, MemberChange, Totals},
    ids::MemberId,
    member_score::{MemberScore, ScoreState},
    points::Points,
};

/// Two results side by side, with everybody who has not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DifferenceView {
    pub before: TotalsView,
    pub after: TotalsView,
    pub members: Vec<MemberChangeView>,
}

/// What everybody has together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TotalsView {
    pub members: u64,
    #[schema(value_type = String, example = "120.5")]
    pub points: Points,
    #[schema(example = "12.5")]
    pub credits: String,
}

/// What changes for one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MemberChangeView {
    pub member_id: Option<MemberId>,
    pub number: String,
    pub name: String,
    /// Null: the member is not in that result.
    pub before: Option<ResultView>,
    pub after: Option<ResultView>,
    /// The lines that are not the same, and those that one result alone has.
    pub lines: Vec<LineChangeView>,
}

/// A member's result. Without a linked account there are no points and no credits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ResultView {
    pub state: ScoreState,
    #[schema(value_type = Option<String>, example = "12.5")]
    pub points: Option<Points>,
    #[schema(example = "1.5")]
    pub credits: Option<String>,
}

/// A line before and after. Null: there was, or is, none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LineChangeView {
    pub before: Option<LineView>,
    pub after: Option<LineView>,
}

impl From<&Difference> for DifferenceView {
    fn from(difference: &Difference) -> Self {
        Self {
            before: difference.before.into(),
            after: difference.after.into(),
            members: difference.members.iter().map(MemberChangeView::from).collect(),
        }
    }
}

impl From<Totals> for TotalsView {
    fn from(totals: Totals) -> Self {
        Self { members: totals.members, points: totals.points, credits: totals.credits.to_string() }
    }
}

impl From<&MemberChange> for MemberChangeView {
    fn from(change: &MemberChange) -> Self {
        let line = |change: &crate::model::difference::LineChange<_>| LineChangeView {
            before: change.before.as_ref().map(LineView::from),
            after: change.after.as_ref().map(LineView::from),
        };
        Self {
            member_id: change.either().map(|score| score.member),
            number: change.number().to_owned(),
            name: change.name().to_owned(),
            before: change.before.as_ref().map(ResultView::from),
            after: change.after.as_ref().map(ResultView::from),
            lines: change.lines.iter().map(line).collect(),
        }
    }
}

impl From<&MemberScore> for ResultView {
    fn from(score: &MemberScore) -> Self {
        Self { state: score.state(), points: score.points(), credits: score.credits().map(|credits| credits.to_string()) }
    }
}
