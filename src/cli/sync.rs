//! `accredit sync`: asks for fetches, runs a worker until they are over, and shows how far they are.
//! It must not fetch: the worker does, here or in another process.

use std::{io::IsTerminal as _, time::Duration};

use anyhow::{Context as _, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{
    output, table,
    tenant::Tenant,
    wait::{self, Stop},
};
use crate::{
    app,
    config::Settings,
    db::{Db, accounts, queue, repositories, syncs},
    model::{
        clock::Clock,
        ids::{InstitutionId, SyncId},
        institution::Institution,
        job::LinkAccounts,
        repository::{FullName, TrackedRepository},
        work::{Sync, WorkState},
    },
};

/// How long members' logins are waited for after everything else is over.
const LINK_PATIENCE: Duration = Duration::from_secs(30);

/// Fetches what is new in the repositories, and looks up the members' accounts
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    tenant: Tenant,
    /// Which of the registered repositories; without one, all
    #[arg(value_name = "OWNER/NAME")]
    names: Vec<FullName>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// A repository and the fetch of it that is over.
pub(super) struct Fetched {
    pub repository: FullName,
    pub sync: Sync,
}

#[derive(Serialize)]
struct FetchedView<'a> {
    repository: &'a FullName,
    sync_id: SyncId,
    state: &'static str,
    fetched: i64,
    requests: i64,
    written: i64,
    error: Option<&'a str>,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    ensure!(settings.github.token.is_some(), "fetching needs a GitHub token: set GITHUB_TOKEN (a token without any rights will do)");
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let chosen = choose(&db, &institution, &arguments.names).await?;
        let work = async {
            let stop = Stop::listen();
            link(&db, institution.id).await?;
            let fetched = fetch(&db, institution.id, &chosen, &stop).await?;
            if require_done(&fetched).is_ok() {
                until_linked(&db, institution.id, &stop).await?;
            }
            Ok(fetched)
        };
        let fetched = app::with_worker(settings, db.clone(), work).await?;
        show(&fetched, arguments.json)?;
        require_done(&fetched)
    })
}

async fn choose(db: &Db, institution: &Institution, names: &[FullName]) -> anyhow::Result<Vec<TrackedRepository>> {
    let mut tx = db.begin_as(institution.id).await?;
    let chosen = if names.is_empty() {
        repositories::list_all(&mut tx).await?
    } else {
        let mut chosen = Vec::new();
        for name in names {
            let found = repositories::get_by_name(&mut tx, name).await?;
            chosen.push(found.with_context(|| format!("{name} is not registered: `accredit repository add {name}` registers it"))?);
        }
        chosen
    };
    tx.commit().await?;
    ensure!(!chosen.is_empty(), "{} has no repository: register one with `accredit repository add OWNER/NAME`", institution.slug);
    Ok(chosen)
}

/// Asks for the accounts of the members whose login has not been looked up.
pub(super) async fn link(db: &Db, institution: InstitutionId) -> anyhow::Result<()> {
    let mut tx = db.begin_as(institution).await?;
    if !accounts::list_pending(&mut tx).await?.is_empty() {
        queue::enqueue(&mut tx, &LinkAccounts { institution_id: institution }, None).await?;
    }
    Ok(tx.commit().await?)
}

/// Waits until no member's login is left to look up; says so where that takes too long.
pub(super) async fn until_linked(db: &Db, institution: InstitutionId, stop: &Stop) -> anyhow::Result<()> {
    let looking = tokio::time::Instant::now();
    let left = wait::until(stop, || async {
        let mut tx = db.begin_as(institution).await?;
        let pending = accounts::list_pending(&mut tx).await?.len();
        tx.commit().await?;
        Ok((pending == 0 || looking.elapsed() > LINK_PATIENCE).then_some(pending))
    })
    .await?;
    if left > 0 {
        output::say(format_args!("{left} members' logins have not been looked up yet: the next worker tries again"));
    }
    Ok(())
}

/// Asks for fetches and waits until all of them are over.
pub(super) async fn fetch(
    db: &Db,
    institution: InstitutionId,
    repositories: &[TrackedRepository],
    stop: &Stop,
) -> anyhow::Result<Vec<Fetched>> {
    let bars = MultiProgress::new(); // on standard error, and only where that is a terminal
    let mut asked = Vec::new();
    for repository in repositories {
        let bar = bars.add(ProgressBar::new(0).with_style(style()?).with_prefix(repository.full_name.to_string()));
        asked.push((repository, request(db, institution, repository).await?, bar));
    }
    let mut fetched = Vec::new();
    for (repository, id, bar) in &asked {
        let sync = wait::until(stop, || async {
            for (_, id, bar) in &asked {
                draw(bar, &look(db, institution, *id).await?);
            }
            Ok(Some(look(db, institution, *id).await?).filter(|sync| sync.state.is_over()))
        })
        .await?;
        bar.finish();
        tell(&repository.full_name, &sync);
        fetched.push(Fetched { repository: repository.full_name.clone(), sync });
    }
    Ok(fetched)
}

async fn request(db: &Db, institution: InstitutionId, repository: &TrackedRepository) -> anyhow::Result<SyncId> {
    let now = Clock::System.now();
    let mut tx = db.begin_as(institution).await?;
    let sync = queue::request_sync(&mut tx, repository.id, SyncId::new(now), now).await?;
    tx.commit().await?;
    Ok(sync.id)
}

async fn look(db: &Db, institution: InstitutionId, id: SyncId) -> anyhow::Result<Sync> {
    let mut tx = db.begin_as(institution).await?;
    let sync = syncs::get(&mut tx, id).await?;
    tx.commit().await?;
    sync.context("the repository is not registered any more")
}

fn style() -> anyhow::Result<ProgressStyle> {
    Ok(ProgressStyle::with_template("  {prefix:40} {bar:30} {pos:>7} {msg}")?)
}

/// Reviews and comments come on top of the total, so the length grows with what has come.
fn draw(bar: &ProgressBar, sync: &Sync) {
    let fetched = u64::try_from(sync.fetched).unwrap_or_default(); // it counts from 0
    let total = sync.total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default();
    bar.set_length(total.max(fetched).max(1));
    bar.set_position(fetched);
    bar.set_message(match (&sync.error, sync.state) {
        (Some(why), WorkState::Queued) => format!("waits: {why}"),
        _ => format!("items, {} requests", sync.requests),
    });
}

/// Where there is no bar, a line.
fn tell(repository: &FullName, sync: &Sync) {
    if !std::io::stderr().is_terminal() {
        output::say(format_args!("  {repository}: {} items in {} requests, {} rows written", sync.fetched, sync.requests, sync.written));
    }
}

fn show(fetched: &[Fetched], json: bool) -> anyhow::Result<()> {
    if json {
        let views = fetched.iter().map(|Fetched { repository, sync }| FetchedView {
            repository,
            sync_id: sync.id,
            state: sync.state.as_str(),
            fetched: sync.fetched,
            requests: sync.requests,
            written: sync.written,
            error: sync.error.as_deref(),
        });
        return output::json(&views.collect::<Vec<_>>());
    }
    let rows: Vec<_> = fetched
        .iter()
        .map(|Fetched { repository, sync }| {
            let [items, requests, written] = [sync.fetched, sync.requests, sync.written].map(|number| number.to_string());
            [repository.to_string(), items, requests, written, sync.state.as_str().to_owned()]
        })
        .collect();
    output::result(table::render(["repository", "items", "requests", "rows written", "state"], [false, true, true, true, false], &rows))
}

/// An error that names every fetch that failed.
pub(super) fn require_done(fetched: &[Fetched]) -> anyhow::Result<()> {
    let failed: Vec<String> = fetched
        .iter()
        .filter(|one| one.sync.state == WorkState::Failed)
        .map(|one| format!("{}: {}", one.repository, one.sync.error.as_deref().unwrap_or("no reason was kept")))
        .collect();
    ensure!(failed.is_empty(), "not fetched: {}", failed.join("; "));
    Ok(())
}
