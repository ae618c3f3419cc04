//! API keys: their hashes and roles. A key itself is shown once and stored nowhere.
//! It must not see a key: whoever calls hands over its hash.

use chrono::{DateTime, Utc};

use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit};
use crate::model::{
    actor::{Actor, Person},
    api_key::KeyHash,
    audit::{Action, Details, Event},
    ids::{ApiKeyId, MemberId},
    institution::Role,
};

/// A key as its institution's administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyEntry {
    pub id: ApiKeyId,
    pub role: Role,
    /// Who answers for what is done with it.
    pub holder: Person,
    pub created_at: DateTime<Utc>,
    /// Set: the key is refused.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Stores a key that was just made. `entry.revoked_at` is not looked at.
pub async fn insert(tx: &mut InstitutionTx, entry: &ApiKeyEntry, hash: &KeyHash, by: &Actor) -> Result<()> {
    sqlx::query!(
        "insert into api_keys (institution_id, api_key_id, role, holder, member_id, secret_hash, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        tx.institution().0,
        entry.id.0,
        entry.role.as_str(),
        entry.holder.name,
        entry.holder.member.map(|member| member.0),
        &hash.0[..],
        entry.created_at,
    )
    .execute(tx.conn())
    .await?;
    let event = Event {
        action: Action::KeyMade,
        subject: entry.id.to_string(),
        facts: json!({ "role": entry.role }),
        details: Some(Details { member: entry.holder.member, said: json!({ "holder": entry.holder.name }) }),
    };
    audit::append(tx, by, &event, entry.created_at).await
}

/// The key with this hash; `None` where there is no such key or it was revoked.
pub async fn get_by_hash(tx: &mut InstitutionTx, hash: &KeyHash) -> Result<Option<ApiKeyEntry>> {
    let row = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, revoked_at from api_keys
         where institution_id = $1 and secret_hash = $2 and revoked_at is null",
        tx.institution().0,
        &hash.0[..],
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(ApiKeyRow::into_entry).transpose()
}

/// All keys of the institution, the oldest first.
pub async fn list(tx: &mut InstitutionTx) -> Result<Vec<ApiKeyEntry>> {
    let rows = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, revoked_at from api_keys where institution_id = $1 order by created_at, api_key_id",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ApiKeyRow::into_entry).collect()
}

/// Refuses a key from now on; says whether there was one to refuse. Twice is once.
pub async fn revoke(tx: &mut InstitutionTx, id: ApiKeyId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let known = sqlx::query_scalar!(
        "select revoked_at from api_keys where institution_id = $1 and api_key_id = $2 for update",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(revoked_at) = known else { return Ok(false) };
    if revoked_at.is_some() {
        return Ok(true);
    }
    sqlx::query!("update api_keys set revoked_at = $3 where institution_id = $1 and api_key_id = $2", tx.institution().0, id.0, now,)
        .execute(tx.conn())
        .await?;
    let event = Event { action: Action::KeyRevoked, subject: id.to_string(), facts: json!({}), details: None };
    audit::append(tx, by, &event, now).await?;
    Ok(true)
}

struct ApiKeyRow {
    api_key_id: Uuid,
    role: String,
    holder: String,
    member_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl ApiKeyRow {
    fn into_entry(self) -> Result<ApiKeyEntry> {
        Ok(ApiKeyEntry {
            id: ApiKeyId(self.api_key_id),
            role: self.role.parse().map_err(|why| Error::bad_row("api_keys", "role", why))?,
            holder: Person { name: self.holder, member: self.member_id.map(MemberId) },
            created_at: self.created_at,
            revoked_at: self.revoked_at,
        })
    }
}
