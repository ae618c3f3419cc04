//! Asks for work: puts a job into the queue inside the caller's transaction, so that the job exists exactly when its cause does.
//! It must not do the work.

use chrono::{DateTime, Utc};

use super::{Error, Tx};
use crate::model::job::Job;

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
