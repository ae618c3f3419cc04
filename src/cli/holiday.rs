//! `accredit holiday`: the days on which nobody works, and the weekends on which people do, by which public notices are counted.
//! It must not know a holiday by itself.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use serde::Serialize;

use super::{output, table, tenant::Tenant};
use crate::{
    app,
    config::Settings,
    db::{Db, holidays},
    model::{
        actor::Actor,
        award::Holiday,
        clock::Clock,
        holiday::{Years, read_file},
        ids::InstitutionId,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(List),
    Replace(Replace),
}

/// Lists them by day
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    tenant: Tenant,
    /// Of this year alone
    #[arg(long)]
    year: Option<i32>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Puts the years of a CSV file in the place of what is there, all of them or none
///
/// UTF-8, with the header day,working,name; working is true for a weekend on which people work. A year of which the file has a day is
/// replaced as a whole. seeds/holidays.csv has China's. What was announced is not moved.
#[derive(Debug, clap::Args)]
pub(super) struct Replace {
    #[command(flatten)]
    tenant: Tenant,
    file: PathBuf,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct HolidayView<'a> {
    day: chrono::NaiveDate,
    working: bool,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct YearView {
    year: i32,
    days: usize,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::List(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            let all = holidays::list(&mut tx, arguments.year).await?;
            tx.commit().await?;
            show(&all, arguments.json)
        }),
        Command::Replace(arguments) => {
            let years = read(&arguments.file)?;
            app::with_database(settings, async |db| {
                let institution = arguments.tenant.find(&db).await?;
                replace(&db, institution.id, &years).await?;
                let told: Vec<YearView> = years.iter().map(|(year, days)| YearView { year: *year, days: days.len() }).collect();
                if arguments.json {
                    return output::json(&told);
                }
                told.iter().try_for_each(|one| output::result(format_args!("{}: {} days", one.year, one.days)))
            })
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Years> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{shown} is not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")"))?;
    read_file(&text).map_err(|wrong| anyhow!("{shown} was not taken: {}", wrong.join("\n  ")))
}

/// Puts these years in the place of what is there.
pub(super) async fn replace(db: &Db, institution: InstitutionId, years: &Years) -> anyhow::Result<()> {
    let mut tx = db.begin_as(institution).await?;
    for (year, days) in years {
        holidays::replace(&mut tx, *year, days, &Actor::Operator, Clock::System.now()).await?;
    }
    Ok(tx.commit().await?)
}

fn show(all: &[Holiday], json: bool) -> anyhow::Result<()> {
    if json {
        let views = all.iter().map(|one| HolidayView { day: one.day, working: one.working, name: one.name.as_deref() });
        return output::json(&views.collect::<Vec<_>>());
    }
    let what = |one: &Holiday| if one.working { "people work" } else { "nobody works" };
    let rows: Vec<_> = all
        .iter()
        .map(|one| [one.day.to_string(), one.day.format("%A").to_string(), what(one).to_owned(), one.name.clone().unwrap_or_default()])
        .collect();
    output::result(table::render(["day", "weekday", "", "name"], [false; 4], &rows))
}
