//! What the benches share: a throw-away cluster, facts by the million, and how they print a ratio.
#![allow(dead_code, reason = "each bench uses its part")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail where it stands, and prints its result")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use accredit::{
    db::{self, Db, local::Cluster},
    model::{
        account::{Account, AccountId, AccountKind},
        contribution::{Contribution, Key, Kind, Record, State},
        ids::RepositoryId,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection as _, Executor as _, PgConnection};

pub const CONTRIBUTIONS: u64 = 1_000_000;
pub const PEOPLE: u64 = 50_000;

/// A new cluster with our tables: as the application sees it, and as its owner does.
pub struct Ground {
    pub db: Db,
    pub owner: PgConnection,
}

/// So many connections does the program open, if nobody sets another number.
pub const CONNECTIONS: u32 = 10;

/// Runs `bench` on a new cluster that is thrown away afterwards. Call it from `main`.
pub fn on_a_fresh_cluster<F: Future<Output = ()>>(bench: impl FnOnce(Ground) -> F) {
    let directory = directory();
    let _ = std::fs::remove_dir_all(&directory);
    let cluster = Cluster::start(&directory).unwrap();
    let options = cluster.options();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        db::migrate(&options).await.unwrap();
        let db = db::connect(&options, CONNECTIONS).await.unwrap();
        let owner = PgConnection::connect_with(options.postgres()).await.unwrap();
        bench(Ground { db, owner }).await;
    });
    cluster.stop().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Where the throw-away cluster lives.
pub fn directory() -> PathBuf {
    accredit::config::Environment::read().data_dir.join(format!("bench-{}", std::process::id()))
}

/// A repository that nothing has been fetched from.
pub async fn insert_repository(owner: &mut PgConnection) -> RepositoryId {
    let id = RepositoryId::new(term_start());
    // One that the richest rule book takes: an approved licence, and years old.
    let insert = "insert into repositories (repository_id, full_name, state, created_at, license, github_created_at)
        values ($1, $2, 'pending', now(), 'MIT', '2020-01-01')";
    sqlx::query(insert).bind(id.0).bind(format!("bench/{id}")).execute(owner).await.unwrap();
    id
}

/// The `n`-th of many contributions, as a fetch brings them: kinds, people and days mixed, every fourth a pull request.
pub fn record(repository: RepositoryId, n: u64) -> Record {
    // A multiplicative hash spreads people and days without a table.
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let account = AccountId(i64::try_from(1 + spread % PEOPLE).unwrap());
    let occurred_at = term_start() + TimeDelta::seconds(i64::try_from(spread % (150 * 86_400)).unwrap());
    let (kind, state) = match n % 4 {
        0 => (Kind::PullRequest, State::Merged),
        1 => (Kind::Review, State::Approved),
        2 => (Kind::ReviewComment, State::Published),
        _ => (Kind::IssueComment, State::Published),
    };
    let pull_request = kind == Kind::PullRequest;
    Record {
        contribution: Contribution {
            account: Some(account),
            number: i64::try_from(n / 4).ok(),
            closed_at: pull_request.then(|| occurred_at + TimeDelta::days(1)),
            parent_account: (!pull_request).then_some(AccountId(account.0 + 1)),
            confirmed_by: if pull_request { vec![AccountId(account.0 + 1)] } else { Vec::new() },
            labels: if n.is_multiple_of(16) { vec!["enhancement".into()] } else { Vec::new() },
            effective_lines: pull_request.then(|| i64::try_from(spread % 800).unwrap()),
            total_lines: pull_request.then(|| i64::try_from(spread % 1_000).unwrap()),
            changed_files: pull_request.then_some(3),
            ..Contribution::bare(Key { repository, kind, github_id: (2_000_000_000 + n).to_string().into() }, state, occurred_at)
        },
        url: format!("https://github.com/bench/bench/pull/{}", n / 4),
        title: pull_request.then(|| format!("Change number {n} of the many that this bench brings")),
        co_authors: Vec::new(),
        evidence: evidence(n),
    }
}

/// The n-th of those who are no members, with a merged pull request.
pub fn outsider(repository: RepositoryId, n: u64) -> (Account, Record) {
    let id = AccountId(i64::try_from(PEOPLE + 10 + n).unwrap());
    let mut outside = record(repository, CONTRIBUTIONS + 4 * n);
    outside.contribution.account = Some(id);
    (Account { id, login: format!("outsider-{n}"), kind: AccountKind::User }, outside)
}

/// About as many bytes as an item's JSON takes once it is compressed, and as hard to compress again.
fn evidence(n: u64) -> Vec<u8> {
    let mut state = n;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    })
    .take(40)
    .flatten()
    .collect()
}

pub fn term_start() -> DateTime<Utc> {
    "2026-02-01T00:00:00Z".parse().unwrap()
}

/// How long a future took, and what it gave.
pub async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let value = work.await;
    (start.elapsed(), value)
}

/// Runs a statement as the owner.
pub async fn execute(owner: &mut PgConnection, statement: &'static str) {
    owner.execute(statement).await.unwrap();
}

/// The most memory that this process has held so far, in MiB (Linux only).
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// One line of a result.
pub fn say(what: &str, value: impl std::fmt::Display) {
    println!("{what:<58} {value}");
}

/// The peak memory, which must stay under 512 MiB.
pub fn say_memory() {
    match peak_memory() {
        Some(mebibytes) => say("peak memory of this process, MiB (bound: 512)", mebibytes),
        None => say("peak memory of this process", "not known on this system"),
    }
}
