//! Policies: the text of each version as it was given, with its hash. A version never changes.
//! It must not read the text: `scoring::policy` does.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{InstitutionTx, Result, audit};
use crate::model::{
    actor::Actor,
    audit::{Action, Details, Event},
    ids::PolicyId,
};

/// One version of a policy as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    pub id: PolicyId,
    pub name: String,
    pub version: String,
    /// SHA-256 of `source`, in lower-case hex.
    pub hash: String,
    pub source: String,
    pub created_at: DateTime<Utc>,
}

/// Writes a new version. `Conflict` on `policies_institution_id_hash_key`: the same text is there; on
/// `policies_institution_id_name_version_key`: another text has that name and version.
pub async fn insert(tx: &mut InstitutionTx, policy: &StoredPolicy, by: &Actor) -> Result<()> {
    sqlx::query!(
        "insert into policies (institution_id, policy_id, name, version, hash, source, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        tx.institution().0,
        policy.id.0,
        policy.name,
        policy.version,
        policy.hash,
        policy.source,
        policy.created_at,
    )
    .execute(tx.conn())
    .await?;
    let event = Event {
        action: Action::PolicyAdded,
        subject: policy.id.to_string(),
        facts: json!({ "hash": policy.hash }),
        details: Some(Details { member: None, said: json!({ "name": policy.name, "version": policy.version }) }),
    };
    audit::append(tx, by, &event, policy.created_at);
    Ok(())
}

pub async fn get(tx: &mut InstitutionTx, id: PolicyId) -> Result<Option<StoredPolicy>> {
    let row = sqlx::query_as!(
        PolicyRow,
        "select policy_id, name, version, hash, source, created_at from policies where institution_id = $1 and policy_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(PolicyRow::into_policy))
}

/// The version with exactly this text, by its hash.
pub async fn get_by_hash(tx: &mut InstitutionTx, hash: &str) -> Result<Option<StoredPolicy>> {
    let row = sqlx::query_as!(
        PolicyRow,
        "select policy_id, name, version, hash, source, created_at from policies where institution_id = $1 and hash = $2",
        tx.institution().0,
        hash,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(PolicyRow::into_policy))
}

/// At most `limit + 1` versions after an id, oldest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<PolicyId>, limit: u16) -> Result<Vec<StoredPolicy>> {
    let rows = sqlx::query_as!(
        PolicyRow,
        "select policy_id, name, version, hash, source, created_at from policies
         where institution_id = $1 and ($2::uuid is null or policy_id > $2) order by policy_id limit $3",
        tx.institution().0,
        after.map(|id| id.0),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(PolicyRow::into_policy).collect())
}

/// The newest version of each policy, by name.
pub async fn list_newest(tx: &mut InstitutionTx) -> Result<Vec<PolicyId>> {
    let rows = sqlx::query_scalar!(
        "select distinct on (name) policy_id from policies where institution_id = $1 order by name, policy_id desc",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(PolicyId).collect())
}

struct PolicyRow {
    policy_id: Uuid,
    name: String,
    version: String,
    hash: String,
    source: String,
    created_at: DateTime<Utc>,
}

impl PolicyRow {
    fn into_policy(self) -> StoredPolicy {
        StoredPolicy {
            id: PolicyId(self.policy_id),
            name: self.name,
            version: self.version,
            hash: self.hash,
            source: self.source,
            created_at: self.created_at,
        }
    }
}
