//! Institutions: made and listed by the operator, read by everything that works in the name of one.
//! It must not show an institution's registers: only its own row.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, Tx, audit};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    ids::InstitutionId,
    institution::Institution,
};

/// Writes a new institution, in a transaction in its own name. Nobody but the operator makes one. `Conflict`: the slug is in use.
pub async fn insert(tx: &mut InstitutionTx, institution: &Institution) -> Result<()> {
    sqlx::query!(
        "insert into institutions (institution_id, slug, name, timezone, created_at) values ($1, $2, $3, $4, $5)",
        institution.id.0,
        institution.slug,
        institution.name,
        institution.timezone.name(),
        institution.created_at,
    )
    .execute(tx.conn())
    .await?;
    let facts = json!({ "slug": institution.slug, "timezone": institution.timezone.name() });
    let event = Event { action: Action::InstitutionMade, subject: institution.id.to_string(), facts, details: None };
    audit::append(tx, &Actor::Operator, &event, institution.created_at);
    Ok(())
}

/// The institution in whose name the transaction works.
pub async fn get(tx: &mut InstitutionTx) -> Result<Option<Institution>> {
    let row = sqlx::query_as!(
        InstitutionRow,
        "select institution_id, slug, name, timezone, created_at from institutions where institution_id = $1",
        tx.institution().0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(InstitutionRow::into_institution).transpose()
}

/// The institution of a slug, for whoever has no key of it: see `Db::begin_as_operator`.
pub async fn get_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<InstitutionId>> {
    let id = sqlx::query_scalar!("select institution_id from institutions where slug = $1", slug).fetch_optional(tx.conn()).await?;
    Ok(id.map(InstitutionId))
}

/// All of them, by slug: for the operator alone, see `Db::begin_as_operator`.
pub async fn list(tx: &mut Tx) -> Result<Vec<Institution>> {
    let rows = sqlx::query_as!(InstitutionRow, "select institution_id, slug, name, timezone, created_at from institutions order by slug",)
        .fetch_all(tx.conn())
        .await?;
    rows.into_iter().map(InstitutionRow::into_institution).collect()
}

struct InstitutionRow {
    institution_id: Uuid,
    slug: String,
    name: String,
    timezone: String,
    created_at: DateTime<Utc>,
}

impl InstitutionRow {
    fn into_institution(self) -> Result<Institution> {
        Ok(Institution {
            id: InstitutionId(self.institution_id),
            slug: self.slug,
            name: self.name,
            timezone: self.timezone.parse().map_err(|why| Error::bad_row("institutions", "timezone", why))?,
            created_at: self.created_at,
        })
    }
}
