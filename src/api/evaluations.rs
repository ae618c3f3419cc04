//! `/v1/evaluations`: asks for a scoring of a term under a policy, and shows how it stands.
//! It must not score: a worker does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Reader, Staff},
    body::{Accepted, Json},
    fields::Fault,
    problem::Problem,
    query::Id,
};
use crate::{
    db::{
        InstitutionTx, evaluations, queue,
        term_policies::{self, Choice},
        terms,
    },
    model::{
        ids::{EvaluationId, PolicyId, TermId},
        policy::Audience,
        work::{Evaluation, WorkState},
    },
};

/// A scoring to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEvaluation {
    term_id: TermId,
    /// Absent: the policy that was adopted for the term and is in force today, or the only one that there is.
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
        }
    }
}

/// Scores a term under a policy. An earlier evaluation is never changed.
#[utoipa::path(post, path = "/v1/evaluations", tag = "Evaluations", security(("key" = ["staff"])),
    responses((status = 202, body = EvaluationView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    Json(new): Json<NewEvaluation>,
) -> Result<Accepted<EvaluationView>, Problem> {
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let policy = choose(&mut tx, &new, now).await?;
    let evaluation = queue::request_evaluation(&mut tx, EvaluationId::new(now), new.term_id, policy, now).await;
    let evaluation = evaluation.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    tx.commit().await.map_err(Problem::database)?;
    Ok(Accepted(format!("/v1/evaluations/{}", evaluation.id), evaluation.into()))
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
        Choice::AskPolicy => Err(Problem::conflict_of("policy_id", "no policy is in force for this term and there are several: say which")),
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

/// An evaluation that has scores. One that has none yet must not look like one in which nobody earned anything.
pub(super) async fn require_done(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Evaluation, Problem> {
    let evaluation = evaluations::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    match evaluation.state {
        WorkState::Done => Ok(evaluation),
        WorkState::Failed => Err(Problem::conflict("The evaluation failed and has no scores: see its `error`.")),
        WorkState::Queued | WorkState::Running => Err(Problem::conflict("The evaluation is not done yet: wait until its `state` is done.")),
    }
}
