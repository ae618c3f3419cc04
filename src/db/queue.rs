//! Asks for work: puts a job into the queue inside the caller's transaction, so that the job exists exactly when its cause does.
//! It must not do the work.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Error, InstitutionTx, Tx, accounts, audit, evaluations, syncs};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    ids::{EvaluationId, PolicyId, RepositoryId, SyncId, TermId},
    job::{Job, LinkAccounts, RescoreChanged, ScoreTerm, SyncRepository},
    term::still_current_since,
    work::{Evaluation, Sync},
};

/// How often a job is tried, each time a little later (e, e², e³… seconds), before it is given up.
const MAX_ATTEMPTS: i32 = 5;
/// How long changes are gathered before whom they touch is scored anew.
const REST: TimeDelta = TimeDelta::seconds(30);

/// Enqueues `job` to run at `run_at`, or at once. A waiting job with the same key is replaced; a running one is left alone.
pub async fn enqueue<J: Job>(tx: &mut Tx, job: &J, run_at: Option<DateTime<Utc>>) -> Result<(), Error> {
    add(tx, job, run_at, "replace").await
}

async fn add<J: Job>(tx: &mut Tx, job: &J, run_at: Option<DateTime<Utc>>, mode: &'static str) -> Result<(), Error> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // Not a checked query: the queue's schema is made by its library and not by our migrations.
    sqlx::query(
        "select graphile_worker.add_job($1, payload => $2::json, run_at => $3, max_attempts => $4, job_key => $5, queue_name => $6,
           job_key_mode => $7)",
    )
    .bind(J::NAME)
    .bind(payload)
    .bind(run_at)
    .bind(MAX_ATTEMPTS)
    .bind(job.key())
    .bind(job.line())
    .bind(mode)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Asks for a fetch of a tracked repository: `id`, or the one that is under way. Should that one's job have been given up without a
/// word, it gets another.
pub async fn request_sync(tx: &mut InstitutionTx, repository: RepositoryId, id: SyncId, now: DateTime<Utc>) -> Result<Sync, Error> {
    let (sync, is_new) = syncs::insert(tx, repository, id, now).await?;
    request_links(tx).await?;
    let job = SyncRepository { repository_id: repository, sync_id: sync.id };
    if is_new || !is_alive(tx, &job).await? {
        enqueue(tx, &job, None).await?;
    }
    Ok(sync)
}

/// Members whose accounts were never looked up, because GitHub or a token was not there, are looked up again.
async fn request_links(tx: &mut InstitutionTx) -> Result<(), Error> {
    if accounts::list_pending(tx).await?.is_empty() {
        return Ok(());
    }
    let job = LinkAccounts { institution_id: tx.institution() };
    enqueue(tx, &job, None).await
}

/// Whether a job waits or is being done. One that was tried too often stays in the table, and is neither.
pub async fn is_alive<J: Job>(tx: &mut Tx, job: &J) -> Result<bool, Error> {
    let alive = sqlx::query_scalar(
        "select exists (select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           where t.identifier = $1 and j.payload::jsonb = $2 and (j.attempts < j.max_attempts or j.locked_at is not null))",
    );
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok(alive.bind(J::NAME).bind(payload).fetch_one(tx.conn()).await?)
}

/// Asks that whom changes touched be scored anew, a little later, so that what changes together is scored together. Nothing is asked where
/// nothing was scored that is still of interest.
pub async fn request_rescoring(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<(), Error> {
    if !evaluations::is_any_current(tx, still_current_since(now)).await? {
        return Ok(());
    }
    let job = RescoreChanged { institution_id: tx.institution() };
    // One that waits keeps its time, or changes all day long would put it off all day long. It is written to all the same: until this
    // transaction is over no worker can take it, and so none that takes it has missed the change.
    add(tx, &job, Some(now + REST), "preserve_run_at").await
}

/// Asks for a scoring of a term under a policy; `None` where the institution has no such term or policy.
pub async fn request_evaluation(
    tx: &mut InstitutionTx,
    id: EvaluationId,
    term: TermId,
    policy: PolicyId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<Evaluation>, Error> {
    let evaluation = evaluations::insert(tx, id, term, policy, now).await?;
    if evaluation.is_some() {
        request_links(tx).await?;
        let job = ScoreTerm { institution_id: tx.institution(), evaluation_id: id };
        enqueue(tx, &job, None).await?;
        let facts = json!({ "term": term, "policy": policy });
        audit::append(tx, by, &Event { action: Action::EvaluationAsked, subject: id.to_string(), facts, details: None }, now);
    }
    Ok(evaluation)
}
