//! Evaluations: one row for each scoring of a term under a policy, and up to when each repository had been fetched for it.
//! It must not score, and never changes an evaluation that is over.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, InstitutionTx};
use crate::model::{
    credit_report::RepositoryCoverage,
    ids::{EvaluationId, PolicyId, TermId},
    repository::NotFullName,
    work::Evaluation,
};

/// Asks for an evaluation; `None` where the institution has no such term or policy.
pub async fn insert(
    tx: &mut InstitutionTx,
    id: EvaluationId,
    term: TermId,
    policy: PolicyId,
    now: DateTime<Utc>,
) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "insert into evaluations (institution_id, evaluation_id, term_id, policy_id, policy_hash, state, requested_at)
         select $1, $2, t.term_id, p.policy_id, p.hash, 'queued', $5
         from terms t, policies p
         where t.institution_id = $1 and t.term_id = $3 and p.institution_id = $1 and p.policy_id = $4
         returning evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at",
        tx.institution().0,
        id.0,
        term.0,
        policy.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

pub async fn get(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "select evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at
         from evaluations where institution_id = $1 and evaluation_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

/// The newest evaluation of a term that is done.
pub async fn get_newest_done(tx: &mut InstitutionTx, term: TermId) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "select evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at
         from evaluations where institution_id = $1 and term_id = $2 and state = 'done'
         order by finished_at desc, evaluation_id desc limit 1",
        tx.institution().0,
        term.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

/// Takes an evaluation that is waiting (or whose worker died) and marks it running. `None`: it is over, there is nothing to do.
pub async fn take(tx: &mut InstitutionTx, id: EvaluationId, now: DateTime<Utc>) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "update evaluations set state = 'running', started_at = coalesce(started_at, $3)
         where institution_id = $1 and evaluation_id = $2 and state in ('queued', 'running')
         returning evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at",
        tx.institution().0,
        id.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

/// Closes a running evaluation: done, or failed with what to tell people.
pub async fn finish(tx: &mut InstitutionTx, id: EvaluationId, error: Option<&str>, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update evaluations set state = case when $3::text is null then 'done' else 'failed' end, error = $3, finished_at = $4
         where institution_id = $1 and evaluation_id = $2 and state in ('queued', 'running')",
        tx.institution().0,
        id.0,
        error,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes up to when each tracked repository has been fetched, as the running evaluation reads it.
pub async fn insert_coverage(tx: &mut InstitutionTx, id: EvaluationId) -> Result<(), Error> {
    sqlx::query!(
        "insert into evaluation_coverage (institution_id, evaluation_id, repository_id, synced_until)
         select t.institution_id, $2, r.repository_id, r.synced_until
         from tracked_repositories t join repositories r using (repository_id) where t.institution_id = $1",
        tx.institution().0,
        id.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What an evaluation was made from, by the repositories' names.
pub async fn list_coverage(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Vec<RepositoryCoverage>, Error> {
    let rows = sqlx::query!(
        "select r.full_name, c.synced_until
         from evaluation_coverage c join repositories r using (repository_id)
         where c.institution_id = $1 and c.evaluation_id = $2 order by lower(r.full_name)",
        tx.institution().0,
        id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|r| {
            let repository = r.full_name.parse().map_err(|e: NotFullName| Error::bad_row("repositories", "full_name", e))?;
            Ok(RepositoryCoverage { repository, complete_until: r.synced_until })
        })
        .collect()
}

struct EvaluationRow {
    evaluation_id: Uuid,
    term_id: Uuid,
    policy_id: Uuid,
    policy_hash: String,
    state: String,
    error: Option<String>,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

impl EvaluationRow {
    fn into_evaluation(self) -> Result<Evaluation, Error> {
        Ok(Evaluation {
            id: EvaluationId(self.evaluation_id),
            term: TermId(self.term_id),
            policy: PolicyId(self.policy_id),
            policy_hash: self.policy_hash,
            state: self.state.parse().map_err(|why| Error::bad_row("evaluations", "state", why))?,
            error: self.error,
            requested_at: self.requested_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}
