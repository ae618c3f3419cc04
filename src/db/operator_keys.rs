//! The operator's keys: they belong to no institution.
//! It must not see a key: whoever calls hands over its hash. Every transaction here is one of `Db::begin_as_operator`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Result, Tx};
use crate::model::{api_key::KeyHash, ids::OperatorKeyId};

/// A key as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKeyEntry {
    pub id: OperatorKeyId,
    /// Who answers for what is done with it.
    pub holder: String,
    pub created_at: DateTime<Utc>,
    /// Set: the key is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Stores a key that was just made. `entry.revoked_at` is not looked at.
pub async fn insert(tx: &mut Tx, entry: &OperatorKeyEntry, hash: &KeyHash) -> Result<()> {
    sqlx::query!(
        "insert into operator_keys (operator_key_id, holder, secret_hash, created_at) values ($1, $2, $3, $4)",
        entry.id.0,
        entry.holder,
        &hash.0[..],
        entry.created_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The key with this hash; `None` where there is no such key or it was revoked.
pub async fn get_by_hash(tx: &mut Tx, hash: &KeyHash) -> Result<Option<OperatorKeyId>> {
    let id = sqlx::query_scalar!("select operator_key_id from operator_keys where secret_hash = $1 and revoked_at is null", &hash.0[..])
        .fetch_optional(tx.conn())
        .await?;
    Ok(id.map(OperatorKeyId))
}

/// All of them, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<OperatorKeyEntry>> {
    let rows = sqlx::query_as!(
        OperatorKeyRow,
        "select operator_key_id, holder, created_at, revoked_at from operator_keys order by created_at, operator_key_id"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(OperatorKeyRow::into_entry).collect())
}

/// Refuses a key from now on; says whether there was one to refuse. Twice is once.
pub async fn revoke(tx: &mut Tx, id: OperatorKeyId, now: DateTime<Utc>) -> Result<bool> {
    let revoked = sqlx::query!("update operator_keys set revoked_at = coalesce(revoked_at, $2) where operator_key_id = $1", id.0, now)
        .execute(tx.conn())
        .await?;
    Ok(revoked.rows_affected() == 1)
}

struct OperatorKeyRow {
    operator_key_id: Uuid,
    holder: String,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl OperatorKeyRow {
    fn into_entry(self) -> OperatorKeyEntry {
        OperatorKeyEntry {
            id: OperatorKeyId(self.operator_key_id),
            holder: self.holder,
            created_at: self.created_at,
            revoked_at: self.revoked_at,
        }
    }
}
