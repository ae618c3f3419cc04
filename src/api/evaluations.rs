//! `/v1/evaluations`: asks for a scoring of a term under a policy, and shows how it stands.
//! It must not score: a worker does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reader, Staff},
    body::{Accepted, Json},
    done::Done,
    fields::Fault,
    problem::Problem,
    query::{self, Id, Query},
};
use crate::{
    db::{
        InstitutionTx, evaluations, queue, scores,
        term_policies::{self, Choice},
        terms,
    },
    model::{
        ids::{EvaluationId, MemberId, PolicyId, TermId},
        page::Page,
        policy::Audience,
        work::{Evaluation, WorkState},
    },
    reports::{MemberChangeView, TotalsView},
    scoring::difference::member_changes,
};

/// A scoring to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEvaluation {
    term_id: TermId,
    /// Absent: the policy that was adopted for the term and is in force today; where none was adopted, the only one that there is.
    policy_id: Option<PolicyId>,
    /// Without a `policy_id`, where policies of several are in force: for whom.
    audience: Option<Audience>,
}

/// One scoring of one term under one policy.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Evaluation)]
pub(super) struct EvaluationView {
    id: EvaluationId,
    term_id: TermId,
    policy_id: PolicyId,
    /// The hash of the policy's text.
    policy_hash: String,
    state: WorkState,
    /// Why it failed.
    error: Option<String>,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// The evaluation that it rests on: only whom something touched since was scored anew. Null: everybody was.
    base_id: Option<EvaluationId>,
    /// Those of earlier terms with which it began: what they carried over, and their credits.
    prior_ids: Vec<EvaluationId>,
    /// When everybody was last scored anew and compared with it.
    checked_at: Option<DateTime<Utc>>,
    /// The members who differed then. Where there are any, do not use it: a later one is right.
    differs: Vec<MemberId>,
}

impl From<Evaluation> for EvaluationView {
    fn from(evaluation: Evaluation) -> Self {
        Self {
            id: evaluation.id,
            term_id: evaluation.term,
            policy_id: evaluation.policy,
            policy_hash: evaluation.policy_hash,
            state: evaluation.state,
            error: evaluation.error,
            requested_at: evaluation.requested_at,
            started_at: evaluation.started_at,
            finished_at: evaluation.finished_at,
            base_id: evaluation.base,
            prior_ids: evaluation.prior,
            checked_at: evaluation.checked_at,
            differs: evaluation.differs,
        }
    }
}

/// Scores a term under a policy. An earlier evaluation is never changed.
#[utoipa::path(post, path = "/v1/evaluations", tag = "Evaluations", security(("key" = ["staff"])),
    responses((status = 202, body = EvaluationView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(new): Json<NewEvaluation>,
) -> Result<Done<Accepted<EvaluationView>>, Problem> {
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let policy = choose(&mut tx, &new, now).await?;
    let evaluation = queue::request_evaluation(&mut tx, EvaluationId::new(now), new.term_id, policy, &actor, now).await;
    let evaluation = evaluation.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(Done(tx, Accepted(format!("/v1/evaluations/{}", evaluation.id), evaluation.into())))
}

/// The policy that was named, or the one that is in force.
async fn choose(tx: &mut InstitutionTx, new: &NewEvaluation, now: DateTime<Utc>) -> Result<PolicyId, Problem> {
    match (new.policy_id, new.audience) {
        (Some(policy), None) => return Ok(policy),
        (Some(_), Some(_)) => {
            let why = "says which adopted policy is meant: leave it out where `policy_id` says so";
            return Err(Problem::invalid_fields(vec![Fault::new("audience", why)]));
        }
        (None, _) => {}
    }
    terms::get(tx, new.term_id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    match term_policies::choose(tx, new.term_id, new.audience, now).await.map_err(Problem::database)? {
        Choice::Policy(policy) => Ok(policy),
        Choice::AskAudience(audiences) => {
            let audiences = audiences.iter().map(|audience| audience.as_str()).collect::<Vec<_>>().join(", ");
            Err(Problem::conflict_of("audience", format!("policies are in force for {audiences}: say for whom")))
        }
        Choice::NotInForce(why) => {
            let field = if why.audience.is_some() { "audience" } else { "policy_id" };
            Err(Problem::conflict_of(field, format!("{why}: name another with `policy_id`, or adopt one")))
        }
        Choice::AskPolicy => Err(Problem::conflict_of("policy_id", "no policy was adopted for this term and there are several: say which")),
        Choice::NoPolicy => Err(Problem::conflict_of("policy_id", "there is no policy yet: add one with POST /v1/policies")),
    }
}

/// Shows how an evaluation stands.
#[utoipa::path(get, path = "/v1/evaluations/{id}", tag = "Evaluations", security(("key" = ["reader"])),
    params(("id" = EvaluationId, Path)), responses((status = 200, body = EvaluationView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<EvaluationId>) -> Result<JsonAnswer<EvaluationView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let evaluation = evaluations::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(JsonAnswer(evaluation.into()))
}

/// From which evaluation, and which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FromEvaluation {
    /// The id of another evaluation of the same term: the earlier side.
    from: EvaluationId,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Two evaluations of a term side by side: the sums, and page by page the members who have not the same in both.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Difference)]
pub(super) struct DifferenceView {
    from: EvaluationId,
    to: EvaluationId,
    before: TotalsView,
    after: TotalsView,
    items: Vec<MemberChangeView>,
    next: Option<String>,
}

/// Shows who has not the same in two evaluations of a term, and which lines differ.
#[utoipa::path(get, path = "/v1/evaluations/{id}/difference", tag = "Evaluations", security(("key" = ["reader"])),
    params(("id" = EvaluationId, Path), FromEvaluation), responses((status = 200, body = DifferenceView)))]
pub(super) async fn difference(
    State(api): State<Api>,
    reader: Reader,
    Id(id): Id<EvaluationId>,
    Query(asked): Query<FromEvaluation>,
) -> Result<JsonAnswer<DifferenceView>, Problem> {
    let (limit, last) = (query::limit(asked.limit)?, query::after::<(String, MemberId)>(asked.cursor.as_deref())?);
    let mut tx = api.db.begin_as_of_now(reader.institution).await.map_err(Problem::database)?;
    let (to, from) = (require_done(&mut tx, id).await?, require_done(&mut tx, asked.from).await?);
    if to.term != from.term {
        return Err(Problem::invalid_fields(vec![Fault::new("from", "must be an evaluation of the same term".to_owned())]));
    }
    let last = last.as_ref().map(|(number, member)| (number.as_str(), *member));
    let found = scores::list_different(&mut tx, from.id, to.id, last, limit).await.map_err(Problem::database)?;
    let page = Page::cut(found, limit, query::cursor);
    let members: Vec<MemberId> = page.items.iter().map(|(_, member)| *member).collect();
    let before = scores::list_with_lines(&mut tx, from.id, &members).await.map_err(Problem::database)?;
    let after = scores::list_with_lines(&mut tx, to.id, &members).await.map_err(Problem::database)?;
    Ok(JsonAnswer(DifferenceView {
        from: from.id,
        to: to.id,
        before: scores::get_totals(&mut tx, from.id).await.map_err(Problem::database)?.into(),
        after: scores::get_totals(&mut tx, to.id).await.map_err(Problem::database)?.into(),
        items: member_changes(&members, before, after).iter().map(MemberChangeView::from).collect(),
        next: page.next,
    }))
}

/// An evaluation that has scores. One that has none yet must not look like one in which nobody earned anything.
pub(super) async fn require_done(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Evaluation, Problem> {
    let evaluation = evaluations::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    match evaluation.state {
        WorkState::Done => Ok(evaluation),
        WorkState::Failed => Err(Problem::conflict("The evaluation failed and has no scores: see its `error`.")),
        WorkState::Queued | WorkState::Running => Err(Problem::conflict("The evaluation is not done yet: wait until its `state` is done.")),
    }
}
