//! API keys: their hashes and roles. A key itself is shown once and stored nowhere.
//! It must not see a key: whoever calls hands over its hash.

use chrono::{DateTime, TimeDelta, Utc};

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
    /// From then on the key is refused.
    pub expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Set: the key is refused.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The key that this one came from by rotation, however many times; its own id where it came from none.
    pub lineage: ApiKeyId,
}

impl ApiKeyEntry {
    /// A key that comes from no other.
    pub fn new(role: Role, holder: Person, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let id = ApiKeyId::new(now);
        Self { id, role, holder, created_at: now, expires_at, last_used_at: None, revoked_at: None, lineage: id }
    }

    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// That a key was used is noted at most so often.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Stores a key that was just made. `entry.revoked_at` and `entry.last_used_at` are not looked at.
pub async fn insert(tx: &mut InstitutionTx, entry: &ApiKeyEntry, hash: &KeyHash, by: &Actor) -> Result<()> {
    insert_row(tx, entry, hash).await?;
    let event = Event {
        action: Action::KeyMade,
        subject: entry.id.to_string(),
        facts: json!({ "role": entry.role }),
        details: Some(Details { member: entry.holder.member, said: json!({ "holder": entry.holder.name }) }),
    };
    audit::append(tx, by, &event, entry.created_at);
    Ok(())
}

async fn insert_row(tx: &mut InstitutionTx, entry: &ApiKeyEntry, hash: &KeyHash) -> Result<()> {
    sqlx::query!(
        "insert into api_keys (institution_id, api_key_id, role, holder, member_id, secret_hash, created_at, expires_at, lineage_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.institution().0,
        entry.id.0,
        entry.role.as_str(),
        entry.holder.name,
        entry.holder.member.map(|member| member.0),
        &hash.0[..],
        entry.created_at,
        entry.expires_at,
        entry.lineage.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The key with this hash, noted as used; `None` where there is no such key, it was revoked or it is over.
pub async fn take_by_hash(tx: &mut InstitutionTx, hash: &KeyHash, now: DateTime<Utc>) -> Result<Option<ApiKeyEntry>> {
    let row = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, expires_at, last_used_at, revoked_at, lineage_id from api_keys
         where institution_id = $1 and secret_hash = $2 and revoked_at is null and (expires_at is null or expires_at > $3)",
        tx.institution().0,
        &hash.0[..],
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(entry) = row.map(ApiKeyRow::into_entry).transpose()? else { return Ok(None) };
    if entry.last_used_at.is_none_or(|used| used <= now - NOTED_EVERY) {
        sqlx::query!(
            "update api_keys set last_used_at = $3 where institution_id = $1 and api_key_id = $2",
            tx.institution().0,
            entry.id.0,
            now,
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(Some(entry))
}

/// How long a key stays valid beside its successor where nobody says, and at most.
pub const OVERLAP: TimeDelta = TimeDelta::days(7);
pub const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(30);

/// How a rotation went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// The key and its successor.
    Done { ending: Box<ApiKeyEntry>, successor: Box<ApiKeyEntry> },
    /// There is no such key.
    Unknown,
    /// It was revoked, or is over.
    Refused,
    /// This one is valid too, and a third would be too many.
    Two(ApiKeyId),
}

/// Makes the successor of a key, which is itself refused from `ends_at` on, or sooner where that stood already. Where the key was made to
/// end, the successor gets as long a life.
pub async fn rotate(
    tx: &mut InstitutionTx,
    id: ApiKeyId,
    hash: &KeyHash,
    ends_at: DateTime<Utc>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Rotated> {
    let institution = tx.institution().0;
    // The lineage first, so that the statement after it sees what another rotation of it did.
    let lineage = sqlx::query_scalar!(
        r#"select coalesce(lineage_id, api_key_id) as "lineage!" from api_keys where institution_id = $1 and api_key_id = $2"#,
        institution,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(lineage) = lineage else { return Ok(Rotated::Unknown) };
    sqlx::query!("select api_key_id from api_keys where institution_id = $1 and api_key_id = $2 for update", institution, lineage)
        .fetch_all(tx.conn())
        .await?;
    let rows = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, expires_at, last_used_at, revoked_at, lineage_id from api_keys
         where institution_id = $1 and coalesce(lineage_id, api_key_id) = $2 order by api_key_id for update",
        institution,
        lineage,
    )
    .fetch_all(tx.conn())
    .await?;
    let all = rows.into_iter().map(ApiKeyRow::into_entry).collect::<Result<Vec<_>>>()?;
    let valid = |entry: &&ApiKeyEntry| entry.is_valid(now);
    let Some(old) = all.iter().filter(valid).find(|entry| entry.id == id) else { return Ok(Rotated::Refused) };
    if let Some(other) = all.iter().filter(valid).find(|entry| entry.id != id) {
        return Ok(Rotated::Two(other.id));
    }
    let life = old.expires_at.map(|end| end - old.created_at);
    let fresh = ApiKeyEntry::new(old.role, old.holder.clone(), life.map(|life| now + life), now);
    let successor = ApiKeyEntry { lineage: old.lineage, ..fresh };
    let ends_at = old.expires_at.map_or(ends_at, |sooner| sooner.min(ends_at));
    let ending = ApiKeyEntry { expires_at: Some(ends_at), ..old.clone() };
    sqlx::query!("update api_keys set expires_at = $3 where institution_id = $1 and api_key_id = $2", institution, id.0, ends_at)
        .execute(tx.conn())
        .await?;
    insert_row(tx, &successor, hash).await?;
    let event = Event {
        action: Action::KeyRotated,
        subject: id.to_string(),
        facts: json!({ "successor": successor.id, "ends_at": ends_at, "role": successor.role }),
        details: None,
    };
    audit::append(tx, by, &event, now);
    Ok(Rotated::Done { ending: Box::new(ending), successor: Box::new(successor) })
}

pub async fn get(tx: &mut InstitutionTx, id: ApiKeyId) -> Result<Option<ApiKeyEntry>> {
    let row = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, expires_at, last_used_at, revoked_at, lineage_id
         from api_keys where institution_id = $1 and api_key_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(ApiKeyRow::into_entry).transpose()
}

/// All keys of the institution, the oldest first.
pub async fn list(tx: &mut InstitutionTx) -> Result<Vec<ApiKeyEntry>> {
    let rows = sqlx::query_as!(
        ApiKeyRow,
        "select api_key_id, role, holder, member_id, created_at, expires_at, last_used_at, revoked_at, lineage_id
         from api_keys where institution_id = $1 order by created_at, api_key_id",
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
    audit::append(tx, by, &event, now);
    Ok(true)
}

struct ApiKeyRow {
    api_key_id: Uuid,
    role: String,
    holder: String,
    member_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    lineage_id: Option<Uuid>,
}

impl ApiKeyRow {
    fn into_entry(self) -> Result<ApiKeyEntry> {
        Ok(ApiKeyEntry {
            id: ApiKeyId(self.api_key_id),
            role: self.role.parse().map_err(|why| Error::bad_row("api_keys", "role", why))?,
            holder: Person { name: self.holder, member: self.member_id.map(MemberId) },
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
            lineage: ApiKeyId(self.lineage_id.unwrap_or(self.api_key_id)),
        })
    }
}
