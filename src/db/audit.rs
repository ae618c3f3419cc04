//! The chained log: appended to in the transaction of what it records, one entry after the other in each institution.
//! It must not change an entry; details of persons alone can be erased.

use chrono::{DateTime, Utc};
use rand::TryRng as _;

use super::{Error, InstitutionTx, Result};
use crate::model::{
    actor::Actor,
    audit::{Entry, Event, GENESIS, HASH, Hash, commitment},
};

/// Appends what is done in this transaction, at its end: other writers of the institution's log wait until the transaction is over.
pub async fn append(tx: &mut InstitutionTx, by: &Actor, event: &Event, now: DateTime<Utc>) -> Result<()> {
    let institution = tx.institution().0;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('audit ' || $1::text, 0))", institution.to_string())
        .execute(tx.conn())
        .await?;
    let last =
        sqlx::query!("select sequence, hash from audit_entries where institution_id = $1 order by sequence desc limit 1", institution,)
            .fetch_optional(tx.conn())
            .await?;
    let (sequence, previous) = match last {
        Some(last) => (last.sequence + 1, hash(&last.hash)?),
        None => (1, GENESIS),
    };
    let mut salt = [0; HASH];
    rand::rngs::SysRng.try_fill_bytes(&mut salt).map_err(|why| Error::Unusable(format!("the system has no random numbers: {why}")))?;
    let details = event.details.as_ref().map(|details| (details.member, details.said.to_string()));
    let committed = details.as_ref().map(|(_, said)| commitment(&salt, said));
    let entry = Entry::next(sequence, &previous, by, event, committed, now);
    sqlx::query!(
        "insert into audit_entries (institution_id, sequence, entry, hash) values ($1, $2, $3, $4)",
        institution,
        entry.sequence,
        entry.text,
        &entry.hash[..],
    )
    .execute(tx.conn())
    .await?;
    if let Some((member, said)) = details {
        sqlx::query!(
            "insert into audit_details (institution_id, sequence, member_id, salt, details) values ($1, $2, $3, $4, $5)",
            institution,
            entry.sequence,
            member.map(|member| member.0),
            &salt[..],
            said,
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
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
