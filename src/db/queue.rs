//! Asks for work: puts a job into the queue inside the caller's transaction, so that the job exists exactly when its cause does.
//! It must not do the work.

use chrono::{DateTime, Utc};

use super::{Error, InstitutionTx, Tx, accounts, evaluations, syncs};
use crate::model::{
    ids::{EvaluationId, PolicyId, RepositoryId, SyncId, TermId},
    job::{Job, LinkAccounts, ScoreTerm, SyncRepository},
    work::{Evaluation, Sync},
};

/// How often a job is tried, each time a little later (e, e², e³… seconds), before it is given up.
const MAX_ATTEMPTS: i32 = 5;

/// Enqueues `job` to run at `run_at`, or at once. A waiting job with the same key is replaced; a running one is left alone.
pub async fn enqueue<J: Job>(tx: &mut Tx, job: &J, run_at: Option<DateTime<Utc>>) -> Result<(), Error> {
    let payload = serde_json::to_value(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // Not a checked query: the queue's schema is made by its library and not by our migrations.
    sqlx::query("select graphile_worker.add_job($1, payload => $2::json, run_at => $3, max_attempts => $4, job_key => $5)")
        .bind(J::NAME)
        .bind(payload)
        .bind(run_at)
        .bind(MAX_ATTEMPTS)
        .bind(job.key())
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

/// Asks for a scoring of a term under a policy; `None` where the institution has no such term or policy.
pub async fn request_evaluation(
    tx: &mut InstitutionTx,
    id: EvaluationId,
    term: TermId,
    policy: PolicyId,
    now: DateTime<Utc>,
) -> Result<Option<Evaluation>, Error> {
    let evaluation = evaluations::insert(tx, id, term, policy, now).await?;
    if evaluation.is_some() {
        request_links(tx).await?;
        let job = ScoreTerm { institution_id: tx.institution(), evaluation_id: id };
        enqueue(tx, &job, None).await?;
    }
    Ok(evaluation)
}
