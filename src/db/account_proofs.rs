//! Proofs of GitHub accounts that members have begun: by the web, and by a code for another device.
//! It must not see a state, a browser's secret or a code: whoever calls hands over hashes, and what was sealed.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Error, InstitutionTx, Result};
use crate::model::{
    api_key::KeyHash,
    ids::{AccountProofId, MemberId},
    proof::{AccountProof, ProofFailure, ProofState},
};

/// How long one that is over can still be looked at.
const KEPT: TimeDelta = TimeDelta::days(1);

/// One that was begun by the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub state: KeyHash,
    /// Of the secret that the browser got which began it.
    pub browser: KeyHash,
    pub member: MemberId,
    pub return_to: String,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert_attempt(tx: &mut InstitutionTx, attempt: &Attempt) -> Result<()> {
    sqlx::query!(
        "insert into account_proof_attempts (institution_id, state_hash, browser_hash, member_id, return_to, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        tx.institution().0,
        &attempt.state.0[..],
        &attempt.browser.0[..],
        attempt.member.0,
        attempt.return_to,
        attempt.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the member's attempt with this state, which is then used up; where to go afterwards. `None`: there is none, it is too old, or another
/// browser or somebody else began it, which leaves it to them.
pub async fn take_attempt(
    tx: &mut InstitutionTx,
    state: &KeyHash,
    browser: &KeyHash,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let return_to = sqlx::query_scalar!(
        "delete from account_proof_attempts
         where institution_id = $1 and state_hash = $2 and browser_hash = $3 and member_id = $4 and expires_at > $5
         returning return_to",
        tx.institution().0,
        &state.0[..],
        &browser.0[..],
        member.0,
        now,
    );
    Ok(return_to.fetch_optional(tx.conn()).await?)
}

/// Begins one by a code. While another of the member's is waiting, that one stays, and is the answer.
pub async fn insert(
    tx: &mut InstitutionTx,
    member: MemberId,
    proof: &AccountProof,
    sealed_code: &[u8],
    now: DateTime<Utc>,
) -> Result<AccountProof> {
    sqlx::query!(
        "update account_proofs set state = 'expired', sealed_code = null
         where institution_id = $1 and member_id = $2 and state = 'waiting' and expires_at <= $3",
        tx.institution().0,
        member.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into account_proofs (institution_id, account_proof_id, member_id, state, sealed_code, user_code, verification_uri,
           interval_seconds, check_at, begun_at, expires_at)
         values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, $9, $10)
         on conflict (institution_id, member_id) where state = 'waiting' do nothing",
        tx.institution().0,
        proof.id.0,
        member.0,
        sealed_code,
        proof.user_code,
        proof.verification_uri,
        seconds(proof.interval),
        proof.check_at,
        now,
        proof.expires_at,
    )
    .execute(tx.conn())
    .await?;
    get_waiting(tx, member, now).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
}

/// The member's own that still waits.
pub async fn get_waiting(tx: &mut InstitutionTx, member: MemberId, now: DateTime<Utc>) -> Result<Option<AccountProof>> {
    Ok(select(tx, member, None).await?.into_iter().find(|proof| proof.state == ProofState::Waiting && proof.expires_at > now))
}

/// One of the member's own.
pub async fn get(tx: &mut InstitutionTx, member: MemberId, id: AccountProofId) -> Result<Option<AccountProof>> {
    Ok(select(tx, member, Some(id)).await?.pop())
}

async fn select(tx: &mut InstitutionTx, member: MemberId, id: Option<AccountProofId>) -> Result<Vec<AccountProof>> {
    let rows = sqlx::query_as!(
        ProofRow,
        "select account_proof_id, state, user_code, verification_uri, interval_seconds, check_at, github_login, failure, expires_at
         from account_proofs where institution_id = $1 and member_id = $2 and ($3::uuid is null or account_proof_id = $3)
         order by account_proof_id",
        tx.institution().0,
        member.0,
        id.map(|id| id.0),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ProofRow::into_proof).collect()
}

/// Takes the one question to GitHub that may be asked now, and puts the next one off until its answer must be there; the sealed code. `None`: it is
/// too early, or over.
pub async fn take_turn(tx: &mut InstitutionTx, member: MemberId, id: AccountProofId, now: DateTime<Utc>) -> Result<Option<Vec<u8>>> {
    let sealed = sqlx::query_scalar!(
        "update account_proofs set check_at = $4::timestamptz + make_interval(secs => greatest(interval_seconds, 35))
         where institution_id = $1 and member_id = $2 and account_proof_id = $3 and state = 'waiting' and check_at <= $4 and expires_at > $4
         returning sealed_code",
        tx.institution().0,
        member.0,
        id.0,
        now,
    );
    Ok(sealed.fetch_optional(tx.conn()).await?.flatten())
}

/// From now on GitHub is asked every so many seconds, where there is another interval now; and the next time is one after `now`.
pub async fn put_off(tx: &mut InstitutionTx, id: AccountProofId, interval: Option<u32>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update account_proofs set interval_seconds = coalesce($3, interval_seconds),
           check_at = $4::timestamptz + make_interval(secs => coalesce($3, interval_seconds))
         where institution_id = $1 and account_proof_id = $2 and state = 'waiting'",
        tx.institution().0,
        id.0,
        interval.map(seconds),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How one ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End<'a> {
    /// The account of this login was proved.
    Done(&'a str),
    Denied,
    Expired,
    Failed(ProofFailure),
}

/// Ends one, and forgets its code. Says whether it was still waiting.
pub async fn end(tx: &mut InstitutionTx, id: AccountProofId, end: &End<'_>) -> Result<bool> {
    let (state, login, failure) = match end {
        End::Done(login) => (ProofState::Done, Some(*login), None),
        End::Denied => (ProofState::Denied, None, None),
        End::Expired => (ProofState::Expired, None, None),
        End::Failed(failure) => (ProofState::Failed, None, Some(failure.as_str())),
    };
    let done = sqlx::query!(
        "update account_proofs set state = $3, github_login = $4, failure = $5, sealed_code = null
         where institution_id = $1 and account_proof_id = $2 and state = 'waiting'",
        tx.institution().0,
        id.0,
        state.as_str(),
        login,
        failure,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes attempts that nobody finished, and proofs that have been over for a day.
pub async fn remove_expired(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from account_proof_attempts where institution_id = $1 and expires_at <= $2", tx.institution().0, now)
        .execute(tx.conn())
        .await?;
    sqlx::query!("delete from account_proofs where institution_id = $1 and expires_at <= $2", tx.institution().0, now - KEPT)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// With the person goes what the person began.
pub(super) async fn erase(tx: &mut InstitutionTx, member: MemberId) -> Result<()> {
    sqlx::query!("delete from account_proof_attempts where institution_id = $1 and member_id = $2", tx.institution().0, member.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!("delete from account_proofs where institution_id = $1 and member_id = $2", tx.institution().0, member.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// GitHub's intervals are at most minutes.
fn seconds(interval: u32) -> i32 {
    i32::try_from(interval).unwrap_or(i32::MAX)
}

struct ProofRow {
    account_proof_id: Uuid,
    state: String,
    user_code: String,
    verification_uri: String,
    interval_seconds: i32,
    check_at: DateTime<Utc>,
    github_login: Option<String>,
    failure: Option<String>,
    expires_at: DateTime<Utc>,
}

impl ProofRow {
    fn into_proof(self) -> Result<AccountProof> {
        let bad = |column, why: String| Error::bad_row("account_proofs", column, why);
        Ok(AccountProof {
            id: AccountProofId(self.account_proof_id),
            state: self.state.parse().map_err(|why| bad("state", why))?,
            user_code: self.user_code,
            verification_uri: self.verification_uri,
            expires_at: self.expires_at,
            interval: u32::try_from(self.interval_seconds).map_err(|why| bad("interval_seconds", why.to_string()))?,
            check_at: self.check_at,
            github_login: self.github_login,
            failure: self.failure.map(|word| word.parse().map_err(|why| bad("failure", why))).transpose()?,
        })
    }
}
