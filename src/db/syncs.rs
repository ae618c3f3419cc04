//! Syncs: one row for each fetch of a repository, with its progress, and what a fetch reads and leaves of the repository's own row.
//! It must not fetch.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Error, InstitutionTx, Tx};
use crate::model::{
    github::RepositoryFacts,
    ids::{InstitutionId, RepositoryId, SyncId},
    repository::FullName,
    work::{Sync, WorkState},
};

/// How often one is asked for anew that was over before it could be shown.
const LOOKS: u32 = 3;

/// Asks for a fetch: a new queued sync, or the one that is under way. The second value says whether it is new.
pub async fn insert(tx: &mut InstitutionTx, repository: RepositoryId, id: SyncId, now: DateTime<Utc>) -> Result<(Sync, bool), Error> {
    for _ in 0..LOOKS {
        let done = sqlx::query!(
            "insert into syncs (repository_id, sync_id, state, requested_at)
             select t.repository_id, $3, 'queued', $4 from tracked_repositories t where t.institution_id = $1 and t.repository_id = $2
             on conflict (repository_id) where state in ('queued', 'running') do nothing",
            tx.institution().0,
            repository.0,
            id.0,
            now,
        )
        .execute(tx.conn())
        .await?;
        let row = sqlx::query_as!(
            SyncRow,
            "select s.repository_id, s.sync_id, s.state, s.fetched, s.total, s.requests, s.written, s.error, s.requested_at, s.started_at, s.finished_at
             from syncs s join tracked_repositories t on t.institution_id = $1 and t.repository_id = s.repository_id
             where s.repository_id = $2 and s.state in ('queued', 'running')",
            tx.institution().0,
            repository.0,
        )
        .fetch_optional(tx.conn())
        .await?;
        if let Some(row) = row {
            return Ok((row.into_sync()?, done.rows_affected() == 1));
        }
    }
    Err(sqlx::Error::RowNotFound.into())
}

/// A sync of a repository that the institution tracks.
pub async fn get(tx: &mut InstitutionTx, id: SyncId) -> Result<Option<Sync>, Error> {
    sqlx::query_as!(
        SyncRow,
        "select s.repository_id, s.sync_id, s.state, s.fetched, s.total, s.requests, s.written, s.error, s.requested_at, s.started_at, s.finished_at
             from syncs s join tracked_repositories t on t.institution_id = $1 and t.repository_id = s.repository_id
         where s.sync_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .map(SyncRow::into_sync)
    .transpose()
}

/// A sync in one worker's hands. Whoever takes it over has another attempt, and then this one can write no more for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub repository: RepositoryId,
    pub sync: SyncId,
    attempt: i32,
}

/// What a fetch must know before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    pub held: Held,
    pub full_name: FullName,
    pub github_id: Option<i64>,
    /// The one institution whose row it is.
    pub only_for: Option<InstitutionId>,
    pub synced_until: Option<DateTime<Utc>>,
}

/// Takes a queued sync (or one whose worker died) and marks it running. `None`: it is over, there is nothing to do.
pub async fn take(tx: &mut Tx, repository: RepositoryId, id: SyncId, now: DateTime<Utc>) -> Result<Option<Ground>, Error> {
    let attempt = sqlx::query_scalar!(
        "update syncs set state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, $3), fetched = 0, total = null
         where repository_id = $1 and sync_id = $2 and state in ('queued', 'running') returning attempt",
        repository.0,
        id.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(attempt) = attempt else { return Ok(None) };
    let row = sqlx::query!("select full_name, github_id, only_for, synced_until from repositories where repository_id = $1", repository.0)
        .fetch_one(tx.conn())
        .await?;
    let full_name =
        row.full_name.parse().map_err(|e: crate::model::repository::NotFullName| Error::bad_row("repositories", "full_name", e))?;
    let held = Held { repository, sync: id, attempt };
    let only_for = row.only_for.map(InstitutionId);
    Ok(Some(Ground { held, full_name, github_id: row.github_id, only_for, synced_until: row.synced_until }))
}

/// Notes whose repository this is, before anything of it is stored: GitHub's number and name of it, and who may see what is fetched. A public
/// one is shared, unless another row of it is shared already: then this one stays a copy of its institution's own. `Conflict`: GitHub's number
/// belongs to a row with which this one cannot be.
pub async fn claim(tx: &mut Tx, held: &Held, facts: &RepositoryFacts, owner: Option<InstitutionId>) -> Result<(), Error> {
    let copy_of = sqlx::query_scalar!(
        "select only_for from repositories r where r.repository_id = $1
           and exists (select from repositories s where s.github_id = $2 and s.only_for is null and s.repository_id <> $1)",
        held.repository.0,
        facts.github_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    sqlx::query!(
        "update repositories set github_id = $2, full_name = $3, owner_account_id = $4, is_private = $5, only_for = $6
         where repository_id = $1
           and (github_id, full_name, owner_account_id, is_private, only_for) is distinct from ($2, $3, $4, $5, $6)",
        held.repository.0,
        facts.github_id,
        facts.full_name.as_str(),
        facts.owner.map(|o| o.0),
        facts.is_private,
        owner.map(|institution| institution.0).or(copy_of.flatten()),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How far a running sync has come. `requests` and `written` are added to what earlier tries of it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub fetched: i64,
    pub total: Option<i64>,
    pub requests: i64,
    pub written: i64,
}

/// `TakenOver`: the transaction must not be committed.
pub async fn advance(tx: &mut Tx, held: &Held, progress: Progress) -> Result<(), Error> {
    let done = sqlx::query!(
        "update syncs set fetched = $4, total = $5, requests = requests + $6, written = written + $7
         where repository_id = $1 and sync_id = $2 and attempt = $3 and state = 'running'",
        held.repository.0,
        held.sync.0,
        held.attempt,
        progress.fetched,
        progress.total,
        progress.requests,
        progress.written,
    )
    .execute(tx.conn())
    .await?;
    still_held(done.rows_affected())
}

fn still_held(rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::TakenOver) }
}

/// Writes what GitHub says of the repository itself, where it differs; `evidence` is its raw JSON, compressed. Returns how many rows changed.
pub async fn put_facts(tx: &mut Tx, held: &Held, facts: &RepositoryFacts, evidence: &[u8]) -> Result<u64, Error> {
    let done = sqlx::query!(
        "update repositories set github_id = $2, full_name = $3, owner_account_id = $4, is_fork = $5, is_archived = $6, license = $7,
           default_branch = $8, head = $9, github_created_at = $10, facts_hash = $11, evidence = $12
         where repository_id = $1 and facts_hash is distinct from $11",
        held.repository.0,
        facts.github_id,
        facts.full_name.as_str(),
        facts.owner.map(|o| o.0),
        facts.is_fork,
        facts.is_archived,
        facts.license,
        facts.default_branch,
        facts.head,
        facts.created_at,
        Sha256::digest(evidence).to_vec(),
        evidence,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Closes a sync that brought everything, and moves the repository's watermark.
pub async fn finish(tx: &mut Tx, held: &Held, complete_until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update repositories set state = 'ready', synced_until = $2, last_error = null where repository_id = $1",
        held.repository.0,
        complete_until,
    )
    .execute(tx.conn())
    .await?;
    end(tx, held, WorkState::Done, None, now).await
}

/// Closes a sync that cannot succeed; what an earlier one brought stays, and so does its watermark.
pub async fn fail(tx: &mut Tx, held: &Held, error: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!("update repositories set state = 'failed', last_error = $2 where repository_id = $1", held.repository.0, error)
        .execute(tx.conn())
        .await?;
    end(tx, held, WorkState::Failed, Some(error), now).await
}

/// Puts a running sync back into the queue, with the reason why it waits.
pub async fn postpone(tx: &mut Tx, held: &Held, why: &str) -> Result<(), Error> {
    let done = sqlx::query!(
        "update syncs set state = 'queued', error = $4 where repository_id = $1 and sync_id = $2 and attempt = $3 and state = 'running'",
        held.repository.0,
        held.sync.0,
        held.attempt,
        why,
    )
    .execute(tx.conn())
    .await?;
    still_held(done.rows_affected())
}

async fn end(tx: &mut Tx, held: &Held, state: WorkState, error: Option<&str>, now: DateTime<Utc>) -> Result<(), Error> {
    let done = sqlx::query!(
        "update syncs set state = $4, error = $5, finished_at = $6
         where repository_id = $1 and sync_id = $2 and attempt = $3 and state = 'running'",
        held.repository.0,
        held.sync.0,
        held.attempt,
        state.as_str(),
        error,
        now,
    )
    .execute(tx.conn())
    .await?;
    still_held(done.rows_affected())
}

struct SyncRow {
    repository_id: Uuid,
    sync_id: Uuid,
    state: String,
    fetched: i64,
    total: Option<i64>,
    requests: i64,
    written: i64,
    error: Option<String>,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

impl SyncRow {
    fn into_sync(self) -> Result<Sync, Error> {
        Ok(Sync {
            id: SyncId(self.sync_id),
            repository: RepositoryId(self.repository_id),
            state: self.state.parse().map_err(|why| Error::bad_row("syncs", "state", why))?,
            fetched: self.fetched,
            total: self.total,
            requests: self.requests,
            written: self.written,
            error: self.error,
            requested_at: self.requested_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
        })
    }
}
