//! `accredit demo`: the whole job on a Postgres of its own, from an empty directory to the credit report.
//! It must not take a way of its own: it registers, fetches, scores and reports as the other commands do.

mod live;
mod people;
mod summary;
mod university;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tokio::net::TcpListener;

use super::{
    difference, key, output, policy, report, score, serve,
    sync::{self, Fetched},
    wait::Stop,
};
use crate::{
    app,
    config::Settings,
    db::{Db, repositories},
    jobs,
    model::{
        actor::Actor,
        clock::Clock,
        credit_report::CreditReport,
        institution::{Institution, Role},
        repository::FullName,
        term::Term,
    },
    reports::{self, Format},
    sample, scoring,
};
use university::{DecisionsWire, University};

/// The rule book of the demonstration.
const POLICY: &str = include_str!("../../../seeds/policies/practice.toml");
const POLICY_FILE: &str = "seeds/policies/practice.toml";

/// What the demonstration asks before anything is adopted.
const STRICTER: &str = "what if a repository brought at most 80 points a term, and not 120?";

/// The rule book with that change.
fn stricter() -> String {
    POLICY.replace("points = 120", "points = 80").replace("version = \"2025.3\"", "version = \"2025.3 and stricter\"")
}

/// Shows the whole job: fetches, scores, awards and reports a term of an invented university
///
/// On a Postgres of its own, fresh each time, from a sample GitHub on this machine; nothing has to be prepared. Writes the credit report
/// to a directory, and then answers the API until Ctrl-C.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Stop after the reports
    #[arg(long)]
    once: bool,
    /// Where the reports go
    #[arg(long, value_name = "DIR", default_value = "accredit-demo")]
    out: PathBuf,
    /// Where to answer afterwards; a free port is taken where this one is not
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = serve::address)]
    listen: String,
    /// The last twelve months of a real repository instead, from GitHub itself; needs a token (GITHUB_TOKEN)
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<FullName>,
}

/// Whom and what the demonstration is about.
struct Ground {
    institution: Institution,
    term: Term,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    ensure!(
        arguments.repository.is_none() || settings.github.token.is_some(),
        "a real repository needs a GitHub token: set GITHUB_TOKEN (a token without any rights will do), or leave --repository out"
    );
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("{} cannot be made: choose another --out", arguments.out.display()))?;
    output::say(format_args!("starting a Postgres of its own under {}", settings.data_dir.display()));
    app::with_fresh_database(settings, async |db| match &arguments.repository {
        None => with_sample(arguments, settings, &db).await,
        Some(repository) => with_github(arguments, settings, &db, repository).await,
    })
}

/// The invented university, on the sample GitHub.
async fn with_sample(arguments: &Arguments, settings: &Settings, db: &Db) -> anyhow::Result<()> {
    let stop = Stop::listen();
    let university = University::read()?;
    let github = sample::Server::start(sample::generate(&university.recipe())).await.context("the sample GitHub cannot listen")?;
    let mut settings = settings.clone();
    settings.github.base_url = github.base_url();
    settings.github.token = Some(github.token());
    let ground = university.register(db).await?;
    let work = async {
        output::say(format_args!("fetching from the sample GitHub at {}", github.base_url()));
        sync::link(db, ground.institution.id).await?;
        let fetched = fetch(db, &ground.institution, &stop).await?;
        sync::until_linked(db, ground.institution.id, &stop).await?;
        finish(arguments, db, &ground, &fetched, (Some(university.decisions()), &stop)).await?;
        serve(arguments, &settings, db, &ground.institution, &stop).await
    };
    app::with_worker(&settings, db.clone(), work).await
}

/// A real repository: whoever worked there is taken for a member.
async fn with_github(arguments: &Arguments, settings: &Settings, db: &Db, repository: &FullName) -> anyhow::Result<()> {
    let stop = Stop::listen();
    let ground = live::register(db, repository).await?;
    let work = async {
        output::say(format_args!("fetching {repository} from {}: a large repository takes its time", settings.github.base_url));
        let fetched = fetch(db, &ground.institution, &stop).await?;
        live::register_people(db, &ground).await?;
        sync::link(db, ground.institution.id).await?;
        sync::until_linked(db, ground.institution.id, &stop).await?;
        finish(arguments, db, &ground, &fetched, (None, &stop)).await?;
        serve(arguments, settings, db, &ground.institution, &stop).await
    };
    app::with_worker(settings, db.clone(), work).await
}

async fn fetch(db: &Db, institution: &Institution, stop: &Stop) -> anyhow::Result<Vec<Fetched>> {
    let mut tx = db.begin_as(institution.id).await?;
    let registered = repositories::list_all(&mut tx).await?;
    tx.commit().await?;
    let fetched = sync::fetch(db, institution.id, &registered, stop).await?;
    sync::require_done(&fetched)?;
    Ok(fetched)
}

async fn finish(
    arguments: &Arguments,
    db: &Db,
    ground: &Ground,
    fetched: &[Fetched],
    (deciders, stop): (Option<&DecisionsWire>, &Stop),
) -> anyhow::Result<()> {
    let policy = scoring::policy::parse(POLICY_FILE, POLICY)?;
    let stored = policy::add(db, &ground.institution, &policy, POLICY.to_owned()).await?;
    output::say(format_args!("scoring {} under the policy {} {}", ground.term.name, stored.name, stored.version));
    let evaluation = score::evaluate(db, ground.institution.id, ground.term.id, stored.id, stop).await?;
    let (told, at) = match deciders {
        Some(seeds) => people::decide(db, ground, evaluation.id, seeds).await?,
        // Nobody here may give credit to people whom we know by their work alone.
        None => (live::propose(db, ground, evaluation.id).await?, Clock::System.now()),
    };
    let report = report::load(db, ground.institution.id, evaluation.id, at).await?;
    output::result(summary::write(&report, fetched))?;
    output::result(summary::decided(&report, &told, deciders.map(|_| at)))?;
    let stricter = scoring::policy::parse(POLICY_FILE, &stricter())?;
    let difference = jobs::compare_policies(db, ground.institution.id, &ground.term, policy, stricter, Clock::System.now()).await?;
    output::result(format_args!("As `accredit policy diff` says: {STRICTER}\n"))?;
    difference::show_totals(&difference)?;
    output::result("")?;
    for file in write(db, &ground.institution, &report, &arguments.out).await? {
        output::result(format_args!("wrote {}", file.display()))?;
    }
    Ok(())
}

async fn write(db: &Db, institution: &Institution, report: &CreditReport, directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for format in [Format::Csv, Format::Json] {
        let file = directory.join(format!("credit-report.{format}"));
        let bytes = reports::render(report, format)?;
        report::record_export(db, institution.id, report, (format, &bytes)).await?;
        std::fs::write(&file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
        written.push(file);
    }
    Ok(written)
}

async fn serve(arguments: &Arguments, settings: &Settings, db: &Db, institution: &Institution, stop: &Stop) -> anyhow::Result<()> {
    if arguments.once {
        return Ok(());
    }
    let listener = listen(&arguments.listen).await?;
    let local = listener.local_addr()?;
    let (_, key) = key::create(db, institution.id, Role::Reader, Actor::Operator.to_person(), None).await?;
    output::result(format_args!(
        "\nthe API is described at http://{local}/docs; a key that reads it, as long as this runs:\n  curl -H 'Authorization: Bearer {}' http://{local}/v1/members\nCtrl-C stops it and throws the database away",
        key.reveal()
    ))?;
    output::say(format_args!("listening on http://{local}"));
    app::serve(settings, db.clone(), listener, stop.clone().told()).await
}

/// Where it was asked for, else on a free port of the same address: the work is done, and must not be lost to a busy port.
async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) => {
            output::say(format_args!("{address} cannot be listened on ({error}): taking a free port"));
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            TcpListener::bind(format!("{host}:0")).await.with_context(|| format!("cannot listen on {host}: choose another --listen"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_rule_book_differs_in_the_limit_of_a_repository() {
        let limit = |text: &str| {
            let policy = scoring::policy::parse(POLICY_FILE, text).unwrap();
            let limit = policy.limits.into_iter().find(|limit| limit.per == crate::model::policy::Per::Repository).unwrap();
            (policy.version, limit.points.unwrap().to_string())
        };
        assert_eq!(limit(POLICY), ("2025.3".to_owned(), "120".to_owned()));
        assert_eq!(limit(&stricter()), ("2025.3 and stricter".to_owned(), "80".to_owned()));
    }
}
