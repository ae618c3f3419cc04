//! How fast contributions are written, next to a binary COPY of the same rows into the same tables with the same indexes.
//! Bound: at least 50 % of the rate of COPY. `cargo bench --bench ingest`
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::io::Write as _;

use accredit::db;
use futures::TryStreamExt as _;
use sqlx::{Executor as _, PgConnection};
use support::{CONTRIBUTIONS, Ground};

/// What the fetcher hands over at a time when it can: a page is smaller, so this measures the writing and not the round trips.
const BATCH: u64 = 20_000;

fn main() {
    support::on_a_fresh_cluster(run);
}

async fn run(Ground { db, mut owner }: Ground) {
    let repository = support::insert_repository(&mut owner).await;
    let now = support::term_start();
    let mut ours = std::time::Duration::ZERO;
    for from in (0..CONTRIBUTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let records: Vec<_> = (from..from + BATCH).map(|n| support::record(repository, n)).collect();
        let (took, ()) = support::timed(async {
            let mut tx = db.begin_refetchable().await.unwrap();
            db::contributions::insert_batch(&mut tx, &records, now).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        ours += took;
    }

    let mut copied = std::time::Duration::ZERO;
    for table in ["contributions", "evidence"] {
        let rows = copy_out(&mut owner, table).await;
        owner.execute(sqlx::AssertSqlSafe(format!("create table copied_{table} (like {table} including all)"))).await.unwrap();
        let (took, ()) = support::timed(copy_in(&mut owner, table, rows)).await;
        copied += took;
    }

    let rate = |took: std::time::Duration| format!("{:.0}", CONTRIBUTIONS as f64 / took.as_secs_f64());
    support::say("contributions a second, evidence included, written by us", rate(ours));
    support::say("the same rows by binary COPY, as many a second", rate(copied));
    support::say("ours / COPY (bound: at least 0.50)", format!("{:.2}", copied.as_secs_f64() / ours.as_secs_f64()));
    support::say_memory();
}

/// The table's rows as COPY's own bytes, in a file so that they do not count as our memory.
async fn copy_out(owner: &mut PgConnection, table: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut rows = owner.copy_out_raw(&format!("copy {table} to stdout (format binary)")).await.unwrap();
    while let Some(bytes) = rows.try_next().await.unwrap() {
        file.write_all(&bytes).unwrap();
    }
    file
}

async fn copy_in(owner: &mut PgConnection, table: &str, rows: tempfile::NamedTempFile) {
    let mut copy = owner.copy_in_raw(&format!("copy copied_{table} from stdin (format binary)")).await.unwrap();
    let mut file = std::fs::File::open(rows.path()).unwrap();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).unwrap();
        if read == 0 {
            break;
        }
        copy.send(&buffer[..read]).await.unwrap();
    }
    copy.finish().await.unwrap();
}
