//! What an evaluation found: for all members, and for one member with every line.
//! It must not add up: the lines and the total are as they were stored.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Reader, Viewer},
    evaluations::require_done,
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{evaluations, scores},
    messages::{self, Language},
    model::{
        credit::Credits,
        credit_report::RepositoryCoverage,
        ids::{EvaluationId, MemberId},
        member_score::{MemberScore, ScoreState},
        page::Page,
        points::Points,
        repository::FullName,
    },
    reports::{LineView, ReasonView},
};

/// One member's result. A member without a linked account has no points and no credits: not known is not zero.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Score)]
pub(super) struct ScoreView {
    member_id: MemberId,
    number: String,
    name: String,
    unit: Option<String>,
    github_login: Option<String>,
    state: ScoreState,
    #[schema(value_type = Option<String>, example = "12.5")]
    points: Option<Points>,
    #[schema(value_type = Option<String>, example = "1.5")]
    credits: Option<String>,
    /// How the points became these credits.
    credits_reason: Option<String>,
    credits_reason_zh: Option<String>,
    /// How many contributions were looked at.
    contributions: i64,
    /// How many flags there are: what a person must look at, about the member and about each line.
    flagged: i32,
}

/// One member's result with every line. The lines add up to the points.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ExplainedScore)]
pub(super) struct ExplainedScoreView {
    #[serde(flatten)]
    score: ScoreView,
    evaluation_id: EvaluationId,
    /// Points that were earned and not paid: the next term begins with them. Null without a linked account.
    #[schema(value_type = Option<String>, example = "5")]
    carried: Option<Points>,
    /// What a person must look at, that is about the member and not about one line.
    flags: Vec<ReasonView>,
    /// What the policy requires and is not met: there is no credit until it is.
    unmet: Vec<ReasonView>,
    lines: Vec<LineView>,
    /// Up to when each repository had been fetched for this evaluation.
    complete_until: Vec<CoverageView>,
}

/// Up to when a repository had been fetched.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Coverage)]
pub(super) struct CoverageView {
    repository: FullName,
    /// Null: never to the end.
    complete_until: Option<DateTime<Utc>>,
}

impl From<MemberScore> for ScoreView {
    fn from(score: MemberScore) -> Self {
        let computed = score.computed.as_ref();
        let said = |language| computed.map(|computed| messages::kept(language, &computed.credits_reason));
        Self {
            state: score.state(),
            points: score.points(),
            credits: score.credits().map(|credits: Credits| credits.to_string()),
            credits_reason: said(Language::English),
            credits_reason_zh: said(Language::Chinese),
            contributions: score.contributions,
            flagged: score.flagged,
            member_id: score.member,
            number: score.number,
            name: score.name,
            unit: score.unit,
            github_login: score.github_login,
        }
    }
}

impl From<RepositoryCoverage> for CoverageView {
    fn from(coverage: RepositoryCoverage) -> Self {
        Self { repository: coverage.repository, complete_until: coverage.complete_until }
    }
}

/// Lists the members' results by number.
#[utoipa::path(get, path = "/v1/evaluations/{id}/scores", tag = "Evaluations", security(("key" = ["reader"])),
    params(("id" = EvaluationId, Path), Paging), responses((status = 200, body = Page<ScoreView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Id(evaluation): Id<EvaluationId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ScoreView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<(String, MemberId)>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    require_done(&mut tx, evaluation).await?;
    let after = after.as_ref().map(|(number, member)| (number.as_str(), *member));
    let found = scores::list(&mut tx, evaluation, after, limit).await.map_err(Problem::database)?;
    Ok(Json(Page::cut(found, limit, |last| query::cursor(&(&last.number, last.member))).map(ScoreView::from)))
}

/// Which evaluation.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfEvaluation {
    /// The evaluation's id.
    evaluation: EvaluationId,
}

/// Shows one member's result with every line, each with its reasons.
#[utoipa::path(get, path = "/v1/members/{id}/score", tag = "Members", security(("key" = ["student"])),
    params(("id" = MemberId, Path), OfEvaluation), responses((status = 200, body = ExplainedScoreView)))]
pub(super) async fn get(
    State(api): State<Api>,
    viewer: Viewer,
    Id(member): Id<MemberId>,
    Query(of): Query<OfEvaluation>,
) -> Result<Json<ExplainedScoreView>, Problem> {
    viewer.require(member)?;
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let evaluation = require_done(&mut tx, of.evaluation).await?;
    let found = scores::get(&mut tx, evaluation.id, member).await.map_err(Problem::database)?;
    let (score, lines) = found.ok_or_else(Problem::not_found)?;
    let coverage = evaluations::list_coverage(&mut tx, evaluation.id).await.map_err(Problem::database)?;
    Ok(Json(ExplainedScoreView {
        carried: score.computed.as_ref().map(|_| score.carried),
        flags: score.flags.iter().map(ReasonView::from).collect(),
        unmet: score.unmet.iter().map(ReasonView::from).collect(),
        score: score.into(),
        evaluation_id: evaluation.id,
        lines: lines.iter().map(LineView::from).collect(),
        complete_until: coverage.into_iter().map(CoverageView::from).collect(),
    }))
}
