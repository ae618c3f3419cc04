//! What it means for a member's accounts that the register names another login: without an account it is an attestation, with one it asks for
//! a change. It must not end a binding.

use chrono::{DateTime, Utc};

use super::{InstitutionTx, Result, account_changes, bindings};
use crate::model::{
    account_change::{ChangeState, Wanted},
    actor::Actor,
    binding::Binding,
    ids::{BindingId, MemberId},
};

/// The register's word for a change, where nobody gave another.
const REASON: &str = "The register names another login";

/// Notes that the register names this login of a member (or none), where it named `before`. `Conflict` on `members_github_login`.
pub(in crate::db) async fn name(
    tx: &mut InstitutionTx,
    member: MemberId,
    before: Option<&str>,
    login: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let bound: Vec<Binding> = bindings::list(tx, member).await?.into_iter().filter(|one| one.unbound.is_none()).collect();
    write(tx, member, login, by, now).await?;
    let of = |login: Option<&str>| bound.iter().find(|one| login.is_some_and(|login| is_same(login, &one.login)));
    match (login, bound.first()) {
        (_, None) => Ok(()),
        (Some(login), Some(_)) if of(Some(login)).is_some() => {
            if let Some(same) = of(Some(login)) {
                bindings::relabel(tx, same.id, login).await?;
            }
            take_back(tx, member, by, now).await
        }
        // The same word again says nothing new: who rejected what it asks for is not asked every night.
        (Some(login), Some(_)) if before.is_some_and(|before| is_same(before, login)) => Ok(()),
        (Some(login), Some(first)) => {
            let binding = match of(before) {
                Some(named) => named.id,
                None => asked_to_end(tx, member, &bound).await?.unwrap_or(first.id),
            };
            ask(tx, member, &Wanted::Replace { binding, login: login.to_owned() }, by, now).await
        }
        (None, Some(_)) => match of(before) {
            Some(named) => ask(tx, member, &Wanted::Unbind { binding: named.id, mistaken: false }, by, now).await,
            None => take_back(tx, member, by, now).await,
        },
    }
}

/// A login is a label: GitHub takes it in whatever letters.
pub(in crate::db) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

async fn write(tx: &mut InstitutionTx, member: MemberId, login: Option<&str>, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update members m set github_login = $3, updated_at = $5,
           login_named_by = case when $3::text is null then null when lower(github_login) = lower($3) then coalesce(login_named_by, $4) else $4 end,
           account_state = case
             when exists (select from bindings b where b.institution_id = $1 and b.member_id = $2 and b.unbound_at is null) then 'linked'
             when $3::text is null then 'none' else 'pending' end
         where m.institution_id = $1 and m.member_id = $2",
        tx.institution().0,
        member.0,
        login,
        by.to_string(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of the accounts is to end by what is open already: whoever puts a login right that is asked for means the same one.
async fn asked_to_end(tx: &mut InstitutionTx, member: MemberId, bound: &[Binding]) -> Result<Option<BindingId>> {
    let open = account_changes::get_newest(tx, member).await?.filter(|change| change.closed.is_none());
    Ok(open.and_then(|change| change.wanted.binding()).filter(|ending| bound.iter().any(|one| one.id == *ending)))
}

/// What is asked for last holds: it takes the place of what is open.
async fn ask(tx: &mut InstitutionTx, member: MemberId, wanted: &Wanted, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    account_changes::supersede(tx, member, by, now).await?;
    account_changes::insert(tx, member, wanted, REASON, by, now).await?;
    Ok(())
}

/// What the register asked for by a login that it does not name any more is withdrawn.
async fn take_back(tx: &mut InstitutionTx, member: MemberId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let Some(newest) = account_changes::take_open(tx, member).await? else { return Ok(()) };
    if newest.requested.reason.as_deref() == Some(REASON) {
        account_changes::close(tx, &newest, ChangeState::Withdrawn, None, by, now).await?;
    }
    Ok(())
}
