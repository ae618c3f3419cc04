//! `accredit repository`: which repositories an institution counts, in which category, and whose they are.
//! It must not fetch: `accredit sync` does.

use anyhow::{bail, ensure};
use clap::Subcommand;
use serde::Serialize;

use super::{
    output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{self, InstitutionTx, members, queue, repositories},
    model::{
        actor::Actor,
        clock::Clock,
        fields,
        ids::{MemberId, RepositoryId},
        institution::Institution,
        repository::{FullName, TrackedRepository},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Registers repositories, all of them or none
    Add(Add),
    /// Lists the registered repositories and how far they have been fetched
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    #[command(flatten)]
    tenant: Tenant,
    #[arg(required = true, value_name = "OWNER/NAME")]
    names: Vec<FullName>,
    /// The institution's word for this kind of repository, which policies refer to
    #[arg(long, default_value = "community")]
    category: String,
    /// A member whose repository it is, by number; may be repeated
    #[arg(long = "member", value_name = "NUMBER")]
    members: Vec<String>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct RepositoryView<'a> {
    id: RepositoryId,
    github_id: Option<i64>,
    full_name: &'a FullName,
    category: &'a str,
    member_numbers: &'a [String],
    state: &'static str,
    synced_until: Option<chrono::DateTime<chrono::Utc>>,
    last_error: Option<&'a str>,
}

impl<'a> From<&'a TrackedRepository> for RepositoryView<'a> {
    fn from(one: &'a TrackedRepository) -> Self {
        Self {
            id: one.id,
            github_id: one.github_id,
            full_name: &one.full_name,
            category: &one.category,
            member_numbers: &one.member_numbers,
            state: one.state.as_str(),
            synced_until: one.synced_until,
            last_error: one.last_error.as_deref(),
        }
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Add(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            add(&db, &institution, arguments).await
        }
        Command::List(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            let all = repositories::list_all(&mut tx).await?;
            tx.commit().await?;
            show(&all, arguments.json)
        }
    })
}

async fn add(db: &db::Db, institution: &Institution, arguments: &Add) -> anyhow::Result<()> {
    let mut tx = db.begin_as(institution.id).await?;
    let mut added = Vec::new();
    for name in &arguments.names {
        let id = track(&mut tx, name, &arguments.category, &arguments.members).await?;
        added.extend(repositories::get(&mut tx, id).await?);
    }
    queue::request_rescoring(&mut tx, Clock::System.now()).await?;
    tx.commit().await?;
    show(&added, arguments.json)
}

fn show(repositories: &[TrackedRepository], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&repositories.iter().map(RepositoryView::from).collect::<Vec<_>>());
    }
    let until = |one: &TrackedRepository| one.synced_until.map_or("never".to_owned(), |at| at.to_rfc3339());
    let rows: Vec<_> = repositories
        .iter()
        .map(|one| {
            let state = one.last_error.clone().unwrap_or_else(|| one.state.as_str().to_owned());
            [one.full_name.to_string(), one.category.clone(), one.member_numbers.join(" "), until(one), state]
        })
        .collect();
    output::result(table::render(["repository", "category", "members", "fetched until", "state"], [false; 5], &rows))
}

/// Registers one repository, as the property of the members with these numbers.
pub(super) async fn track(tx: &mut InstitutionTx, name: &FullName, category: &str, numbers: &[String]) -> anyhow::Result<RepositoryId> {
    let category = output::checked("category", fields::category(category.to_owned()))?;
    let members = owners(tx, numbers).await?;
    let registration = repositories::Registration { full_name: name.clone(), category, members };
    let now = Clock::System.now();
    match repositories::track(tx, RepositoryId::new(now), &registration, &Actor::Operator, now).await {
        Err(db::Error::Conflict { .. }) => bail!("{name} is registered already"),
        tracked => Ok(tracked?),
    }
}

async fn owners(tx: &mut InstitutionTx, numbers: &[String]) -> anyhow::Result<Vec<MemberId>> {
    let found = members::list_by_number(tx, numbers).await?;
    let unknown: Vec<&str> =
        numbers.iter().filter(|number| !found.iter().any(|member| member.number == **number)).map(String::as_str).collect();
    ensure!(unknown.is_empty(), "there is no member with the number {}: register the roster first", unknown.join(", "));
    Ok(found.into_iter().map(|member| member.id).collect())
}
