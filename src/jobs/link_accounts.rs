//! Asks GitHub for the numeric ids behind the logins that somebody named, binds them, lets take effect what is confirmed and whose days are
//! over, and has read what the members did. One account, one person.
//! It must not guess: a login that GitHub does not know stays without an account.

use chrono::{DateTime, Utc};

use super::{Failure, Tools};
use crate::{
    db::{self, InstitutionTx, account_changes, bindings::Bound},
    model::{
        account::{Account, AccountKind},
        account_change::{AccountChange, ChangeState, Wanted},
        actor::Actor,
        binding::Binding,
        job::LinkAccounts,
    },
};

/// One try; the members of a failed one stay pending.
pub(super) async fn run(tools: &Tools, job: &LinkAccounts) -> Result<(), String> {
    match link(tools, job).await {
        Ok(()) => Ok(()),
        Err(Failure::Later { until, why }) => {
            tracing::info!(institution = %job.institution_id, %until, why, "linking accounts waits");
            put_off(tools, job, until).await.map_err(|e| e.to_string())
        }
        Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Permanent(why)) => {
            tracing::warn!(institution = %job.institution_id, why, "members' accounts were not looked up: the next fetch or scoring asks again");
            Ok(())
        }
        Err(Failure::Retry(why)) => Err(why),
    }
}

/// What is due does not wait for GitHub.
async fn settle(tools: &Tools, job: &LinkAccounts) -> Result<(), Failure> {
    let now = tools.clock.now();
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    if take_due(&mut tx, now).await? {
        db::bindings::follow_up(&mut tx, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether there was any.
async fn take_due(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<bool, Failure> {
    let mut due = account_changes::list_open(tx).await?;
    due.retain(|change| change.is_due(now));
    for change in &due {
        take_effect(tx, change, now).await?;
    }
    Ok(!due.is_empty())
}

async fn link(tools: &Tools, job: &LinkAccounts) -> Result<(), Failure> {
    settle(tools, job).await?;
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let pending = db::accounts::list_pending(&mut tx).await?;
    let mut unknown = account_changes::list_open(&mut tx).await?;
    tx.commit().await?;
    unknown.retain(|change| change.account.is_none());
    let wanted = unknown.iter().filter_map(|change| change.wanted.login());
    let logins: Vec<String> = pending.iter().map(|(_, login)| login.as_str()).chain(wanted).map(str::to_owned).collect();
    if logins.is_empty() {
        return Ok(());
    }
    let found = tools.github.accounts(&logins).await?;

    let now = tools.clock.now();
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let accounts: Vec<_> = found.iter().flatten().cloned().collect();
    db::accounts::insert_batch(&mut tx, &accounts, now).await?;
    let mut found = found.into_iter();
    for ((member, login), account) in pending.iter().zip(&mut found) {
        db::accounts::link(&mut tx, *member, login, account.map(|a| a.id), &Actor::Program, now).await?;
    }
    for (change, account) in unknown.iter().filter(|change| change.wanted.login().is_some()).zip(found) {
        note(&mut tx, change, account, now).await?;
    }
    take_due(&mut tx, now).await?;
    db::bindings::follow_up(&mut tx, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes GitHub's answer for the login of a wanted change. One that is bound to the member already was only renamed.
async fn note(tx: &mut InstitutionTx, change: &AccountChange, account: Option<Account>, now: DateTime<Utc>) -> Result<(), Failure> {
    // Somebody may have closed it meanwhile.
    let Some(change) = account_changes::take(tx, change.id).await?.filter(|change| change.closed.is_none()) else { return Ok(()) };
    let Some(account) = account else { return close(tx, &change, ChangeState::NotFound, now).await };
    let renamed = db::bindings::rename(tx, change.member, &account).await?;
    if renamed.is_some_and(|bound| change.wanted.binding().is_none_or(|ending| ending == bound)) {
        return close(tx, &change, ChangeState::Unneeded, now).await;
    }
    if db::bindings::is_taken(tx, change.member, account.id).await? {
        return close(tx, &change, ChangeState::Taken, now).await;
    }
    Ok(account_changes::put_account(tx, change.id, account.id).await?)
}

/// Nothing of it is done where not all of it can be.
async fn take_effect(tx: &mut InstitutionTx, change: &AccountChange, now: DateTime<Utc>) -> Result<(), Failure> {
    let Some(change) = account_changes::take(tx, change.id).await?.filter(|change| change.is_due(now)) else { return Ok(()) };
    let bindings = db::bindings::list(tx, change.member).await?;
    let ending: Option<&Binding> = bindings.iter().find(|binding| Some(binding.id) == change.wanted.binding());
    if let (Some(account), Some(login)) = (change.account, change.wanted.login()) {
        let account = Account { id: account, login: login.to_owned(), kind: AccountKind::User };
        let coming = db::bindings::Coming { account: &account, word_of: &change.requested.by };
        match db::bindings::exchange(tx, change.member, ending, coming, now).await? {
            Bound::Done(_) | Bound::Already(_) => {}
            Bound::Taken => return close(tx, &change, ChangeState::Taken, now).await,
            Bound::Unknown => return close(tx, &change, ChangeState::Withdrawn, now).await,
        }
    } else if let (Some(ending), Wanted::Unbind { mistaken, .. }) = (ending, &change.wanted) {
        db::bindings::unbind(tx, ending, *mistaken, now).await?;
    }
    close(tx, &change, ChangeState::Done, now).await
}

async fn close(tx: &mut InstitutionTx, change: &AccountChange, outcome: ChangeState, now: DateTime<Utc>) -> Result<(), Failure> {
    Ok(account_changes::close(tx, change, outcome, None, &Actor::Program, now).await?)
}

async fn put_off(tools: &Tools, job: &LinkAccounts, until: DateTime<Utc>) -> Result<(), db::Error> {
    let mut tx = tools.db.begin().await?;
    db::queue::enqueue(&mut tx, job, Some(until)).await?;
    tx.commit().await
}
