//! How many requests a real repository's first fetch takes, and the next one with nothing new; and how much memory.
//! Bounds: 150 and 5. `ACCREDIT_REAL_REPOSITORY=history.json.gz cargo bench --bench requests`; without that file there is nothing to measure.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench may fail where it stands, and its file is named by the environment"
)]

mod support;

use std::io::Read as _;

use accredit::{
    db::{self, syncs},
    github,
    jobs::{Tools, Worker, WorkerSettings},
    model::{
        actor::Actor,
        clock::Clock,
        ids::{InstitutionId, RepositoryId, SyncId},
        work::Sync,
    },
    sample::{self, Server, World},
};
use chrono::{DateTime, Utc};
use support::Ground;

fn main() {
    let Ok(path) = std::env::var("ACCREDIT_REAL_REPOSITORY") else {
        support::say("requests", "not measured: ACCREDIT_REAL_REPOSITORY names no history");
        return;
    };
    let now = "2023-12-31T00:00:00Z".parse().unwrap();
    let world = read(&path, now);
    support::on_a_fresh_cluster(|ground| run(ground, world, now));
}

fn read(path: &str, now: DateTime<Utc>) -> World {
    let mut json = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut json).unwrap();
    sample::from_history(&json, now).unwrap()
}

async fn run(Ground { db, mut owner }: Ground, world: World, now: DateTime<Utc>) {
    let full_name = world.repositories[0].name.clone();
    let server = Server::start(world).await.unwrap();
    let github = github::Client::new(&server.base_url(), Some(&server.token())).unwrap();
    let tools = Tools { db: db.clone(), github, clock: Clock::fixed(now) };
    let institution = InstitutionId::new(now);
    sqlx::query("insert into institutions values ($1, 'bench', 'Bench', 'UTC', now())")
        .bind(institution.0)
        .execute(&mut owner)
        .await
        .unwrap();
    let registration = db::repositories::Registration { full_name, category: "community".into(), members: Vec::new() };
    let mut tx = db.begin_as(institution).await.unwrap();
    let repository = db::repositories::track(&mut tx, RepositoryId::new(now), &registration, &Actor::Operator, now).await.unwrap();
    tx.commit().await.unwrap();

    for (what, bound) in [("first fetch", 150), ("fetch with nothing new", 5)] {
        let (took, sync) = support::timed(fetch(&tools, institution, repository)).await;
        support::say(&format!("{what}: requests (bound: {bound})"), sync.requests);
        support::say(&format!("{what}: items fetched / rows written"), format!("{} / {}", sync.fetched, sync.written));
        support::say(&format!("{what}: ms, model of GitHub included"), took.as_millis());
    }
    support::say_memory();
}

async fn fetch(tools: &Tools, institution: InstitutionId, repository: RepositoryId) -> Sync {
    let mut tx = tools.db.begin_as(institution).await.unwrap();
    let now = tools.clock.now();
    let sync = db::queue::request_sync(&mut tx, repository, SyncId::new(now), now).await.unwrap();
    tx.commit().await.unwrap();
    let worker = Worker::start(tools.clone(), WorkerSettings::default(), std::future::pending()).await.unwrap();
    worker.run_once().await.unwrap();
    let sync = syncs::get(&mut tools.db.begin_as(institution).await.unwrap(), sync.id).await.unwrap().unwrap();
    assert_eq!(sync.error, None);
    sync
}
