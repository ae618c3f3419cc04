//! The keys that sign checkpoints of an institution's log: the public part, and the private one as it was sealed.
//! It must not open a key: whoever signs does.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Error, InstitutionTx, Result, audit};
use crate::model::{
    actor::Actor,
    audit::{Action, Event, HASH},
    ids::AuditKeyId,
};

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    pub public_key: [u8; HASH],
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

/// Every key that the institution signed with, the newest first: it signs with that.
pub async fn list(tx: &mut InstitutionTx) -> Result<Vec<StoredKey>> {
    let rows = sqlx::query!(
        "select public_key, sealed, created_at from audit_keys where institution_id = $1 order by created_at desc, audit_key_id desc",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let public_key = row.public_key.try_into().map_err(|_| Error::bad_row("audit_keys", "public_key", "it has not 32 bytes"))?;
            Ok(StoredKey { public_key, sealed: row.sealed, created_at: row.created_at })
        })
        .collect()
}

/// Others who would make a key wait until this transaction is over.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('audit key ' || $1::text, 0))", tx.institution().to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Adds a key, which signs from now on.
pub async fn insert(tx: &mut InstitutionTx, key: &StoredKey, by: &Actor) -> Result<()> {
    let id = AuditKeyId::new(key.created_at);
    sqlx::query!(
        "insert into audit_keys (institution_id, audit_key_id, public_key, sealed, created_at) values ($1, $2, $3, $4, $5)",
        tx.institution().0,
        id.0,
        &key.public_key[..],
        key.sealed,
        key.created_at,
    )
    .execute(tx.conn())
    .await?;
    let facts = json!({ "public_key": hex::encode(key.public_key) });
    let event = Event { action: Action::CheckpointKeyMade, subject: id.to_string(), facts, details: None };
    audit::append(tx, by, &event, key.created_at);
    Ok(())
}
