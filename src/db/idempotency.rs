//! Idempotency keys: the answer that a POST got, so that the same POST sent again gets it again.
//! It must not know what was asked: it compares a hash of it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, InstitutionTx, Result};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// The answer that a request got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names and values of the headers that belong to it.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came of the request that used a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The same request got this answer.
    Answer(Answer),
    /// Another request has used it.
    OtherRequest,
}

/// What is kept under a key, after what is too old was thrown away. `None`: nobody has used it.
pub async fn get(tx: &mut InstitutionTx, key: &str, request_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Kept>> {
    sqlx::query!("delete from idempotency_keys where institution_id = $1 and created_at < $2", tx.institution().0, now - KEPT)
        .execute(tx.conn())
        .await?;
    let row = sqlx::query!(
        "select request_hash, status, headers, body from idempotency_keys where institution_id = $1 and idempotency_key = $2",
        tx.institution().0,
        key,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.request_hash != request_hash {
        return Ok(Some(Kept::OtherRequest));
    }
    let bad = |column, why: String| Error::bad_row("idempotency_keys", column, why);
    Ok(Some(Kept::Answer(Answer {
        status: u16::try_from(row.status).map_err(|e| bad("status", e.to_string()))?,
        headers: serde_json::from_value(row.headers).map_err(|e| bad("headers", e.to_string()))?,
        body: row.body,
    })))
}

/// Keeps an answer, in the transaction that did what was asked. `Conflict`: another request was answered under the key meanwhile;
/// while one has written its answer and is not committed, this waits for what comes of it.
pub async fn insert(tx: &mut InstitutionTx, key: &str, request_hash: &[u8], answer: &Answer, now: DateTime<Utc>) -> Result<()> {
    let bad = |column, why: String| Error::bad_row("idempotency_keys", column, why);
    sqlx::query!(
        "insert into idempotency_keys (institution_id, idempotency_key, request_hash, status, headers, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tx.institution().0,
        key,
        request_hash,
        i16::try_from(answer.status).map_err(|e| bad("status", e.to_string()))?,
        serde_json::to_value(&answer.headers).map_err(|e| bad("headers", e.to_string()))?,
        answer.body,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
