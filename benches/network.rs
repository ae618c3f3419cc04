//! How long the network scores of a million contributions of 50,000 people in 500 repositories and twelve months take: the computing alone,
//! the job that also reads and stores, and the job again when nothing has changed. Bound: 10 s each. `cargo bench --bench network`
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use accredit::{
    db::{self, Db, network_scores},
    github,
    jobs::{Tools, Worker, WorkerSettings},
    model::{
        clock::Clock,
        contribution::{Kind, Record, State},
        ids::{InstitutionId, RepositoryId},
        job::ScoreNetwork,
        month::Month,
        network::{Deed, Ranks},
    },
    network::{self, Tally},
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use support::{CONTRIBUTIONS, Ground};

const REPOSITORIES: u64 = 500;
const BATCH: u64 = 20_000;
const YEAR_SECONDS: u64 = 365 * 86_400;
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn main() {
    support::on_a_fresh_cluster(run);
}

async fn run(Ground { db, mut owner }: Ground) {
    let institution = InstitutionId::new(support::term_start());
    let repositories = insert_registers(&mut owner, institution).await;
    let mut deeds = Vec::new();
    for from in (0..CONTRIBUTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let records: Vec<_> = (from..from + BATCH).map(|n| record(&repositories, n)).collect();
        let mut tx = db.begin().await.unwrap();
        db::contributions::insert_batch(&mut tx, &records, support::term_start()).await.unwrap();
        tx.commit().await.unwrap();
        deeds.extend(records.iter().map(|record| Deed::from(&record.contribution)));
    }
    support::execute(&mut owner, "vacuum analyze").await;

    let (computing, accounts) = support::timed(async { compute(&deeds) }).await;
    drop(deeds);
    support::say("accounts in the last month", accounts);
    support::say("computed in memory, ms (bound: 10000)", computing.as_millis());
    for what in ["read, computed and stored by the job, ms (bound: 10000)", "the job again, nothing changed, ms (bound: 10000)"] {
        let (job, ()) = support::timed(bring_up_to_date(&db, institution)).await;
        support::say(what, job.as_millis());
    }
    let months = network_scores::list_months(&mut db.begin_as(institution).await.unwrap()).await.unwrap();
    assert_eq!(months.len(), 12);
    support::say_memory();
}

/// The first moment of a year in the institution's zone, and one after it.
fn year() -> (DateTime<Utc>, DateTime<Utc>) {
    ("2025-01-31T16:00:00Z".parse().unwrap(), "2026-02-02T00:00:00Z".parse().unwrap())
}

/// The `n`-th of many, in one of the repositories and at some time of the year; every kind of it has a weight.
fn record(repositories: &[RepositoryId], n: u64) -> Record {
    let spread = n.wrapping_mul(0xd134_2543_de82_ef95) >> 20;
    let repository = repositories[usize::try_from(spread % REPOSITORIES).unwrap()];
    let mut record = support::record(repository, n);
    let one = &mut record.contribution;
    one.occurred_at = year().0 + TimeDelta::seconds(i64::try_from(spread % YEAR_SECONDS).unwrap());
    one.closed_at = one.closed_at.map(|_| one.occurred_at + TimeDelta::hours(1));
    if one.key.kind == Kind::Review {
        (one.key.kind, one.state) = (Kind::Issue, State::Open);
    }
    record
}

fn compute(deeds: &[Deed]) -> usize {
    let mut tally = Tally::new(ZONE);
    deeds.iter().for_each(|deed| tally.add(deed));
    let mut before = Ranks::default();
    for month in tally.into_months(Month::over_at(year().1, ZONE)) {
        before = network::score_month(&before, &month).ranks;
    }
    before.accounts.len()
}

async fn bring_up_to_date(db: &Db, institution: InstitutionId) {
    let mut tx = db.begin_as(institution).await.unwrap();
    db::queue::enqueue(&mut tx, &ScoreNetwork { institution_id: institution }, None).await.unwrap();
    tx.commit().await.unwrap();
    let url = "http://127.0.0.1:9".parse().unwrap();
    let tools = Tools { db: db.clone(), github: github::Client::new(&url, None).unwrap(), clock: Clock::fixed(year().1) };
    let worker = Worker::start(tools, WorkerSettings::default(), std::future::pending()).await.unwrap();
    worker.run_once().await.unwrap();
}

/// As the owner of the tables, whom `row_security` does not bind on this server.
async fn insert_registers(owner: &mut PgConnection, institution: InstitutionId) -> Vec<RepositoryId> {
    let mut repositories = Vec::new();
    for _ in 0..REPOSITORIES {
        repositories.push(support::insert_repository(owner).await);
    }
    let id = institution.0;
    for statement in [
        format!("insert into institutions values ('{id}', 'bench', 'Bench', '{ZONE}', now())"),
        format!("insert into tracked_repositories select '{id}', repository_id, 'community', now() from repositories"),
    ] {
        owner.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    repositories
}
