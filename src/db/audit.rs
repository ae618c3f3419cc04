//! The chained log: written in the transaction of what it records, one entry after the other in each institution.
//! It must not change an entry; details of persons alone can be erased.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rand::TryRng as _;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result};
use crate::model::{
    actor::Actor,
    audit::{Entry, Event, GENESIS, HASH, Hash, commitment},
};

/// What a transaction did, until it is committed.
#[derive(Debug)]
pub struct Recorded {
    by: Actor,
    event: Event,
    at: DateTime<Utc>,
}

/// Notes what is done in this transaction. It enters the log when the transaction is committed, and never where it is not.
pub fn append(tx: &mut InstitutionTx, by: &Actor, event: &Event, now: DateTime<Utc>) {
    tx.recorded.push(Recorded { by: by.clone(), event: event.clone(), at: now });
}

/// Writes all that was noted, as the last thing before the commit: whoever waits for the log's lock already holds all others, so writers
/// of the log cannot wait for each other in a circle, and wait for nothing but a commit.
///
/// A transaction that reads as of one moment does not see what others wrote into the log since: its commit fails then, and is to be tried
/// again.
pub(in crate::db) async fn write(tx: &mut InstitutionTx) -> Result<()> {
    let recorded = std::mem::take(&mut tx.recorded);
    if recorded.is_empty() {
        return Ok(());
    }
    let institution = tx.institution().0;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('audit ' || $1::text, 0))", institution.to_string())
        .execute(tx.conn())
        .await?;
    let (mut sequence, mut previous) = head(tx).await?;
    let mut entries = Vec::with_capacity(recorded.len());
    let mut details = Vec::new();
    for Recorded { by, event, at } in recorded {
        sequence += 1;
        let committed = match &event.details {
            None => None,
            Some(one) => {
                let (salt, said) = (salt()?, one.said.to_string());
                let committed = commitment(&salt, &said);
                details.push((sequence, one.member.map(|member| member.0), salt, said));
                Some(committed)
            }
        };
        let entry =
            Entry::next(sequence, &previous, &by, &event, committed, at).map_err(|why| Error::bad_row("audit_entries", "entry", why))?;
        previous = entry.hash;
        entries.push(entry);
    }
    insert_entries(tx, &entries).await?;
    insert_details(tx, details).await
}

fn salt() -> Result<Hash> {
    let mut salt = [0; HASH];
    rand::rngs::SysRng.try_fill_bytes(&mut salt).map_err(|why| Error::Unusable(format!("the system has no random numbers: {why}")))?;
    Ok(salt)
}

/// The number and the hash of the last entry.
async fn head(tx: &mut InstitutionTx) -> Result<(i64, Hash)> {
    let last = sqlx::query!(
        "select sequence, hash from audit_entries where institution_id = $1 order by sequence desc limit 1",
        tx.institution().0,
    )
    .fetch_optional(tx.conn())
    .await?;
    last.map_or(Ok((0, GENESIS)), |last| Ok((last.sequence, hash(&last.hash)?)))
}

async fn insert_entries(tx: &mut InstitutionTx, entries: &[Entry]) -> Result<()> {
    let sequences: Vec<i64> = entries.iter().map(|entry| entry.sequence).collect();
    let texts: Vec<String> = entries.iter().map(|entry| entry.text.clone()).collect();
    let hashes: Vec<Vec<u8>> = entries.iter().map(|entry| entry.hash.to_vec()).collect();
    sqlx::query!(
        "insert into audit_entries (institution_id, sequence, entry, hash)
         select $1, sequence, entry, hash from unnest($2::bigint[], $3::text[], $4::bytea[]) as e (sequence, entry, hash)",
        tx.institution().0,
        &sequences,
        &texts,
        &hashes,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn insert_details(tx: &mut InstitutionTx, details: Vec<(i64, Option<Uuid>, Hash, String)>) -> Result<()> {
    if details.is_empty() {
        return Ok(());
    }
    let sequences: Vec<i64> = details.iter().map(|one| one.0).collect();
    let members: Vec<Option<Uuid>> = details.iter().map(|one| one.1).collect();
    let salts: Vec<Vec<u8>> = details.iter().map(|one| one.2.to_vec()).collect();
    let said: Vec<String> = details.into_iter().map(|one| one.3).collect();
    sqlx::query!(
        "insert into audit_details (institution_id, sequence, member_id, salt, details)
         select $1, sequence, member_id, salt, details
         from unnest($2::bigint[], $3::uuid[], $4::bytea[], $5::text[]) as d (sequence, member_id, salt, details)",
        tx.institution().0,
        &sequences,
        &members as &[Option<Uuid>],
        &salts,
        &said,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What stands apart from an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDetails {
    pub salt: Hash,
    /// JSON, and the very bytes that were hashed.
    pub said: String,
}

/// What stands apart from the entries from `first` to `last`, by their numbers, as far as it was not erased.
pub async fn list_details(tx: &mut InstitutionTx, first: i64, last: i64) -> Result<HashMap<i64, StoredDetails>> {
    let rows = sqlx::query!(
        "select sequence, salt, details from audit_details where institution_id = $1 and sequence between $2 and $3",
        tx.institution().0,
        first,
        last,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let salt = row.salt.try_into().map_err(|_| Error::bad_row("audit_details", "salt", "it has not 32 bytes"))?;
            Ok((row.sequence, StoredDetails { salt, said: row.details }))
        })
        .collect()
}

/// At most `limit + 1` entries after `after`, oldest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: i64, limit: u16) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        "select sequence, entry, hash from audit_entries where institution_id = $1 and sequence > $2 order by sequence limit $3",
        tx.institution().0,
        after,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| Ok(Entry { sequence: row.sequence, text: row.entry, hash: hash(&row.hash)? })).collect()
}

fn hash(bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map_err(|_| Error::bad_row("audit_entries", "hash", "it has not 32 bytes"))
}
