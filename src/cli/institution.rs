//! `accredit institution`: the operator's first step.

use anyhow::{bail, ensure};
use chrono_tz::Tz;
use clap::Subcommand;
use serde::Serialize;

use super::{output, table};
use crate::{
    app,
    config::Settings,
    db::{self, Db, institutions},
    model::{clock::Clock, fields, ids::InstitutionId, institution::Institution},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes an institution
    Create(Create),
    /// Lists the institutions
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// As reports print it
    #[arg(long)]
    name: String,
    /// As commands name it: lower-case letters, digits and hyphens
    #[arg(long)]
    slug: String,
    /// Its time zone: terms begin and end at midnight there
    #[arg(long, value_name = "TZ", default_value = "Asia/Shanghai")]
    timezone: Tz,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct InstitutionView<'a> {
    id: InstitutionId,
    slug: &'a str,
    name: &'a str,
    timezone: &'a str,
}

impl<'a> From<&'a Institution> for InstitutionView<'a> {
    fn from(one: &'a Institution) -> Self {
        Self { id: one.id, slug: &one.slug, name: &one.name, timezone: one.timezone.name() }
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Create(arguments) => {
            let made = create(&db, &arguments.name, &arguments.slug, arguments.timezone).await?;
            if arguments.json {
                return output::json(&InstitutionView::from(&made));
            }
            output::result(format_args!("made institution {}: {} ({})", made.slug, made.name, made.timezone))
        }
        Command::List(arguments) => list(&db, arguments).await,
    })
}

/// What stands in an address where the slug of an institution stands in others: `/v1/sign-in/…`.
const PATHS: [&str; 2] = ["callback", "provider"];

/// Writes a new institution.
pub(super) async fn create(db: &Db, name: &str, slug: &str, timezone: Tz) -> anyhow::Result<Institution> {
    let name = output::checked("name", fields::text(name.to_owned(), fields::NAME))?;
    let letters = slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    ensure!(
        letters && !slug.starts_with('-') && (1..=63).contains(&slug.len()),
        "`{slug}` is not a slug: write 1 to 63 lower-case letters, digits and hyphens, such as linhai"
    );
    ensure!(!PATHS.contains(&slug), "`{slug}` is a word of the API's addresses: choose another slug");
    let now = Clock::System.now();
    let made = Institution { id: InstitutionId::new(now), slug: slug.to_owned(), name, timezone, created_at: now };
    let mut tx = db.begin_as(made.id).await?;
    match institutions::insert(&mut tx, &made).await {
        Err(db::Error::Conflict { .. }) => bail!("there is an institution `{slug}` already: choose another slug"),
        written => written?,
    }
    tx.commit().await?;
    Ok(made)
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let mut tx = db.begin_as_operator().await?;
    let all = institutions::list(&mut tx).await?;
    tx.commit().await?;
    if arguments.json {
        return output::json(&all.iter().map(InstitutionView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> = all.iter().map(|one| [one.slug.clone(), one.name.clone(), one.timezone.to_string()]).collect();
    output::result(table::render(["slug", "name", "time zone"], [false; 3], &rows))
}
