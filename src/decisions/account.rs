//! Whose account it is, as every door asks for it and decides on it: read, judged, written and logged in one transaction.
//! It must not end a binding: a job does, when two people stand behind it and its days are over.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    db::{
        self, InstitutionTx, account_changes, audit, bindings,
        members::{self, Profile},
        queue,
    },
    model::{
        account_change::{AccountChange, ChangeDecision, ChangeState, Refusal, Wanted},
        actor::Actor,
        audit::{Action, Details, Event},
        binding::Binding,
        ids::{AccountChangeId, BindingId, MemberId},
        job::LinkAccounts,
    },
};

/// Why something was not asked for or decided.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Database(db::Error),
    #[error("there is no such thing in this institution")]
    NotFound,
    #[error("{0}")]
    Refused(Refusal),
    #[error("a change of this member's accounts waits already: have it decided, or withdraw it, and ask again")]
    Waits,
    #[error("the account of this login is bound to the member already")]
    BoundAlready,
    #[error("the binding is over: all that can be said of it is that it was a mistake (`mistaken`)")]
    Over,
    #[error("it is said already that this binding was a mistake")]
    Void,
    #[error("another member has the login {0}: one account, one person")]
    Named(String),
}

impl From<Refusal> for AccountError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<db::Error> for AccountError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Conflict { constraint } if constraint == "account_changes_one_open" => Self::Waits,
            error => Self::Database(error),
        }
    }
}

/// Somebody of the institution says that an account is a member's. The first one is bound as soon as GitHub has said which it is; one beside
/// another is a change, and a second person must confirm it.
pub async fn attest(
    tx: &mut InstitutionTx,
    id: MemberId,
    login: &str,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    let member = members::take(tx, id).await?.ok_or(AccountError::NotFound)?;
    let bound: Vec<Binding> = bindings::list(tx, id).await?.into_iter().filter(|one| one.unbound.is_none()).collect();
    if bound.iter().any(|one| one.login.eq_ignore_ascii_case(login)) {
        return Err(AccountError::BoundAlready);
    }
    if !bound.is_empty() {
        account_changes::insert(tx, id, &Wanted::Add { login: login.to_owned() }, reason, by, now).await?;
        return Ok(());
    }
    let profile =
        Profile { number: member.number, name: member.name, role: member.role, unit: member.unit, github_login: Some(login.to_owned()) };
    members::replace(tx, id, &profile, by, now).await.map_err(|error| match error {
        db::Error::Conflict { constraint } if constraint == "members_github_login" => AccountError::Named(login.to_owned()),
        error => error.into(),
    })?;
    let said = json!({ "github_login": login, "reason": reason });
    let details = Some(Details { member: Some(id), said });
    audit::append(tx, by, &Event { action: Action::AccountAttested, subject: id.to_string(), facts: json!({}), details }, now);
    let job = LinkAccounts { institution_id: tx.institution() };
    Ok(queue::enqueue(tx, &job, None).await?)
}

/// What somebody wants changed of one binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub binding: BindingId,
    /// Which account comes in its place. `None`: none.
    pub github_login: Option<String>,
    /// The account never was the member's.
    pub mistaken: bool,
    pub reason: String,
}

/// Asks for a change of a member who is or was on the register: a second person must confirm it, and it takes effect after fourteen days.
pub async fn request(
    tx: &mut InstitutionTx,
    member: MemberId,
    wish: Wish,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AccountChangeId, AccountError> {
    if !members::take_known(tx, member).await? {
        return Err(AccountError::NotFound);
    }
    let bindings = bindings::list(tx, member).await?;
    let binding = bindings.iter().find(|one| one.id == wish.binding).ok_or(AccountError::NotFound)?;
    match (&binding.unbound, wish.mistaken) {
        (Some(_), false) => return Err(AccountError::Over),
        (Some(_), true) if binding.span.is_none() => return Err(AccountError::Void),
        _ => {}
    }
    let wanted = match wish.github_login {
        Some(login) if login.eq_ignore_ascii_case(&binding.login) => return Err(AccountError::BoundAlready),
        Some(login) => Wanted::Replace { binding: binding.id, login },
        None => Wanted::Unbind { binding: binding.id, mistaken: wish.mistaken },
    };
    Ok(account_changes::insert(tx, member, &wanted, &wish.reason, by, now).await?)
}

/// A second person confirms a change or rejects it.
pub async fn decide_change(
    tx: &mut InstitutionTx,
    id: AccountChangeId,
    decision: ChangeDecision,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AccountChange, AccountError> {
    let change = account_changes::take(tx, id).await?.ok_or(AccountError::NotFound)?;
    change.may_decide(decision, by)?;
    match decision {
        ChangeDecision::Confirm => account_changes::confirm(tx, &change, reason, by, now).await?,
        ChangeDecision::Reject => account_changes::close(tx, &change, ChangeState::Rejected, Some(reason), by, now).await?,
    }
    account_changes::get(tx, id).await?.ok_or(AccountError::NotFound)
}

/// It is not wanted any more.
pub async fn withdraw(
    tx: &mut InstitutionTx,
    id: AccountChangeId,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AccountChange, AccountError> {
    let change = account_changes::take(tx, id).await?.ok_or(AccountError::NotFound)?;
    change.may_withdraw()?;
    account_changes::close(tx, &change, ChangeState::Withdrawn, Some(reason), by, now).await?;
    account_changes::get(tx, id).await?.ok_or(AccountError::NotFound)
}
