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

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nobody has used it: it is the caller's now, who must `finish` or `release` it.
    New,
    /// The same request got this answer.
    Answered(Answer),
    /// The same request is being answered, or its answer was lost when the program was killed.
    UnderWay,
    /// Another request has used it.
    OtherRequest,
}

/// Takes a key for a request, or says what came of the one that took it. Commit before the work begins.
pub async fn take(tx: &mut InstitutionTx, key: &str, request_hash: &[u8], now: DateTime<Utc>) -> Result<Taken> {
    sqlx::query!("delete from idempotency_keys where institution_id = $1 and created_at < $2", tx.institution().0, now - KEPT)
        .execute(tx.conn())
        .await?;
    let inserted = sqlx::query!(
        "insert into idempotency_keys (institution_id, idempotency_key, request_hash, created_at) values ($1, $2, $3, $4)
         on conflict (institution_id, idempotency_key) do nothing",
        tx.institution().0,
        key,
        request_hash,
        now,
    )
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Taken::New);
    }
    let row = sqlx::query!(
        "select request_hash, status, headers, body from idempotency_keys where institution_id = $1 and idempotency_key = $2",
        tx.institution().0,
        key,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Taken::UnderWay) };
    if row.request_hash != request_hash {
        return Ok(Taken::OtherRequest);
    }
    let (Some(status), Some(headers), Some(body)) = (row.status, row.headers, row.body) else { return Ok(Taken::UnderWay) };
    let bad = |column, why: String| Error::bad_row("idempotency_keys", column, why);
    Ok(Taken::Answered(Answer {
        status: u16::try_from(status).map_err(|e| bad("status", e.to_string()))?,
        headers: serde_json::from_value(headers).map_err(|e| bad("headers", e.to_string()))?,
        body,
    }))
}

/// Notes the answer under a key that was taken.
pub async fn finish(tx: &mut InstitutionTx, key: &str, answer: &Answer) -> Result<()> {
    let bad = |column, why: String| Error::bad_row("idempotency_keys", column, why);
    sqlx::query!(
        "update idempotency_keys set status = $3, headers = $4, body = $5 where institution_id = $1 and idempotency_key = $2",
        tx.institution().0,
        key,
        i16::try_from(answer.status).map_err(|e| bad("status", e.to_string()))?,
        serde_json::to_value(&answer.headers).map_err(|e| bad("headers", e.to_string()))?,
        answer.body,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives a key back whose request did nothing, so that it can be sent again.
pub async fn release(tx: &mut InstitutionTx, key: &str) -> Result<()> {
    sqlx::query!(
        "delete from idempotency_keys where institution_id = $1 and idempotency_key = $2 and status is null",
        tx.institution().0,
        key,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
