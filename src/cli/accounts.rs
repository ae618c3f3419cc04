//! `accredit member accounts` and what is asked for and decided about whose account it is, from a shell: all of it in the operator's name.
//! It must not let a change take effect: a worker does.

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::{output, table, tenant::Tenant};
use crate::{
    db::{
        Db, InstitutionTx,
        account_changes::{self, Filter},
        bindings, members,
    },
    decisions::{self, Wish},
    model::{
        account::AccountId,
        account_change::{AccountChange, ChangeDecision, ChangeKind, ChangeState},
        actor::Actor,
        binding::{Binding, Proof},
        clock::Clock,
        fields,
        ids::{AccountChangeId, BindingId, MemberId},
    },
};
use chrono::{DateTime, Utc};

/// Lists a member's accounts, and what is or was wanted of them
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    tenant: Tenant,
    number: String,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Says that an account is a member's
///
/// The first one is bound once GitHub has said which it is. One beside another waits for a second person.
#[derive(Debug, clap::Args)]
pub(super) struct Attest {
    #[command(flatten)]
    tenant: Tenant,
    number: String,
    login: String,
    /// How that is known
    #[arg(long)]
    reason: String,
}

/// Asks that an account be a member's no longer. It waits for a second person and for fourteen days
#[derive(Debug, clap::Args)]
pub(super) struct Unbind {
    #[command(flatten)]
    tenant: Tenant,
    number: String,
    /// The login of the account, as `accredit member accounts` shows it
    login: String,
    /// The login of the account that comes in its place
    #[arg(long, value_name = "LOGIN", conflicts_with = "mistaken")]
    replace_by: Option<String>,
    /// The account never was the member's: nothing that was done with it is
    #[arg(long)]
    mistaken: bool,
    #[arg(long)]
    reason: String,
}

/// Decides on a change as a second person: whoever asked for it from a shell cannot
#[derive(Debug, clap::Args)]
pub(super) struct Decide {
    #[command(flatten)]
    tenant: Tenant,
    /// As `accredit member accounts` shows it
    change: AccountChangeId,
    #[arg(long)]
    reason: String,
}

#[derive(Serialize)]
struct BindingView<'a> {
    id: BindingId,
    github_id: AccountId,
    github_login: &'a str,
    proof: Proof,
    bound_at: DateTime<Utc>,
    unbound_at: Option<DateTime<Utc>>,
    mistaken: bool,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    id: AccountChangeId,
    kind: ChangeKind,
    state: ChangeState,
    github_login: Option<&'a str>,
    github_id: Option<AccountId>,
    requested_at: DateTime<Utc>,
    effective_from: DateTime<Utc>,
}

#[derive(Serialize)]
struct AccountsView<'a> {
    bindings: Vec<BindingView<'a>>,
    changes: Vec<ChangeView<'a>>,
}

impl<'a> From<&'a Binding> for BindingView<'a> {
    fn from(one: &'a Binding) -> Self {
        Self {
            id: one.id,
            github_id: one.account,
            github_login: &one.login,
            proof: one.proof,
            bound_at: one.bound_at,
            unbound_at: one.unbound.as_ref().map(|unbound| unbound.at),
            mistaken: one.span.is_none(),
        }
    }
}

impl<'a> From<&'a AccountChange> for ChangeView<'a> {
    fn from(one: &'a AccountChange) -> Self {
        Self {
            id: one.id,
            kind: one.wanted.kind(),
            state: one.state(),
            github_login: one.wanted.login(),
            github_id: one.account,
            requested_at: one.requested.at,
            effective_from: one.effective_from,
        }
    }
}

pub(super) async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let (mut tx, id) = begin(db, &arguments.tenant, &arguments.number).await?;
    let bindings = bindings::list(&mut tx, id).await?;
    let changes = account_changes::list(&mut tx, &Filter { member: Some(id), ..Filter::default() }, None, 200).await?;
    tx.commit().await?;
    if arguments.json {
        let view = AccountsView {
            bindings: bindings.iter().map(BindingView::from).collect(),
            changes: changes.iter().map(ChangeView::from).collect(),
        };
        return output::json(&view);
    }
    let day = |at: DateTime<Utc>| at.date_naive().to_string();
    let rows: Vec<_> = bindings
        .iter()
        .map(|one| {
            let until = one.unbound.as_ref().map_or_else(String::new, |unbound| day(unbound.at));
            let until = if one.span.is_none() { format!("{until} (a mistake)") } else { until };
            [one.login.clone(), one.account.to_string(), one.proof.to_string(), day(one.bound_at), until]
        })
        .collect();
    output::result(table::render(["login", "number", "proof", "bound", "until"], [false, true, false, false, false], &rows))?;
    if changes.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = changes
        .iter()
        .map(|one| {
            let login = one.wanted.login().unwrap_or_default().to_owned();
            [one.id.to_string(), one.wanted.kind().to_string(), login, one.state().to_string(), day(one.effective_from)]
        })
        .collect();
    output::result(format_args!("\n{}", table::render(["change", "kind", "login", "state", "from"], [false; 5], &rows)))
}

pub(super) async fn attest(db: &Db, arguments: &Attest) -> anyhow::Result<()> {
    let login = output::checked("login", fields::github_login(arguments.login.clone()))?;
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let (mut tx, id) = begin(db, &arguments.tenant, &arguments.number).await?;
    decisions::attest(&mut tx, id, &login, &reason, &Actor::Operator, Clock::System.now()).await?;
    let waits = account_changes::list_open_of(&mut tx, &[id]).await?.remove(&id);
    tx.commit().await?;
    match waits {
        Some(change) => output::result(format_args!("{} waits for a second person", change.id)),
        None => output::result(format_args!("{login} is bound once a worker has asked GitHub which account it is")),
    }
}

pub(super) async fn unbind(db: &Db, arguments: &Unbind) -> anyhow::Result<()> {
    let replacement = arguments.replace_by.clone().map(|login| output::checked("login", fields::github_login(login))).transpose()?;
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let (mut tx, id) = begin(db, &arguments.tenant, &arguments.number).await?;
    let bindings = bindings::list(&mut tx, id).await?;
    // One that is bound before one that was.
    let of_login = || bindings.iter().filter(|one| one.login.eq_ignore_ascii_case(&arguments.login));
    let binding = of_login().find(|one| one.unbound.is_none()).or_else(|| of_login().next_back());
    let Some(binding) = binding else { bail!("{} has no account {}: see `accredit member accounts`", arguments.number, arguments.login) };
    let wish = Wish { binding: binding.id, github_login: replacement, mistaken: arguments.mistaken, reason };
    let change = decisions::request(&mut tx, id, wish, &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    output::result(format_args!("{change} waits for a second person and for fourteen days"))
}

pub(super) async fn decide(db: &Db, arguments: &Decide, decision: ChangeDecision) -> anyhow::Result<()> {
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let change = decisions::decide_change(&mut tx, arguments.change, decision, &reason, &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    output::result(format_args!("{} is {}", change.id, change.state()))
}

pub(super) async fn withdraw(db: &Db, arguments: &Decide) -> anyhow::Result<()> {
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let change = decisions::withdraw(&mut tx, arguments.change, &reason, &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    output::result(format_args!("{} is {}", change.id, change.state()))
}

/// A transaction, and the member of this number: one on the register, or else the last who was.
async fn begin(db: &Db, tenant: &Tenant, number: &str) -> anyhow::Result<(InstitutionTx, MemberId)> {
    let institution = tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let registered = members::list_by_number(&mut tx, std::slice::from_ref(&number.to_owned())).await?.into_iter().map(|one| one.id).next();
    let id = match registered {
        Some(id) => Some(id),
        None => members::list_removed(&mut tx, number).await?.pop(),
    };
    let id = id.with_context(|| format!("{} has no member with the number {number}, and had none", institution.slug))?;
    Ok((tx, id))
}
