//! Terms: an institution's own whole days.
//! It must not know when a day begins: the institution's zone does.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{InstitutionTx, Result};
use crate::model::{ids::TermId, term::Term};

/// Writes a new term. `Conflict`: the institution has one with that code.
pub async fn insert(tx: &mut InstitutionTx, term: &Term, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into terms (institution_id, term_id, code, name, starts_on, ends_on, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        tx.institution().0,
        term.id.0,
        term.code,
        term.name,
        term.starts_on,
        term.ends_on,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn get(tx: &mut InstitutionTx, id: TermId) -> Result<Option<Term>> {
    let row = sqlx::query_as!(
        TermRow,
        "select term_id, code, name, starts_on, ends_on from terms where institution_id = $1 and term_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(TermRow::into_term))
}

pub async fn get_by_code(tx: &mut InstitutionTx, code: &str) -> Result<Option<Term>> {
    let row = sqlx::query_as!(
        TermRow,
        "select term_id, code, name, starts_on, ends_on from terms where institution_id = $1 and code = $2",
        tx.institution().0,
        code,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(TermRow::into_term))
}

/// At most `limit + 1` terms after a code, by code: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<&str>, limit: u16) -> Result<Vec<Term>> {
    let rows = sqlx::query_as!(
        TermRow,
        "select term_id, code, name, starts_on, ends_on from terms
         where institution_id = $1 and ($2::text is null or code > $2) order by code limit $3",
        tx.institution().0,
        after,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(TermRow::into_term).collect())
}

struct TermRow {
    term_id: Uuid,
    code: String,
    name: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
}

impl TermRow {
    fn into_term(self) -> Term {
        Term { id: TermId(self.term_id), code: self.code, name: self.name, starts_on: self.starts_on, ends_on: self.ends_on }
    }
}
