//! `/v1/appeals`: what students say against awards, and what people decide on it.
//! It must not judge who may decide what: `awards` does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reviewer, Viewer},
    awards::problem,
    body::{Created, Json},
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Query},
};
use crate::{
    db::{
        InstitutionTx,
        awards::{self as stored, AppealFilter},
        scores,
    },
    decisions::{self, NewAppeal, Settlement},
    model::{
        award::{Appeal, AppealDecision},
        ids::{AppealId, AwardId, EvaluationId, MemberId},
        page::Page,
    },
    reports::MemberChangeView,
    scoring::difference::member_changes,
};

/// An appeal to be filed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppealBody {
    award_id: AwardId,
    /// The line that it is about; absent: the whole award.
    contribution_url: Option<String>,
    #[schema(example = "The review of the parser is missing")]
    reason: String,
    /// Whose word it is, where a student says it to somebody of the staff.
    on_behalf_of: Option<String>,
}

/// What somebody says against an award.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Appeal)]
pub(super) struct AppealView {
    id: AppealId,
    award_id: AwardId,
    member_id: MemberId,
    contribution_url: Option<String>,
    reason: String,
    filed_by: String,
    on_behalf_of: Option<String>,
    filed_at: DateTime<Utc>,
    /// Null: nobody has decided.
    decided: Option<AppealDecidedView>,
    /// Of a grant, where one appeal is shown: what is another in the award that was proposed in this one's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<MemberChangeView>,
}

/// What a person decided on an appeal.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AppealDecided)]
pub(super) struct AppealDecidedView {
    decision: AppealDecision,
    reason: String,
    by: String,
    name: String,
    /// Of a grant: what was proposed in the award's place, for people to decide on as on any.
    proposed_award_id: Option<AwardId>,
    at: DateTime<Utc>,
}

impl From<(Appeal, MemberId)> for AppealView {
    fn from((appeal, member_id): (Appeal, MemberId)) -> Self {
        Self {
            id: appeal.id,
            award_id: appeal.award,
            member_id,
            contribution_url: appeal.contribution_url,
            reason: appeal.reason,
            filed_by: appeal.filed_by,
            on_behalf_of: appeal.on_behalf_of,
            filed_at: appeal.filed_at,
            decided: appeal.decided.map(|decided| AppealDecidedView {
                decision: decided.decision,
                reason: decided.reason,
                by: decided.by,
                name: decided.person_name,
                proposed_award_id: decided.proposed,
                at: decided.at,
            }),
            changed: None,
        }
    }
}

/// Files an appeal against an award, within the policy's days: a student's own, or staff on behalf of one.
#[utoipa::path(post, path = "/v1/appeals", tag = "Appeals", security(("key" = ["student"])), responses((status = 201, body = AppealView)))]
pub(super) async fn create(
    State(api): State<Api>,
    viewer: Viewer,
    By(actor): By,
    Json(new): Json<NewAppealBody>,
) -> Result<Done<Created<AppealView>>, Problem> {
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let (chain, at) = stored::get(&mut tx, new.award_id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    viewer.require_appellant(chain[at].proposal.member)?;
    let mut faults = Faults::default();
    let reason = faults.check("reason", fields::text(new.reason, fields::REASON));
    let said_by = faults.check("on_behalf_of", new.on_behalf_of.map(|name| fields::text(name, fields::NAME)).transpose());
    if said_by.as_ref().is_some_and(Option::is_none) && actor.member() != Some(chain[at].proposal.member) {
        faults.add("on_behalf_of", "is missing: say whose word it is that you file");
    }
    let (Some(reason), Some(on_behalf_of), true) = (reason, said_by, faults.is_empty()) else { return Err(faults.into_problem()) };
    let new = NewAppeal { award: new.award_id, contribution_url: new.contribution_url, reason, on_behalf_of };
    let filed = decisions::file(&mut tx, new, &actor, api.clock.now()).await.map_err(problem)?;
    let Some(id) = filed else {
        let why = "must be the `url` of a contribution that a line of the award is about; leave it out to appeal against the whole";
        return Err(Problem::invalid_fields(vec![Fault::new("contribution_url", why)]));
    };
    let view = require(&mut tx, id).await?.into();
    Ok(Done(tx, Created(format!("/v1/appeals/{id}"), view)))
}

/// Which appeals.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    award_id: Option<AwardId>,
    member_id: Option<MemberId>,
    /// Whether somebody has decided.
    decided: Option<bool>,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists appeals, oldest first. A student sees one's own.
#[utoipa::path(get, path = "/v1/appeals", tag = "Appeals", security(("key" = ["student"])), params(Wanted),
    responses((status = 200, body = Page<AppealView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Result<JsonAnswer<Page<AppealView>>, Problem> {
    let (limit, after) = (query::limit(wanted.limit)?, query::after::<AppealId>(wanted.cursor.as_deref())?);
    let awards = wanted.award_id.map(|id| [id]);
    let filter = AppealFilter {
        id: None,
        awards: awards.as_ref().map(|ids| &ids[..]),
        member: viewer.narrow(wanted.member_id)?,
        is_decided: wanted.decided,
    };
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let found = stored::list_appeals(&mut tx, &filter, after, limit).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.0.id)).map(AppealView::from)))
}

/// Shows an appeal; of a granted one also what is another in the award that was proposed because of it.
#[utoipa::path(get, path = "/v1/appeals/{id}", tag = "Appeals", security(("key" = ["student"])), params(("id" = AppealId, Path)),
    responses((status = 200, body = AppealView)))]
pub(super) async fn get(State(api): State<Api>, viewer: Viewer, Id(id): Id<AppealId>) -> Result<JsonAnswer<AppealView>, Problem> {
    let mut tx = api.db.begin_as_of_now(viewer.institution).await.map_err(Problem::database)?;
    let found = require(&mut tx, id).await?;
    viewer.require(found.1)?;
    explained(&mut tx, found).await.map(JsonAnswer)
}

/// What a person decides on an appeal.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppealDecision {
    decision: AppealDecision,
    #[schema(example = "The review was of another's work, and the rule pays it")]
    reason: String,
    /// To grant: the evaluation from which another award is proposed.
    evaluation_id: Option<EvaluationId>,
}

/// Decides on an appeal. A grant proposes another award, which supersedes this one once somebody approves it.
#[utoipa::path(post, path = "/v1/appeals/{id}/decisions", tag = "Appeals", security(("key" = ["reviewer"])), params(("id" = AppealId, Path)),
    responses((status = 200, body = AppealView)))]
pub(super) async fn decide(
    State(api): State<Api>,
    reviewer: Reviewer,
    By(actor): By,
    Id(id): Id<AppealId>,
    Json(new): Json<NewAppealDecision>,
) -> Result<Done<JsonAnswer<AppealView>>, Problem> {
    let mut faults = Faults::default();
    let Some(reason) = faults.check("reason", fields::text(new.reason, fields::REASON)) else { return Err(faults.into_problem()) };
    let settlement = Settlement { decision: new.decision, reason, evaluation: new.evaluation_id };
    let mut tx = api.db.begin_as(reviewer.institution).await.map_err(Problem::database)?;
    decisions::settle(&mut tx, id, &settlement, &actor, api.clock.now()).await.map_err(problem)?;
    let found = require(&mut tx, id).await?;
    let view = explained(&mut tx, found).await?;
    Ok(Done(tx, JsonAnswer(view)))
}

async fn require(tx: &mut InstitutionTx, id: AppealId) -> Result<(Appeal, MemberId), Problem> {
    let filter = AppealFilter { id: Some(id), ..AppealFilter::default() };
    stored::list_appeals(tx, &filter, None, 1).await.map_err(Problem::database)?.pop().ok_or_else(Problem::not_found)
}

/// With what is another between the award and the one that was proposed in its place.
async fn explained(tx: &mut InstitutionTx, found: (Appeal, MemberId)) -> Result<AppealView, Problem> {
    let (award, member) = (found.0.award, found.1);
    let proposed = found.0.decided.as_ref().and_then(|decided| decided.proposed);
    let mut view = AppealView::from(found);
    let Some(proposed) = proposed else { return Ok(view) };
    let mut sides = Vec::new();
    for id in [award, proposed] {
        let (chain, at) = stored::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
        sides.push(scores::list_with_lines(tx, chain[at].proposal.evaluation, &[member]).await.map_err(Problem::database)?);
    }
    if let (Some(after), Some(before)) = (sides.pop(), sides.pop()) {
        view.changed = member_changes(&[member], before, after).first().map(MemberChangeView::from);
    }
    Ok(view)
}
