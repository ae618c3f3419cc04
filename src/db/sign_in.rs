//! The institution's sign-in provider, and the sign-ins that were begun at it.
//! It must not see a state or a browser's secret: whoever calls hands over their hashes.

use chrono::{DateTime, Utc};

use serde_json::json;

use super::{InstitutionTx, Result, audit, sessions};
use crate::model::{
    actor::Actor,
    api_key::KeyHash,
    audit::{Action, Event},
    sign_in::{Provider, SealedSecret},
};

pub async fn get_provider(tx: &mut InstitutionTx) -> Result<Option<Provider>> {
    let row = sqlx::query!(
        "select issuer, client_id, number_claim, scopes, client_secret, updated_at from sign_in_providers where institution_id = $1",
        tx.institution().0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Provider {
        issuer: row.issuer,
        client_id: row.client_id,
        number_claim: row.number_claim,
        scopes: row.scopes,
        client_secret: row.client_secret.map(SealedSecret),
        updated_at: row.updated_at,
    }))
}

/// Writes the institution's provider, in the place of the one that was there. Whom another issuer named is not signed in any more.
pub async fn replace_provider(tx: &mut InstitutionTx, provider: &Provider, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let before = get_provider(tx).await?;
    sqlx::query!(
        "insert into sign_in_providers (institution_id, issuer, client_id, number_claim, scopes, updated_at, client_secret)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (institution_id) do update set issuer = excluded.issuer, client_id = excluded.client_id,
           number_claim = excluded.number_claim, scopes = excluded.scopes, updated_at = excluded.updated_at,
           client_secret = excluded.client_secret",
        tx.institution().0,
        provider.issuer,
        provider.client_id,
        provider.number_claim,
        &provider.scopes,
        provider.updated_at,
        provider.client_secret.as_ref().map(|secret| &secret.0[..]),
    )
    .execute(tx.conn())
    .await?;
    if before.is_some_and(|before| before.issuer != provider.issuer) {
        sessions::remove_all(tx, None).await?;
    }
    let facts = json!({
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "number_claim": provider.number_claim,
        "has_client_secret": provider.client_secret.is_some(),
    });
    audit::append(tx, by, &Event { action: Action::SignInProviderSet, subject: SUBJECT.to_owned(), facts, details: None }, now);
    Ok(())
}

/// What the log calls it: an institution has one.
const SUBJECT: &str = "sign-in";

/// Takes it away, and ends all sessions; says whether there was one.
pub async fn remove_provider(tx: &mut InstitutionTx, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let removed = sqlx::query!("delete from sign_in_providers where institution_id = $1", tx.institution().0).execute(tx.conn()).await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    sessions::remove_all(tx, None).await?;
    let event = Event { action: Action::SignInProviderRemoved, subject: SUBJECT.to_owned(), facts: json!({}), details: None };
    audit::append(tx, by, &event, now);
    Ok(true)
}

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub state: KeyHash,
    /// Of the secret that the browser got which began it.
    pub browser: KeyHash,
    pub return_to: String,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_attempt(tx: &mut InstitutionTx, attempt: &Attempt) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_attempts (institution_id, state_hash, browser_hash, return_to, expires_at) values ($1, $2, $3, $4, $5)",
        tx.institution().0,
        &attempt.state.0[..],
        &attempt.browser.0[..],
        attempt.return_to,
        attempt.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the attempt with this state, which is then used up; where to go afterwards. `None`: there is none, it is too old, or another
/// browser began it, which leaves it to that one.
pub async fn take_attempt(tx: &mut InstitutionTx, state: &KeyHash, browser: &KeyHash, now: DateTime<Utc>) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "delete from sign_in_attempts where institution_id = $1 and state_hash = $2 and browser_hash = $3 and expires_at > $4
         returning return_to",
        tx.institution().0,
        &state.0[..],
        &browser.0[..],
        now,
    )
    .fetch_optional(tx.conn())
    .await?)
}
