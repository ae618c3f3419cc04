//! Wiring: settings become a database, a GitHub and a clock, and those the doors.
//! It must not decide anything: what a door does is the door's matter.

use std::{future::Future, path::Path};

use anyhow::Context as _;
use chrono::TimeDelta;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    api,
    config::{GitHub, Settings},
    db::{self, Db, local::Cluster},
    github, identity,
    jobs::{Tools, Worker, WorkerSettings},
    model::clock::Clock,
};

/// Opens the database that the settings name (without one the embedded cluster, brought up to date), does `work` and closes it again.
///
/// Call it from the main thread: the embedded server stops with the thread that started it.
pub fn with_database<T, F: Future<Output = anyhow::Result<T>>>(settings: &Settings, work: impl FnOnce(Db) -> F) -> anyhow::Result<T> {
    match &settings.database.url {
        Some(url) => {
            let options = db::ConnectOptions::from_url(url)?;
            block_on(opened(options, settings.database.max_connections, work))?
        }
        None => with_cluster(Cluster::start(&settings.data_dir)?, settings, work),
    }
}

/// Clusters that are thrown away, by the number of the process that uses each.
const FRESH: &str = "fresh-";

/// The same on a new cluster below the settings' data directory, which is thrown away afterwards.
pub fn with_fresh_database<T, F: Future<Output = anyhow::Result<T>>>(settings: &Settings, work: impl FnOnce(Db) -> F) -> anyhow::Result<T> {
    remove_left_behind(&settings.data_dir)?;
    let directory = settings.data_dir.join(format!("{FRESH}{}", std::process::id()));
    let outcome = Cluster::start(&directory).map_err(anyhow::Error::from).and_then(|cluster| with_cluster(cluster, settings, work));
    let removed = remove(&directory);
    let done = outcome?;
    removed?;
    Ok(done)
}

/// Brings the database of the settings up to date, and says which one that is.
pub fn migrate(settings: &Settings) -> anyhow::Result<String> {
    match &settings.database.url {
        Some(url) => {
            let options = db::ConnectOptions::from_url(url)?;
            block_on(db::migrate(&options))??;
            Ok(options.to_string())
        }
        None => {
            with_database(settings, async |_| Ok(()))?;
            Ok(format!("the embedded one in {}", settings.data_dir.display()))
        }
    }
}

fn with_cluster<T, F: Future<Output = anyhow::Result<T>>>(
    cluster: Cluster,
    settings: &Settings,
    work: impl FnOnce(Db) -> F,
) -> anyhow::Result<T> {
    let options = cluster.options();
    let outcome = block_on(async {
        db::migrate(&options).await?;
        opened(options, settings.database.max_connections, work).await
    });
    let stopped = cluster.stop();
    let done = outcome??;
    stopped?;
    Ok(done)
}

async fn opened<T, F: Future<Output = anyhow::Result<T>>>(
    options: db::ConnectOptions,
    max_connections: u32,
    work: impl FnOnce(Db) -> F,
) -> anyhow::Result<T> {
    let db = db::connect(&options, max_connections).await?;
    db.check().await?;
    let outcome = work(db.clone()).await;
    db.close().await;
    outcome
}

/// For a command that needs no database: a runtime, and `future` in it.
pub fn block_on<F: Future>(future: F) -> anyhow::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    Ok(runtime.block_on(future))
}

/// What programs that were killed could not throw away. One that runs holds its cluster's lock.
fn remove_left_behind(data_dir: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let is_fresh = entry.file_name().to_string_lossy().starts_with(FRESH);
        if is_fresh && !Cluster::is_in_use(&entry.path()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(directory: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", directory.display()))
        }
        _ => Ok(()),
    }
}

/// What jobs work with, against the GitHub of the settings. Call it inside a runtime.
pub fn tools(settings: &Settings, db: Db) -> anyhow::Result<Tools> {
    Ok(Tools { db, github: github(settings)?, clock: Clock::System })
}

/// The GitHub of the settings. Call it inside a runtime.
pub fn github(settings: &Settings) -> anyhow::Result<github::Client> {
    Ok(github::Client::new(&settings.github.base_url, settings.github.token.as_ref())?)
}

/// The OAuth app at the GitHub of the settings, where they have one.
pub fn oauth_app(settings: &Settings) -> anyhow::Result<Option<identity::github::GitHub>> {
    let GitHub { base_url, oauth_client_id, oauth_client_secret, .. } = &settings.github;
    let app = oauth_client_id.clone().map(|id| identity::github::GitHub::new(base_url, id, oauth_client_secret.clone()));
    Ok(app.transpose()?)
}

fn worker_settings(settings: &Settings) -> anyhow::Result<WorkerSettings> {
    Ok(WorkerSettings { concurrency: usize::try_from(settings.worker.concurrency)?, ..WorkerSettings::default() })
}

/// Runs a worker beside `work`, and lets it finish what it has in hand when `work` is over.
pub async fn with_worker<T>(settings: &Settings, db: Db, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = Worker::start(tools(settings, db)?, worker_settings(settings)?, async {
        // Dropping the sender is the sign.
        let _ = stopped.await;
    })
    .await?;
    let mut working = tokio::spawn(async move { worker.run().await });
    tokio::select! {
        ended = &mut working => {
            ended??;
            anyhow::bail!("the worker stopped before the work was done");
        }
        outcome = work => {
            drop(stop);
            let stopped = working.await?;
            let done = outcome?;
            stopped?;
            Ok(done)
        }
    }
}

/// Takes jobs until `stop` is done.
pub async fn work(settings: &Settings, db: Db, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
    Worker::start(tools(settings, db)?, worker_settings(settings)?, stop).await?.run().await?;
    Ok(())
}

/// Answers HTTP until `stop` is done.
pub async fn serve(
    settings: &Settings,
    db: Db,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let public_url = match &settings.http.public_url {
        Some(url) => url.clone(),
        None => format!("http://{}", listener.local_addr()?).parse()?,
    };
    let sign_in = api::SignIn {
        providers: identity::Client::new()?,
        public_url,
        lifetime: TimeDelta::hours(settings.sign_in.session_hours.into()),
        idle: TimeDelta::minutes(settings.sign_in.idle_minutes.into()),
    };
    let api = api::Api { db, clock: Clock::System, sign_in, github: oauth_app(settings)?, sealing: settings.secrets.key.clone() };
    api::serve(listener, api::router(api, &api::Manners::of(settings)), stop).await?;
    Ok(())
}
