//! Evaluations: one row for each scoring of a term under a policy, and up to when each repository had been fetched for it.
//! It must not score, and never changes an evaluation that is over.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{Error, InstitutionTx};
use crate::model::{
    credit_report::RepositoryCoverage,
    ids::{EvaluationId, MemberId, PolicyId, RepositoryId, TermId},
    repository::NotFullName,
    term::Term,
    traces::Traces,
    work::{Base, Evaluation, Seen, WorkState},
};

mod newest;

pub use newest::{Reported, choose_reported, get_newest_done, get_newest_of, get_newest_under, list_prior};

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
         returning evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at,
           bases, prior, checked_at, differs",
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
        "select evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at,
           bases, prior, checked_at, differs
         from evaluations where institution_id = $1 and evaluation_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

/// An evaluation that follows another by itself: of the same term, under the same policy, and as if it had been asked for with it.
pub async fn insert_following(tx: &mut InstitutionTx, id: EvaluationId, of: EvaluationId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "insert into evaluations (institution_id, evaluation_id, term_id, policy_id, policy_hash, state, requested_at, asked_at)
         select $1, $2, term_id, policy_id, policy_hash, 'queued', $4, coalesce(asked_at, requested_at)
         from evaluations where institution_id = $1 and evaluation_id = $3",
        tx.institution().0,
        id.0,
        of.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The newest of those that the program itself asked for in the place of `of` and that are not done.
pub async fn get_pending_following(tx: &mut InstitutionTx, of: EvaluationId) -> Result<Option<EvaluationId>, Error> {
    let pending = sqlx::query_scalar!(
        "select e.evaluation_id from evaluations o
         join evaluations e on e.institution_id = $1 and e.term_id = o.term_id and e.policy_id = o.policy_id
           and e.asked_at = coalesce(o.asked_at, o.requested_at)
         where o.institution_id = $1 and o.evaluation_id = $2 and e.state in ('queued', 'running')
         order by e.evaluation_id desc limit 1",
        tx.institution().0,
        of.0,
    );
    Ok(pending.fetch_optional(tx.conn()).await?.map(EvaluationId))
}

/// An evaluation that is done as soon as it is there: it follows `of`, and scored anew those alone whom a change touched. Call it in the
/// transaction (as of one moment) that reads its ground and writes its scores.
pub async fn insert_followed(
    tx: &mut InstitutionTx,
    id: EvaluationId,
    of: &Base,
    prior: &[EvaluationId],
    traces: &Traces,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let bases: Vec<Uuid> = of.chain().iter().map(|base| base.0).collect();
    let prior: Vec<Uuid> = prior.iter().map(|prior| prior.0).collect();
    sqlx::query!(
        "insert into evaluations (institution_id, evaluation_id, term_id, policy_id, policy_hash, state, requested_at, asked_at, started_at,
           finished_at, bases, prior, traces, snapshot, server)
         select $1, $2, term_id, policy_id, policy_hash, 'done', $4, coalesce(asked_at, requested_at), $4, $4, $5, $6, $7,
           pg_current_snapshot(), (select system_identifier from pg_control_system())
         from evaluations where institution_id = $1 and evaluation_id = $3",
        tx.institution().0,
        id.0,
        of.evaluation.id.0,
        now,
        &bases,
        &prior,
        sqlx::types::Json(traces) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A done evaluation with what is needed to rest another one on it.
pub async fn get_base(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Option<Base>, Error> {
    let Some(evaluation) = get(tx, id).await?.filter(|evaluation| evaluation.state == WorkState::Done) else { return Ok(None) };
    let row = sqlx::query!(
        r#"select bases, traces as "traces: sqlx::types::Json<Traces>", case when server = (select system_identifier from pg_control_system()) then snapshot::text end as seen
           from evaluations where institution_id = $1 and evaluation_id = $2"#,
        tx.institution().0,
        id.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Some(Base {
        evaluation,
        bases: row.bases.into_iter().map(EvaluationId).collect(),
        traces: row.traces.map(|json| json.0),
        seen: row.seen.map(Seen::new),
    }))
}

/// What is to be kept up to date: of each term that has not ended before `since` and of each policy name the newest that is done, of adopted
/// versions that for each audience, and of the others. A trial of another version so keeps nothing from what holds. Earlier terms come first,
/// since later ones begin with what they left, and in a term what was asked for first.
pub async fn list_current(tx: &mut InstitutionTx, since: NaiveDate) -> Result<Vec<EvaluationId>, Error> {
    let rows = sqlx::query_scalar!(
        r#"select evaluation_id from (
             select distinct on (e.term_id, p.name, a.audience) e.evaluation_id, t.starts_on, coalesce(e.asked_at, e.requested_at) as asked_at
             from evaluations e
             join terms t on t.institution_id = $1 and t.term_id = e.term_id
             join policies p on p.institution_id = $1 and p.policy_id = e.policy_id
             left join term_policies a on a.institution_id = $1 and a.term_id = e.term_id and a.policy_id = e.policy_id
             where e.institution_id = $1 and e.state = 'done' and t.ends_on >= $2
             order by e.term_id, p.name, a.audience, coalesce(e.asked_at, e.requested_at) desc, e.finished_at desc, e.evaluation_id desc
           ) as newest order by starts_on, asked_at, evaluation_id"#,
        tx.institution().0,
        since,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(EvaluationId).collect())
}

/// Whether anything has been scored in a term that has not ended before `since`.
pub async fn is_any_current(tx: &mut InstitutionTx, since: NaiveDate) -> Result<bool, Error> {
    let any = sqlx::query_scalar!(
        r#"select exists (select from evaluations e join terms t on t.institution_id = $1 and t.term_id = e.term_id
             where e.institution_id = $1 and e.state = 'done' and t.ends_on >= $2) as "any!""#,
        tx.institution().0,
        since,
    );
    Ok(any.fetch_one(tx.conn()).await?)
}

/// Notes what a running evaluation of everybody is made from: what this transaction sees, the evaluations of earlier terms, and the reverts
/// and copies that it knows of. Call it in the transaction (as of one moment) that reads it.
pub async fn note_ground(tx: &mut InstitutionTx, id: EvaluationId, prior: &[EvaluationId], traces: &Traces) -> Result<(), Error> {
    let prior: Vec<Uuid> = prior.iter().map(|prior| prior.0).collect();
    sqlx::query!(
        "update evaluations set bases = '{}', prior = $3, traces = $4, snapshot = pg_current_snapshot(),
           server = (select system_identifier from pg_control_system())
         where institution_id = $1 and evaluation_id = $2 and state in ('queued', 'running')",
        tx.institution().0,
        id.0,
        &prior,
        sqlx::types::Json(traces) as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that everybody was scored anew, and who differed.
pub async fn note_check(tx: &mut InstitutionTx, id: EvaluationId, differs: &[MemberId], now: DateTime<Utc>) -> Result<(), Error> {
    let differs: Vec<Uuid> = differs.iter().map(|member| member.0).collect();
    sqlx::query!(
        "update evaluations set checked_at = $3, differs = $4 where institution_id = $1 and evaluation_id = $2",
        tx.institution().0,
        id.0,
        now,
        &differs,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One at a time: whether this transaction may now follow up that evaluation. `false`: another one does.
pub async fn try_lock(tx: &mut InstitutionTx, evaluation: &Evaluation) -> Result<bool, Error> {
    let name = format!("rescore {} {} {}", tx.institution(), evaluation.term, evaluation.policy);
    let locked = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "locked!""#, name);
    Ok(locked.fetch_one(tx.conn()).await?)
}

/// Takes an evaluation that is waiting (or whose worker died) and marks it running. `None`: it is over, there is nothing to do.
pub async fn take(tx: &mut InstitutionTx, id: EvaluationId, now: DateTime<Utc>) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "update evaluations set state = 'running', started_at = coalesce(started_at, $3)
         where institution_id = $1 and evaluation_id = $2 and state in ('queued', 'running')
         returning evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at,
           bases, prior, checked_at, differs",
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

/// Notes up to when each tracked repository has been fetched, as the running evaluation reads it, and how many from outside contributed to
/// those of which that was counted.
pub async fn insert_coverage(tx: &mut InstitutionTx, id: EvaluationId, outside: &HashMap<RepositoryId, i64>) -> Result<(), Error> {
    let (repositories, counts): (Vec<Uuid>, Vec<i64>) = outside.iter().map(|(repository, count)| (repository.0, *count)).unzip();
    sqlx::query!(
        "insert into evaluation_coverage (institution_id, evaluation_id, repository_id, synced_until, outside_contributors)
         select t.institution_id, $2, r.repository_id, r.synced_until, o.people
         from tracked_repositories t join repositories r using (repository_id)
         left join unnest($3::uuid[], $4::bigint[]) as o (repository_id, people) on o.repository_id = r.repository_id
         where t.institution_id = $1",
        tx.institution().0,
        id.0,
        &repositories,
        &counts,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many from outside had contributed to each repository when this evaluation counted them.
pub async fn list_outside_contributors(tx: &mut InstitutionTx, id: EvaluationId) -> Result<HashMap<RepositoryId, i64>, Error> {
    let rows = sqlx::query!(
        r#"select repository_id, outside_contributors as "people!" from evaluation_coverage
           where institution_id = $1 and evaluation_id = $2 and outside_contributors is not null"#,
        tx.institution().0,
        id.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (RepositoryId(row.repository_id), row.people)).collect())
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
    bases: Vec<Uuid>,
    prior: Vec<Uuid>,
    checked_at: Option<DateTime<Utc>>,
    differs: Vec<Uuid>,
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
            base: self.bases.first().copied().map(EvaluationId),
            prior: self.prior.into_iter().map(EvaluationId).collect(),
            checked_at: self.checked_at,
            differs: self.differs.into_iter().map(MemberId).collect(),
        })
    }
}
