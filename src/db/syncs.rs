//! Syncs: one row for each fetch of a repository, with its progress, and what a fetch reads and leaves of the repository's own row.
//! It must not fetch.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Error, InstitutionTx, Tx};
use crate::model::{
    github::RepositoryFacts,
    ids::{RepositoryId, SyncId},
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
            "select s.* from syncs s join tracked_repositories t on t.institution_id = $1 and t.repository_id = s.repository_id
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
        "select s.* from syncs s join tracked_repositories t on t.institution_id = $1 and t.repository_id = s.repository_id
         where s.sync_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .map(SyncRow::into_sync)
    .transpose()
}

/// What a fetch must know before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    pub full_name: FullName,
    pub github_id: Option<i64>,
    pub synced_until: Option<DateTime<Utc>>,
}

/// Takes a queued sync (or one whose worker died) and marks it running. `None`: it is over, there is nothing to do.
pub async fn take(tx: &mut Tx, repository: RepositoryId, id: SyncId, now: DateTime<Utc>) -> Result<Option<Ground>, Error> {
    let taken = sqlx::query!(
        "update syncs set state = 'running', started_at = coalesce(started_at, $3), fetched = 0, total = null
         where repository_id = $1 and sync_id = $2 and state in ('queued', 'running')",
        repository.0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query!("select full_name, github_id, synced_until from repositories where repository_id = $1", repository.0)
        .fetch_one(tx.conn())
        .await?;
    let full_name =
        row.full_name.parse().map_err(|e: crate::model::repository::NotFullName| Error::bad_row("repositories", "full_name", e))?;
    Ok(Some(Ground { full_name, github_id: row.github_id, synced_until: row.synced_until }))
}

/// How far a running sync has come. `requests` and `written` are added to what earlier tries of it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub fetched: i64,
    pub total: Option<i64>,
    pub requests: i64,
    pub written: i64,
}

pub async fn advance(tx: &mut Tx, repository: RepositoryId, id: SyncId, progress: Progress) -> Result<(), Error> {
    sqlx::query!(
        "update syncs set fetched = $3, total = $4, requests = requests + $5, written = written + $6
         where repository_id = $1 and sync_id = $2",
        repository.0,
        id.0,
        progress.fetched,
        progress.total,
        progress.requests,
        progress.written,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a whole fetch says of the repository itself.
#[derive(Debug)]
pub struct Outcome<'a> {
    pub facts: &'a RepositoryFacts,
    /// The facts' raw JSON, compressed.
    pub evidence: &'a [u8],
    pub complete_until: DateTime<Utc>,
}

/// Closes a sync that brought everything: the repository's facts, its watermark and the sync's end in one transaction.
/// Returns how many rows of facts changed.
pub async fn finish(tx: &mut Tx, repository: RepositoryId, id: SyncId, outcome: Outcome<'_>, now: DateTime<Utc>) -> Result<u64, Error> {
    let facts = outcome.facts;
    let hash = Sha256::digest(outcome.evidence).to_vec();
    let changed = sqlx::query!(
        "update repositories set github_id = $2, full_name = $3, owner_account_id = $4, is_fork = $5, is_archived = $6, license = $7,
           default_branch = $8, head = $9, github_created_at = $10, facts_hash = $11, evidence = $12
         where repository_id = $1 and facts_hash is distinct from $11",
        repository.0,
        facts.github_id,
        facts.full_name.as_str(),
        facts.owner.map(|o| o.0),
        facts.is_fork,
        facts.is_archived,
        facts.license,
        facts.default_branch,
        facts.head,
        facts.created_at,
        hash,
        outcome.evidence,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    sqlx::query!(
        "update repositories set state = 'ready', synced_until = $2, last_error = null where repository_id = $1",
        repository.0,
        outcome.complete_until,
    )
    .execute(tx.conn())
    .await?;
    end(tx, repository, id, WorkState::Done, None, now).await?;
    Ok(changed)
}

/// Closes a sync that cannot succeed; what an earlier one brought stays, and so does its watermark.
pub async fn fail(tx: &mut Tx, repository: RepositoryId, id: SyncId, error: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!("update repositories set state = 'failed', last_error = $2 where repository_id = $1", repository.0, error)
        .execute(tx.conn())
        .await?;
    end(tx, repository, id, WorkState::Failed, Some(error), now).await
}

/// Puts a running sync back into the queue, with the reason why it waits.
pub async fn postpone(tx: &mut Tx, repository: RepositoryId, id: SyncId, why: &str) -> Result<(), Error> {
    sqlx::query!("update syncs set state = 'queued', error = $3 where repository_id = $1 and sync_id = $2", repository.0, id.0, why)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn end(
    tx: &mut Tx,
    repository: RepositoryId,
    id: SyncId,
    state: WorkState,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update syncs set state = $3, error = $4, finished_at = $5 where repository_id = $1 and sync_id = $2",
        repository.0,
        id.0,
        state.as_str(),
        error,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
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
