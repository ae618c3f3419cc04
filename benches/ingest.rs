//! How fast contributions are written, next to a binary COPY of the same rows into the same tables with the same indexes.
//! Bound: at least 50 % of the rate of COPY. `cargo bench --bench ingest`
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::time::Duration;

use accredit::{db, model::contribution::Record};
use futures::TryStreamExt as _;
use sqlx::{Executor as _, PgConnection};
use support::{CONTRIBUTIONS, Ground};

/// What the fetcher hands over at a time when it can: a page is smaller, so this measures the writing and not the round trips.
const BATCH: u64 = 20_000;
const TABLES: [&str; 2] = ["contributions", "evidence"];

fn main() {
    support::on_a_fresh_cluster(run);
}

async fn run(Ground { db, mut owner }: Ground) {
    let repository = support::insert_repository(&mut owner).await;
    let now = support::term_start();
    for table in TABLES {
        // LIKE leaves out the foreign key.
        let statement =
            format!("create table copied_{table} (like {table} including all, foreign key (repository_id) references repositories)");
        owner.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    let (mut ours, mut copied) = (Duration::ZERO, Duration::ZERO);
    // Turn about, so that whatever else the machine does falls on both alike. COPY has one transaction for all.
    support::execute(&mut owner, "begin").await;
    for from in (0..CONTRIBUTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let records: Vec<_> = (from..from + BATCH).map(|n| support::record(repository, n)).collect();
        let (took, ()) = support::timed(async {
            let mut tx = db.begin_refetchable().await.unwrap();
            db::contributions::insert_batch(&mut tx, &records, now).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        ours += took;
        for table in TABLES {
            let rows = copy_out(&mut owner, table, &records).await;
            let (took, ()) = support::timed(copy_in(&mut owner, table, &rows)).await;
            copied += took;
        }
    }
    let (took, ()) = support::timed(support::execute(&mut owner, "commit")).await;
    copied += took;

    let rate = |took: Duration| format!("{:.0}", CONTRIBUTIONS as f64 / took.as_secs_f64());
    support::say("contributions a second, evidence included, written by us", rate(ours));
    support::say("the same rows by binary COPY, as many a second", rate(copied));
    support::say("ours / COPY (bound: at least 0.50)", format!("{:.2}", copied.as_secs_f64() / ours.as_secs_f64()));
    support::say_memory();
}

/// The rows that the records became, as COPY's own bytes.
async fn copy_out(owner: &mut PgConnection, table: &str, records: &[Record]) -> Vec<u8> {
    let id = |record: Option<&Record>| record.unwrap().contribution.key.github_id.clone();
    let (first, last) = (id(records.first()), id(records.last()));
    let statement = format!("copy (select * from {table} where github_id between '{first}' and '{last}') to stdout (format binary)");
    let mut rows = owner.copy_out_raw(&statement).await.unwrap();
    let mut all = Vec::new();
    while let Some(bytes) = rows.try_next().await.unwrap() {
        all.extend_from_slice(&bytes);
    }
    all
}

async fn copy_in(owner: &mut PgConnection, table: &str, rows: &[u8]) {
    let mut copy = owner.copy_in_raw(&format!("copy copied_{table} from stdin (format binary)")).await.unwrap();
    for part in rows.chunks(1 << 20) {
        copy.send(part).await.unwrap();
    }
    copy.finish().await.unwrap();
}
