//! GitHub accounts as they were last seen, and whose a login is that the register names.
//! It must not link by login: the numeric id that GitHub answered with is the account.

use chrono::{DateTime, Utc};

use super::{
    Error, InstitutionTx, Tx,
    bindings::{self, Bound},
};
use crate::model::{
    account::{Account, AccountId, AccountKind},
    actor::Actor,
    binding::Proof,
    ids::MemberId,
    member::AccountState,
};

/// Writes the accounts that are new or whose label changed; returns how many that were.
pub async fn insert_batch(tx: &mut Tx, accounts: &[Account], now: DateTime<Utc>) -> Result<u64, Error> {
    let ids: Vec<i64> = accounts.iter().map(|a| a.id.0).collect();
    let logins: Vec<String> = accounts.iter().map(|a| a.login.clone()).collect();
    let kinds: Vec<String> = accounts.iter().map(|a| a.kind.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "insert into accounts (github_id, login, kind, seen_at)
         select id, login, kind, $4 from unnest($1::bigint[], $2::text[], $3::text[]) as seen (id, login, kind)
         order by id -- two fetches at once lock in one order
         on conflict (github_id) do update set login = excluded.login, kind = excluded.kind, seen_at = excluded.seen_at
         where (accounts.login, accounts.kind) is distinct from (excluded.login, excluded.kind)",
        &ids,
        &logins,
        &kinds,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// The members whose login GitHub has not been asked for yet.
pub async fn list_pending(tx: &mut InstitutionTx) -> Result<Vec<(MemberId, String)>, Error> {
    let rows = sqlx::query!(
        r#"select member_id, github_login as "github_login!" from members
           where institution_id = $1 and account_state = 'pending' and removed_at is null order by member_id"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|r| (MemberId(r.member_id), r.github_login)).collect())
}

/// The people who did most since `from` in the repositories that the institution tracks: at most `limit` accounts, the busiest first.
pub async fn list_most_active(tx: &mut InstitutionTx, from: DateTime<Utc>, limit: u16) -> Result<Vec<Account>, Error> {
    let rows = sqlx::query!(
        "select a.github_id, a.login from accounts a join (
           select c.account_id, count(*) as done from contributions c
           join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
           where c.account_id is not null and not c.by_bot and c.occurred_at >= $2 group by c.account_id
         ) as active on active.account_id = a.github_id
         where a.kind = 'user' order by active.done desc, a.github_id limit $3",
        tx.institution().0,
        from,
        i64::from(limit),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|r| Account { id: AccountId(r.github_id), login: r.login, kind: AccountKind::User }).collect())
}

/// Notes GitHub's answer for a member's login: the account, which is bound then on the word of whoever named it, or that there is none. Nothing
/// happens when the login has changed meanwhile.
pub async fn link(
    tx: &mut InstitutionTx,
    member: MemberId,
    login: &str,
    account: Option<AccountId>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let pending = sqlx::query!(
        "select login_named_by from members
         where institution_id = $1 and member_id = $2 and github_login = $3 and account_state = 'pending' for update",
        tx.institution().0,
        member.0,
        login,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(pending) = pending else { return Ok(()) };
    let Some(id) = account else { return put_state(tx, member, AccountState::NotFound, now).await };
    let account = Account { id, login: login.to_owned(), kind: AccountKind::User };
    let word_of = pending.login_named_by.unwrap_or_else(|| by.to_string());
    match bindings::bind_on(tx, member, &account, (Proof::Attested, &word_of), by, now).await? {
        Bound::Taken => put_state(tx, member, AccountState::Taken, now).await,
        Bound::Done(_) | Bound::Already(_) | Bound::Unknown => Ok(()),
    }
}

async fn put_state(tx: &mut InstitutionTx, member: MemberId, state: AccountState, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update members set account_state = $3, updated_at = $4 where institution_id = $1 and member_id = $2",
        tx.institution().0,
        member.0,
        state.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
