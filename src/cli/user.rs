//! `accredit user`: who signs in, besides students, and what they may do. The first administrator comes from here.
//! It must not delete anybody: the log names them.

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use serde::Serialize;

use super::{
    output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{self, Db, InstitutionTx, audit, members, sessions, users},
    model::{
        actor::Actor,
        audit::Action,
        clock::Clock,
        ids::{MemberId, UserId},
        institution::Role,
        user::{KnownAs, NewUser, User, UserState},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Invites somebody by e-mail, or by what the provider calls them
    Invite(Invite),
    /// Lists the users
    List(List),
    /// Gives somebody another role, from the next request on
    Change(Change),
    /// Refuses somebody from now on, and ends their sessions
    Disable(Which),
    /// Lets somebody in again who was disabled
    Enable(Which),
}

#[derive(Debug, clap::Args)]
pub(super) struct Invite {
    #[command(flatten)]
    tenant: Tenant,
    /// What people call them
    #[arg(long)]
    name: String,
    /// admin, staff, reviewer, reader or student
    #[arg(long)]
    role: Role,
    /// The address that the provider must have verified
    #[arg(long, required_unless_present = "subject")]
    email: Option<String>,
    /// What the provider calls them (sub)
    #[arg(long, requires = "issuer")]
    subject: Option<String>,
    /// The provider that calls them so
    #[arg(long, value_name = "URL", requires = "subject")]
    issuer: Option<String>,
    /// The number of the member who they are; a student must have one
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Change {
    #[command(flatten)]
    which: Which,
    /// admin, staff, reviewer, reader or student
    #[arg(long)]
    role: Role,
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    #[command(flatten)]
    tenant: Tenant,
    /// The user's id, as `accredit user list` shows it
    id: UserId,
}

#[derive(Serialize)]
struct UserView<'a> {
    id: UserId,
    name: &'a str,
    role: Role,
    state: UserState,
    email: Option<&'a str>,
    member_id: Option<MemberId>,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Invite(arguments) => invite(&db, arguments).await,
        Command::List(arguments) => list(&db, arguments).await,
        Command::Change(Change { which, role }) => change(&db, which, Action::UserChanged, |user| user.role = *role).await,
        Command::Disable(which) => {
            let now = Clock::System.now();
            change(&db, which, Action::UserDisabled, |user| user.disabled_at = user.disabled_at.or(Some(now))).await
        }
        Command::Enable(which) => change(&db, which, Action::UserChanged, |user| user.disabled_at = None).await,
    })
}

async fn invite(db: &Db, arguments: &Invite) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let now = Clock::System.now();
    let mut tx = db.begin_as(institution.id).await?;
    let new = NewUser {
        name: arguments.name.clone(),
        role: arguments.role,
        member: member(&mut tx, arguments.member.as_ref()).await?,
        known_as: arguments.issuer.clone().zip(arguments.subject.clone()).map(|(issuer, subject)| KnownAs { issuer, subject }),
        email: arguments.email.clone(),
    };
    let user = match new.check(now) {
        Ok(user) => user,
        Err(faults) => bail!("{}", output::faults(&faults)),
    };
    users::lock(&mut tx).await?;
    users::insert(&mut tx, &user).await.map_err(taken)?;
    audit::append(&mut tx, &Actor::Operator, &user.event(Action::UserInvited), now);
    tx.commit().await?;
    output::result(format_args!("invited {} as {} of {}: {}", user.name, user.role, institution.slug, user.id))
}

async fn member(tx: &mut InstitutionTx, number: Option<&String>) -> anyhow::Result<Option<MemberId>> {
    let Some(number) = number else { return Ok(None) };
    let found = members::list_by_number(tx, std::slice::from_ref(number)).await?.into_iter().next();
    let member = found.with_context(|| format!("no member has the number {number}: `accredit member list` shows them"))?;
    Ok(Some(member.id))
}

fn taken(error: db::Error) -> anyhow::Error {
    match error {
        db::Error::Conflict { .. } => anyhow!("that e-mail, subject or member is a user already: `accredit user list` shows them"),
        other => other.into(),
    }
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let all = users::list(&mut tx, None, u16::MAX).await?;
    tx.commit().await?;
    if arguments.json {
        let views = all.iter().map(|user| UserView {
            id: user.id,
            name: &user.name,
            role: user.role,
            state: user.state(),
            email: user.email.as_deref(),
            member_id: user.member,
        });
        return output::json(&views.collect::<Vec<_>>());
    }
    let rows: Vec<_> = all
        .iter()
        .map(|user| {
            let email = user.email.clone().unwrap_or_default();
            [user.id.to_string(), user.name.clone(), user.role.to_string(), user.state().to_string(), email]
        })
        .collect();
    output::result(table::render(["id", "name", "role", "state", "email"], [false; 5], &rows))
}

async fn change(db: &Db, which: &Which, action: Action, change: impl FnOnce(&mut User)) -> anyhow::Result<()> {
    let institution = which.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    users::lock(&mut tx).await?;
    let before = users::get(&mut tx, which.id).await?;
    let before = before.with_context(|| format!("{} has no user {}: `accredit user list` shows them", institution.slug, which.id))?;
    let mut user = before.clone();
    change(&mut user);
    if user.role == Role::Student && user.member.is_none() {
        bail!("a student sees one member, and {} is known to be none", user.name);
    }
    if user != before {
        users::replace(&mut tx, &user).await?;
        if user.disabled_at.is_some() {
            sessions::remove_all(&mut tx, Some(user.id)).await?;
        }
        audit::append(&mut tx, &Actor::Operator, &user.event(action), Clock::System.now());
    }
    tx.commit().await?;
    output::result(format_args!("{} is {} with the role {}", user.name, user.state(), user.role))
}
