//! Sessions of people who signed in: the hash of each one's token, whose it is, and until when it holds.
//! It must not see a token: whoever calls hands over its hash.

use chrono::{DateTime, TimeDelta, Utc};

use super::{InstitutionTx, Result, users::UserRow};
use crate::model::{api_key::KeyHash, ids::UserId, user::User};

/// That a session was used is noted at most so often.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A session that holds, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: User,
    /// When it ends however much it is used.
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut InstitutionTx, hash: &KeyHash, user: UserId, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into sessions (institution_id, token_hash, user_id, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)",
        tx.institution().0,
        &hash.0[..],
        user.0,
        now,
        expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The session with this hash, noted as used, if it holds: not over, used since `idle_since`, its user neither disabled nor a student who left the register.
pub async fn take(tx: &mut InstitutionTx, hash: &KeyHash, idle_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<Option<Session>> {
    let row = sqlx::query!(
        "select s.expires_at, s.last_seen_at, u.user_id, u.name, u.role, u.member_id, u.issuer, u.subject, u.email, u.created_at,
           u.signed_in_at, u.disabled_at
         from sessions s join users u on u.institution_id = s.institution_id and u.user_id = s.user_id
         where s.institution_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.last_seen_at > $4 and u.disabled_at is null
           and not (u.role = 'student' and exists (
             select from members m where m.institution_id = $1 and m.member_id = u.member_id and m.removed_at is not null))",
        tx.institution().0,
        &hash.0[..],
        now,
        idle_since,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.last_seen_at <= now - NOTED_EVERY {
        sqlx::query!(
            "update sessions set last_seen_at = $3 where institution_id = $1 and token_hash = $2",
            tx.institution().0,
            &hash.0[..],
            now
        )
        .execute(tx.conn())
        .await?;
    }
    let user = UserRow {
        user_id: row.user_id,
        name: row.name,
        role: row.role,
        member_id: row.member_id,
        issuer: row.issuer,
        subject: row.subject,
        email: row.email,
        created_at: row.created_at,
        signed_in_at: row.signed_in_at,
        disabled_at: row.disabled_at,
    };
    Ok(Some(Session { user: user.into_user()?, expires_at: row.expires_at }))
}

/// Ends one session; says whether it was there.
pub async fn remove(tx: &mut InstitutionTx, hash: &KeyHash) -> Result<bool> {
    let removed = sqlx::query!("delete from sessions where institution_id = $1 and token_hash = $2", tx.institution().0, &hash.0[..])
        .execute(tx.conn())
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// Ends all sessions of one user, or of everybody.
pub async fn remove_all(tx: &mut InstitutionTx, of: Option<UserId>) -> Result<()> {
    sqlx::query!(
        "delete from sessions where institution_id = $1 and ($2::uuid is null or user_id = $2)",
        tx.institution().0,
        of.map(|user| user.0),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes what is over: sessions, and sign-ins that were begun.
pub async fn remove_expired(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from sessions where institution_id = $1 and expires_at <= $2", tx.institution().0, now).execute(tx.conn()).await?;
    sqlx::query!("delete from sign_in_attempts where institution_id = $1 and expires_at <= $2", tx.institution().0, now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
