//! API keys: their hashes and roles. A key itself is shown once and stored nowhere.
//! It must not see a key: whoever calls hands over its hash.

use chrono::{DateTime, Utc};

use super::{Error, InstitutionTx, Result};
use crate::model::{api_key::KeyHash, ids::ApiKeyId, institution::Role};

/// A key as its institution's administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyEntry {
    pub id: ApiKeyId,
    pub role: Role,
    pub created_at: DateTime<Utc>,
    /// Set: the key is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

pub async fn insert(tx: &mut InstitutionTx, id: ApiKeyId, role: Role, hash: &KeyHash, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into api_keys (institution_id, api_key_id, role, secret_hash, created_at) values ($1, $2, $3, $4, $5)",
        tx.institution().0,
        id.0,
        role.as_str(),
        &hash.0[..],
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The key with this hash and its role; `None` where there is no such key or it was revoked.
pub async fn get_by_hash(tx: &mut InstitutionTx, hash: &KeyHash) -> Result<Option<(ApiKeyId, Role)>> {
    let row = sqlx::query!(
        "select api_key_id, role from api_keys where institution_id = $1 and secret_hash = $2 and revoked_at is null",
        tx.institution().0,
        &hash.0[..],
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let role = row.role.parse().map_err(|why| Error::bad_row("api_keys", "role", why))?;
    Ok(Some((ApiKeyId(row.api_key_id), role)))
}

/// All keys of the institution, the oldest first.
pub async fn list(tx: &mut InstitutionTx) -> Result<Vec<ApiKeyEntry>> {
    let rows = sqlx::query!(
        "select api_key_id, role, created_at, revoked_at from api_keys where institution_id = $1 order by created_at, api_key_id",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let role = row.role.parse().map_err(|why| Error::bad_row("api_keys", "role", why))?;
            Ok(ApiKeyEntry { id: ApiKeyId(row.api_key_id), role, created_at: row.created_at, revoked_at: row.revoked_at })
        })
        .collect()
}

/// Refuses a key from now on; says whether there was one to refuse. Twice is once.
pub async fn revoke(tx: &mut InstitutionTx, id: ApiKeyId, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update api_keys set revoked_at = coalesce(revoked_at, $3) where institution_id = $1 and api_key_id = $2",
        tx.institution().0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
