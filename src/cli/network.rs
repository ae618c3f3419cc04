//! `accredit network`: the members' network scores of a month, so that a person can look before a policy pays for them.
//! It must not compute them: a worker does, here or in another process.

use anyhow::{Context as _, bail};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    output, table,
    tenant::Tenant,
    wait::{self, Stop},
};
use crate::{
    app,
    config::Settings,
    db::{Db, network_scores, queue},
    model::{ids::InstitutionId, job::ScoreNetwork, month::Month, network::rounded},
};

/// Brings the network scores (OpenRank, activity) up to date and lists the members' of one month
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    tenant: Tenant,
    /// Such as 2025-10; the newest that is over when left out
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct NetworkView {
    month: String,
    members: Vec<MemberView>,
}

#[derive(Serialize)]
struct MemberView {
    number: String,
    name: String,
    github_login: Option<String>,
    openrank: Decimal,
    activity: Decimal,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let work = async {
            let stop = Stop::listen();
            bring_up_to_date(&db, institution.id, &stop).await
        };
        app::with_worker(settings, db.clone(), work).await?;
        show(&load(&db, institution.id, arguments.month).await?, arguments.json)
    })
}

async fn bring_up_to_date(db: &Db, institution: InstitutionId, stop: &Stop) -> anyhow::Result<()> {
    let job = ScoreNetwork { institution_id: institution };
    let mut tx = db.begin_as(institution).await?;
    queue::enqueue(&mut tx, &job, None).await?;
    tx.commit().await?;
    wait::until(stop, || async {
        let mut tx = db.begin_as(institution).await?;
        let is_alive = queue::is_alive(&mut tx, &job).await?;
        tx.commit().await?;
        Ok((!is_alive).then_some(()))
    })
    .await
}

async fn load(db: &Db, institution: InstitutionId, month: Option<Month>) -> anyhow::Result<NetworkView> {
    let mut tx = db.begin_as(institution).await?;
    let newest = network_scores::get_newest(&mut tx)
        .await?
        .context("no month has network scores: nothing that was fetched happened in a month that is over; `accredit sync` fetches")?;
    let month = month.unwrap_or(newest);
    if month > newest {
        bail!("{month} has no network scores yet: {newest} is the newest month that has");
    }
    let found = network_scores::list_members(&mut tx, month).await?;
    tx.commit().await?;
    let view = found.into_iter().map(|one| MemberView {
        number: one.number,
        name: one.name,
        github_login: one.github_login,
        openrank: rounded(one.scores.openrank),
        activity: rounded(one.scores.activity),
    });
    Ok(NetworkView { month: month.to_string(), members: view.collect() })
}

fn show(view: &NetworkView, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(view);
    }
    let rows: Vec<_> = view
        .members
        .iter()
        .map(|one| {
            let login = one.github_login.clone().unwrap_or_default();
            [one.number.clone(), one.name.clone(), login, one.openrank.to_string(), one.activity.to_string()]
        })
        .collect();
    output::result(table::render(["number", "name", "github_login", "openrank", "activity"], [false, false, false, true, true], &rows))?;
    output::say(format_args!("of {}", view.month));
    Ok(())
}
