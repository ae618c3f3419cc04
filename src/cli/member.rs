//! `accredit member`: who is on the register, and whose account it is.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde::Serialize;

use super::{
    accounts, output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{
        Db,
        erasure::{self, Erasure},
        members, queue,
    },
    model::{
        account::AccountId,
        account_change::ChangeDecision,
        actor::Actor,
        clock::Clock,
        fields,
        ids::{InstitutionId, MemberId},
        member::{AccountState, Member, MemberRole},
        page::MAX_LIMIT,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists all members
    List(List),
    /// Shows one member
    Show(Show),
    Erase(Erase),
    Accounts(accounts::List),
    Attest(accounts::Attest),
    Unbind(accounts::Unbind),
    /// Confirms a change of a member's accounts, as a second person
    ConfirmChange(accounts::Decide),
    /// Rejects a change of a member's accounts
    RejectChange(accounts::Decide),
    /// Withdraws a change of a member's accounts
    WithdrawChange(accounts::Decide),
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    tenant: Tenant,
    number: String,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Erases a person who is or was on the register. It cannot be undone
///
/// Names, numbers, logins, accounts and people's words about the person go; the keys of the person are refused. Points, credits and the log
/// stay, and name nobody.
#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    #[command(flatten)]
    tenant: Tenant,
    number: String,
    /// It stays in the log, so it must not name the person
    #[arg(long)]
    reason: String,
}

#[derive(Serialize)]
struct MemberView<'a> {
    id: MemberId,
    number: &'a str,
    name: &'a str,
    role: MemberRole,
    unit: Option<&'a str>,
    github_login: Option<&'a str>,
    github_id: Option<AccountId>,
    account_state: AccountState,
}

impl<'a> From<&'a Member> for MemberView<'a> {
    fn from(one: &'a Member) -> Self {
        Self {
            id: one.id,
            number: &one.number,
            name: &one.name,
            role: one.role,
            unit: one.unit.as_deref(),
            github_login: one.github_login.as_deref(),
            github_id: one.account,
            account_state: one.account_state,
        }
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::List(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            show(&list(&db, institution.id).await?, arguments.json)
        }
        Command::Show(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            let found = members::list_by_number(&mut tx, std::slice::from_ref(&arguments.number)).await?;
            tx.commit().await?;
            let member =
                found.first().with_context(|| format!("{} has no member with the number {}", institution.slug, arguments.number))?;
            if arguments.json { output::json(&MemberView::from(member)) } else { show(&found, false) }
        }
        Command::Erase(arguments) => erase(&db, arguments).await,
        Command::Accounts(arguments) => accounts::list(&db, arguments).await,
        Command::Attest(arguments) => accounts::attest(&db, arguments).await,
        Command::Unbind(arguments) => accounts::unbind(&db, arguments).await,
        Command::ConfirmChange(arguments) => accounts::decide(&db, arguments, ChangeDecision::Confirm).await,
        Command::RejectChange(arguments) => accounts::decide(&db, arguments, ChangeDecision::Reject).await,
        Command::WithdrawChange(arguments) => accounts::withdraw(&db, arguments).await,
    })
}

async fn erase(db: &Db, arguments: &Erase) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::NAME))?;
    let number = &arguments.number;
    let now = Clock::System.now();
    let mut tx = db.begin_as(institution.id).await?;
    let mut found: Vec<MemberId> =
        members::list_by_number(&mut tx, std::slice::from_ref(number)).await?.into_iter().map(|member| member.id).collect();
    found.extend(members::list_removed(&mut tx, number).await?);
    if found.is_empty() {
        bail!("{} has no member with the number {number}, and had none", institution.slug);
    }
    for id in &found {
        if erasure::erase(&mut tx, *id, &reason, &Actor::Operator, now).await? != Erasure::Done {
            bail!("the reason must not name the person: it stays in the log");
        }
    }
    queue::request_rescoring(&mut tx, now).await?;
    tx.commit().await?;
    // Not the number: what is printed is often kept.
    found.iter().try_for_each(|id| output::result(format_args!("erased {id}")))
}

/// Everybody, by number.
pub(super) async fn list(db: &Db, institution: InstitutionId) -> anyhow::Result<Vec<Member>> {
    let mut all: Vec<Member> = Vec::new();
    let mut tx = db.begin_as(institution).await?;
    loop {
        let page = members::list(&mut tx, all.last().map(|member| member.number.as_str()), MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        all.extend(page.into_iter().take(usize::from(MAX_LIMIT)));
        if is_last {
            break;
        }
    }
    tx.commit().await?;
    Ok(all)
}

fn show(members: &[Member], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&members.iter().map(MemberView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> = members
        .iter()
        .map(|one| {
            let [unit, login] = [&one.unit, &one.github_login].map(|text| text.clone().unwrap_or_default());
            [one.number.clone(), one.name.clone(), one.role.to_string(), unit, login, one.account_state.as_str().to_owned()]
        })
        .collect();
    output::result(table::render(["number", "name", "role", "unit", "login", "account"], [false; 6], &rows))
}
