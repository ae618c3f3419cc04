//! `accredit roster`: an institution's students and faculty from a file, all of them or none.
//! It must not link accounts: it asks for that, and a worker does it.

mod file;

use std::{fmt, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde::Serialize;

pub(super) use file::{Entry, Place, read};

use super::{output, tenant::Tenant};
use crate::{
    app,
    config::Settings,
    db::{self, Db, InstitutionTx, members, queue},
    model::{
        actor::Actor,
        clock::Clock,
        ids::{InstitutionId, MemberId},
        job::LinkAccounts,
        member::Member,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Import(Import),
}

/// Registers the people of a file: CSV or JSON, all of them or none
///
/// CSV: UTF-8, with the header number,name,role,unit,github_login. JSON: an array of objects with these keys. `number` and `name` are
/// required; `role` is student (when absent) or faculty. The number says who is who: a second import of the same file changes nothing, and
/// nobody is removed. Spreadsheets and other encodings come later.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    #[command(flatten)]
    tenant: Tenant,
    file: PathBuf,
    /// Says what would happen, and does nothing
    #[arg(long)]
    dry_run: bool,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Imported {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} added, {} changed, {} unchanged", self.added, self.changed, self.unchanged)
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Import(arguments) = command;
    let shown = arguments.file.display();
    let bytes = std::fs::read(&arguments.file).with_context(|| format!("{shown} cannot be read"))?;
    let entries = read(&bytes).with_context(|| format!("{shown} was not imported"))?;
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let imported =
            import(&db, institution.id, &entries, arguments.dry_run).await.with_context(|| format!("{shown} was not imported"))?;
        if arguments.json {
            return output::json(&imported);
        }
        output::result(format_args!("{}{imported}", if arguments.dry_run { "would be: " } else { "" }))
    })
}

/// Writes what is new or different, and asks for the accounts behind new logins.
pub(super) async fn import(db: &Db, institution: InstitutionId, entries: &[Entry], dry_run: bool) -> anyhow::Result<Imported> {
    let mut tx = db.begin_as(institution).await?;
    let numbers: Vec<String> = entries.iter().map(|entry| entry.profile.number.clone()).collect();
    let known = members::list_by_number(&mut tx, &numbers).await?;
    let mut imported = Imported::default();
    for entry in entries {
        match known.iter().find(|member| member.number == entry.profile.number) {
            None => imported.added += 1,
            Some(member) if profile(member) == entry.profile => {
                imported.unchanged += 1;
                continue;
            }
            Some(_) => imported.changed += 1,
        }
        write(&mut tx, entry, known.iter().find(|member| member.number == entry.profile.number)).await?;
    }
    if dry_run {
        return Ok(imported); // never committed: never happened
    }
    if imported.added + imported.changed > 0 {
        queue::enqueue(&mut tx, &LinkAccounts { institution_id: institution }, None).await?;
        queue::request_rescoring(&mut tx, Clock::System.now()).await?;
    }
    tx.commit().await?;
    Ok(imported)
}

fn profile(member: &Member) -> members::Profile {
    members::Profile {
        number: member.number.clone(),
        name: member.name.clone(),
        role: member.role,
        unit: member.unit.clone(),
        github_login: member.github_login.clone(),
    }
}

async fn write(tx: &mut InstitutionTx, entry: &Entry, known: Option<&Member>) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let written = match known {
        None => members::insert(tx, MemberId::new(now), &entry.profile, &Actor::Operator, now).await.map(|_| ()),
        Some(member) => members::replace(tx, member.id, &entry.profile, &Actor::Operator, now).await.map(|_| ()),
    };
    match written {
        Err(db::Error::Conflict { constraint }) if constraint == "members_github_login" => {
            let login = entry.profile.github_login.as_deref().unwrap_or_default();
            bail!("{}: the login {login} is another member's already: one account, one person", entry.place)
        }
        written => Ok(written?),
    }
}
