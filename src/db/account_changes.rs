//! What somebody wants changed of whose an account is: asked for, confirmed, closed. Each step is an entry of the log.
//! It must not judge who may say what: `model::account_change` does. It lets nothing take effect: the table refuses it early or unconfirmed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, queue};
use crate::model::{
    account::AccountId,
    account_change::{AccountChange, ChangeKind, ChangeState, Said, Wanted},
    actor::{Actor, PersonKey},
    audit::{Action, Details, Event},
    ids::{AccountChangeId, BindingId, MemberId},
    job::{LinkAccounts, SettleChange},
};

/// The queue goes by the clock of the database, and a worker by its own.
const SLACK: TimeDelta = TimeDelta::seconds(30);

/// Asks for a change. GitHub is asked which account the login is. `Conflict` on `account_changes_one_open`: another waits.
pub async fn insert(
    tx: &mut InstitutionTx,
    member: MemberId,
    wanted: &Wanted,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AccountChangeId> {
    let (id, said) = (AccountChangeId::new(now), Said::new(by, Some(reason), now));
    let effective_from = wanted.effective_from(now);
    sqlx::query!(
        "insert into account_changes (institution_id, account_change_id, member_id, kind, binding_id, login, mistaken, reason, requested_by,
           requested_person, requested_name, requested_at, effective_from)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        tx.institution().0,
        id.0,
        member.0,
        wanted.kind().as_str(),
        wanted.binding().map(|binding| binding.0),
        wanted.login(),
        wanted.is_mistaken(),
        reason,
        said.by,
        said.person.as_ref().map(PersonKey::as_str),
        said.name,
        now,
        effective_from,
    )
    .execute(tx.conn())
    .await?;
    let facts = json!({
        "change": id, "kind": wanted.kind(), "binding": wanted.binding(), "mistaken": wanted.is_mistaken(), "effective_from": effective_from,
    });
    let said = json!({ "github_login": wanted.login(), "reason": reason });
    append(tx, Action::AccountChangeRequested, member, facts, said, by, now);
    if wanted.login().is_some() {
        let job = LinkAccounts { institution_id: tx.institution() };
        queue::enqueue(tx, &job, None).await?;
    }
    Ok(id)
}

/// Closes what is open of a member, in favour of something else.
pub(in crate::db) async fn supersede(tx: &mut InstitutionTx, member: MemberId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    if let Some(change) = take_open(tx, member).await? {
        close(tx, &change, ChangeState::Superseded, None, by, now).await?;
    }
    Ok(())
}

/// What is open of a member; nobody else decides on it until this transaction is over.
pub(in crate::db) async fn take_open(tx: &mut InstitutionTx, member: MemberId) -> Result<Option<AccountChange>> {
    match get_newest(tx, member).await? {
        // Somebody may have closed it meanwhile.
        Some(newest) => Ok(take(tx, newest.id).await?.filter(|change| change.closed.is_none())),
        None => Ok(None),
    }
}

/// A second person stands behind it. It takes effect when its days are over: the job that sees to it is asked for at that time.
pub async fn confirm(tx: &mut InstitutionTx, change: &AccountChange, reason: &str, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let said = Said::new(by, Some(reason), now);
    let done = sqlx::query!(
        "update account_changes set confirmed_by = $3, confirmed_person = $4, confirmed_name = $5, confirmed_reason = $6, confirmed_at = $7
         where institution_id = $1 and account_change_id = $2 and closed_at is null and confirmed_at is null",
        tx.institution().0,
        change.id.0,
        said.by,
        said.person.as_ref().map(PersonKey::as_str),
        said.name,
        reason,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(Error::TakenOver);
    }
    let facts = json!({ "change": change.id, "effective_from": change.effective_from });
    append(tx, Action::AccountChangeConfirmed, change.member, facts, json!({ "reason": reason }), by, now);
    let job = SettleChange { institution_id: tx.institution(), account_change_id: change.id };
    queue::enqueue(tx, &job, Some(change.effective_from + SLACK)).await
}

/// Ends a change, in whatever way.
pub async fn close(
    tx: &mut InstitutionTx,
    change: &AccountChange,
    outcome: ChangeState,
    reason: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let said = Said::new(by, reason, now);
    let done = sqlx::query!(
        "update account_changes set outcome = $3, closed_by = $4, closed_person = $5, closed_name = $6, closed_reason = $7, closed_at = $8
         where institution_id = $1 and account_change_id = $2 and closed_at is null",
        tx.institution().0,
        change.id.0,
        outcome.as_str(),
        said.by,
        said.person.as_ref().map(PersonKey::as_str),
        said.name,
        reason,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(Error::TakenOver);
    }
    let facts = json!({ "change": change.id, "outcome": outcome });
    append(tx, Action::AccountChangeClosed, change.member, facts, json!({ "reason": reason }), by, now);
    Ok(())
}

/// Notes which account GitHub said that the wanted login is.
pub async fn put_account(tx: &mut InstitutionTx, id: AccountChangeId, account: AccountId) -> Result<()> {
    sqlx::query!(
        "update account_changes set github_id = $3 where institution_id = $1 and account_change_id = $2 and closed_at is null",
        tx.institution().0,
        id.0,
        account.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which changes; what is `None` does not narrow it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub id: Option<AccountChangeId>,
    pub member: Option<MemberId>,
    pub is_open: Option<bool>,
}

/// At most `limit` changes before one, newest first.
pub async fn list(tx: &mut InstitutionTx, filter: &Filter, before: Option<AccountChangeId>, limit: i64) -> Result<Vec<AccountChange>> {
    let rows = sqlx::query_as!(
        ChangeRow,
        "select account_change_id, member_id, kind, binding_id, login, github_id, mistaken, reason, requested_by, requested_person,
           requested_name, requested_at, effective_from, confirmed_by, confirmed_person, confirmed_name, confirmed_reason, confirmed_at,
           outcome, closed_by, closed_person, closed_name, closed_reason, closed_at
         from account_changes
         where institution_id = $1 and ($2::uuid is null or account_change_id = $2) and ($3::uuid is null or member_id = $3)
           and ($4::boolean is null or (closed_at is null) = $4) and ($5::uuid is null or account_change_id < $5)
         order by account_change_id desc limit $6",
        tx.institution().0,
        filter.id.map(|id| id.0),
        filter.member.map(|member| member.0),
        filter.is_open,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ChangeRow::into_change).collect()
}

pub async fn get(tx: &mut InstitutionTx, id: AccountChangeId) -> Result<Option<AccountChange>> {
    Ok(list(tx, &Filter { id: Some(id), ..Filter::default() }, None, 1).await?.pop())
}

/// The same, and nobody else decides on it until this transaction is over.
pub async fn take(tx: &mut InstitutionTx, id: AccountChangeId) -> Result<Option<AccountChange>> {
    sqlx::query!(
        "select account_change_id from account_changes where institution_id = $1 and account_change_id = $2 for update",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    get(tx, id).await
}

/// The newest of a member.
pub async fn get_newest(tx: &mut InstitutionTx, member: MemberId) -> Result<Option<AccountChange>> {
    Ok(list(tx, &Filter { member: Some(member), ..Filter::default() }, None, 1).await?.pop())
}

/// The open ones of these members: of each at most one.
pub async fn list_open_of(tx: &mut InstitutionTx, members: &[MemberId]) -> Result<HashMap<MemberId, AccountChange>> {
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let rows = sqlx::query_as!(
        ChangeRow,
        "select account_change_id, member_id, kind, binding_id, login, github_id, mistaken, reason, requested_by, requested_person,
           requested_name, requested_at, effective_from, confirmed_by, confirmed_person, confirmed_name, confirmed_reason, confirmed_at,
           outcome, closed_by, closed_person, closed_name, closed_reason, closed_at
         from account_changes where institution_id = $1 and member_id = any($2) and closed_at is null",
        tx.institution().0,
        &members,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| row.into_change().map(|change| (change.member, change))).collect()
}

/// All that are open, oldest first.
pub async fn list_open(tx: &mut InstitutionTx) -> Result<Vec<AccountChange>> {
    let mut open = list(tx, &Filter { is_open: Some(true), ..Filter::default() }, None, i64::MAX).await?;
    open.reverse();
    Ok(open)
}

struct ChangeRow {
    account_change_id: Uuid,
    member_id: Uuid,
    kind: String,
    binding_id: Option<Uuid>,
    login: Option<String>,
    github_id: Option<i64>,
    mistaken: bool,
    reason: String,
    requested_by: String,
    requested_person: Option<String>,
    requested_name: String,
    requested_at: DateTime<Utc>,
    effective_from: DateTime<Utc>,
    confirmed_by: Option<String>,
    confirmed_person: Option<String>,
    confirmed_name: Option<String>,
    confirmed_reason: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    closed_by: Option<String>,
    closed_person: Option<String>,
    closed_name: Option<String>,
    closed_reason: Option<String>,
    closed_at: Option<DateTime<Utc>>,
}

impl ChangeRow {
    fn into_change(self) -> Result<AccountChange> {
        let bad = |column, why: String| Error::bad_row("account_changes", column, why);
        let kind: ChangeKind = self.kind.parse().map_err(|why| bad("kind", why))?;
        let wanted = match (kind, self.binding_id.map(BindingId), self.login) {
            (ChangeKind::Add, None, Some(login)) => Wanted::Add { login },
            (ChangeKind::Replace, Some(binding), Some(login)) => Wanted::Replace { binding, login },
            (ChangeKind::Unbind, Some(binding), None) => Wanted::Unbind { binding, mistaken: self.mistaken },
            _ => return Err(bad("kind", format!("{kind} does not fit the row"))),
        };
        let requested = Said {
            by: self.requested_by,
            person: self.requested_person.map(PersonKey::stored),
            name: self.requested_name,
            reason: Some(self.reason),
            at: self.requested_at,
        };
        let confirmed = match (self.confirmed_by, self.confirmed_name, self.confirmed_at) {
            (Some(by), Some(name), Some(at)) => {
                Some(Said { by, person: self.confirmed_person.map(PersonKey::stored), name, reason: self.confirmed_reason, at })
            }
            _ => None,
        };
        let closed = match (self.outcome, self.closed_by, self.closed_name, self.closed_at) {
            (Some(outcome), Some(by), Some(name), Some(at)) => {
                let said = Said { by, person: self.closed_person.map(PersonKey::stored), name, reason: self.closed_reason, at };
                Some((outcome.parse().map_err(|why| bad("outcome", why))?, said))
            }
            _ => None,
        };
        Ok(AccountChange {
            id: AccountChangeId(self.account_change_id),
            member: MemberId(self.member_id),
            wanted,
            account: self.github_id.map(AccountId),
            requested,
            effective_from: self.effective_from,
            confirmed,
            closed,
        })
    }
}

fn append(
    tx: &mut InstitutionTx,
    action: Action,
    member: MemberId,
    facts: serde_json::Value,
    said: serde_json::Value,
    by: &Actor,
    now: DateTime<Utc>,
) {
    let event = Event { action, subject: member.to_string(), facts, details: Some(Details { member: Some(member), said }) };
    audit::append(tx, by, &event, now);
}
