//! How the HTTP door holds: a member's score next to pgbench with the same statements, a neighbour that asks for ten times its limit, and a
//! thousand connections that say nothing. Bounds stand beside what is printed. pgbench comes with Postgres. `cargo bench --bench api`
#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench may fail where it stands")]

mod support;

// The tests' register of an institution, with a member who has a score.
mod app {
    pub fn now() -> chrono::DateTime<chrono::Utc> {
        super::support::term_start()
    }
}
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support/register.rs"]
mod register;

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use accredit::{
    api::{self, Api, Manners, SignIn},
    db::{
        Db,
        api_keys::{self, ApiKeyEntry},
        institutions,
    },
    identity,
    model::{
        actor::{Actor, Person},
        api_key::ApiKey,
        clock::Clock,
        ids::InstitutionId,
        institution::{Institution, Role},
    },
};
use chrono::TimeDelta;
use sqlx::{Executor as _, PgConnection};
use support::Ground;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time,
};

const CALLERS: usize = 8;
const ROUND: Duration = Duration::from_secs(5);
const ROUNDS: u32 = 3;
/// The limit that keys have by default, and what a neighbour without manners asks for.
const LIMIT: u32 = 200;
const TOO_MUCH: u32 = 10 * LIMIT;
const SILENT: usize = 1_000;
const MINUTE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1..) {
        Some([what, url, key]) if what == SHOUT => shout(url, key),
        _ => support::on_a_fresh_cluster(run),
    }
}

/// The neighbour, in a process of its own that gives way to all others: a neighbour's machine is not ours, and what it computes takes
/// nothing from the server.
const SHOUT: &str = "shout";

fn shout(url: &str, key: &str) {
    let question = Question { http: reqwest::Client::new(), url: url.to_owned(), key: key.to_owned() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, refused) = runtime.block_on(latency(&question, f64::from(TOO_MUCH), 2 * ROUND));
    support::say("requests refused to the neighbour at ten times its limit", refused);
}

/// What a member's score is asked with.
#[derive(Clone)]
struct Question {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Question {
    /// The status; 0: no answer.
    async fn ask(&self) -> u16 {
        let Ok(answer) = self.http.get(&self.url).bearer_auth(&self.key).send().await else { return 0 };
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        status
    }
}

async fn run(Ground { db, mut owner }: Ground) {
    let (one, other) = (institution(&db, "one").await, institution(&db, "other").await);
    let free = listen(&db, 1_000_000).await;
    let score = one.at(&free);
    assert_eq!(score.ask().await, 200);
    let script = statements(&mut owner, &score).await;
    next_to_pgbench(&score, &script).await;

    let limited = listen(&db, LIMIT).await;
    beside_a_neighbour(&one.at(&limited), &other.at(&limited)).await;
    among_the_silent(&one.at(&free), free.trim_start_matches("http://")).await;
}

struct Tenant {
    key: String,
    path: String,
}

impl Tenant {
    fn at(&self, base: &str) -> Question {
        Question { http: reqwest::Client::new(), url: format!("{base}{}", self.path), key: self.key.clone() }
    }
}

async fn institution(db: &Db, slug: &str) -> Tenant {
    let now = app::now();
    let id = InstitutionId::new(now);
    let made = Institution { id, slug: slug.to_owned(), name: slug.to_owned(), timezone: chrono_tz::UTC, created_at: now };
    let key = ApiKey::new(id, [u8::try_from(slug.len()).unwrap(); 32]);
    let holder = Person { name: "A system".into(), member: None };
    let entry = ApiKeyEntry::new(Role::Reader, holder, None, now);
    let mut tx = db.begin_as(id).await.unwrap();
    institutions::insert(&mut tx, &made).await.unwrap();
    api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await.unwrap();
    tx.commit().await.unwrap();
    let filled = register::fill(db, id, slug).await;
    Tenant { key: key.reveal().to_owned(), path: format!("/v1/members/{}/score?evaluation={}", filled.member, filled.evaluation) }
}

/// The program's door with so many requests a second for each key; says where.
async fn listen(db: &Db, per_second: u32) -> String {
    let number = |n| NonZeroU32::new(n).unwrap();
    let manners = Manners {
        per_second: number(per_second),
        burst: number(2 * per_second),
        at_once: Manners::at_once_of(support::CONNECTIONS),
        allowed_origins: Vec::new(),
        https: false,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let sign_in = SignIn {
        providers: identity::Client::new().unwrap(),
        public_url: base.parse().unwrap(),
        lifetime: TimeDelta::hours(12),
        idle: TimeDelta::hours(1),
    };
    let router = api::router(Api { db: db.clone(), clock: Clock::System, sign_in, github: None, sealing: None }, &manners);
    tokio::spawn(api::serve(listener, router, std::future::pending()));
    base
}

/// What the server was asked for one answer, as pgbench asks it: read from the server's own log.
async fn statements(owner: &mut PgConnection, question: &Question) -> PathBuf {
    let log = support::directory().join("postgres.log");
    owner.execute("alter system set log_statement = 'all'").await.unwrap();
    owner.execute("select pg_reload_conf()").await.unwrap();
    time::sleep(Duration::from_secs(1)).await;
    let before = std::fs::read_to_string(&log).unwrap().len();
    assert_eq!(question.ask().await, 200);
    owner.execute("alter system reset log_statement").await.unwrap();
    owner.execute("select pg_reload_conf()").await.unwrap();
    let script = script(&std::fs::read_to_string(&log).unwrap()[before..]);
    support::say("statements of one answer", script.matches(";\n").count());
    let path = support::directory().join("score.sql");
    std::fs::write(&path, script).unwrap();
    path
}

fn script(log: &str) -> String {
    let mut script = String::new();
    // A line that begins with a blank goes on with the one before.
    let entries = log.replace("\n\t", " ");
    let mut lines = entries.lines().peekable();
    while let Some(line) = lines.next() {
        let told = |line: &str, what: &str| line.split_once(what).map(|(_, rest)| rest.to_owned());
        let executed = told(line, "LOG:  execute ").and_then(|rest| told(&rest, ": "));
        let Some(mut statement) = executed.or_else(|| told(line, "LOG:  statement: ")) else { continue };
        if statement.contains("log_statement") {
            break;
        }
        if let Some(parameters) = lines.peek().and_then(|next| told(next, "DETAIL:  parameters: ")) {
            // The last first: `$1` is the beginning of `$10`.
            let values: Vec<&str> = parameters.split(", $").collect();
            for value in values.iter().rev() {
                let (number, value) = value.trim_start_matches('$').split_once(" = ").unwrap();
                statement = statement.replace(&format!("${number}"), value);
            }
        }
        script.push_str(&statement);
        script.push_str(";\n");
    }
    script
}

/// How many a second pgbench does with as many callers.
fn pgbench(script: &Path) -> f64 {
    let socket = support::directory().join("sock");
    let ran = std::process::Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--username=postgres"])
        .arg(format!("--client={CALLERS}"))
        .arg(format!("--time={}", ROUND.as_secs()))
        .arg(format!("--file={}", script.display()))
        .arg(format!("--host={}", socket.display()))
        .arg("accredit")
        .env("PGOPTIONS", "-c role=accredit_app")
        .output()
        .unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    let rate =
        out.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_else(|| panic!("{out}{}", String::from_utf8_lossy(&ran.stderr)));
    rate.split(' ').next().unwrap().parse().unwrap()
}

async fn next_to_pgbench(score: &Question, script: &Path) {
    let (mut ours, mut theirs) = (0.0, 0.0);
    // Turn about, so that whatever else the machine does falls on both alike.
    for _ in 0..ROUNDS {
        let until = Instant::now() + ROUND;
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let score = score.clone();
            callers.spawn(async move {
                let mut answers = 0_u32;
                while Instant::now() < until {
                    assert_eq!(score.ask().await, 200);
                    answers += 1;
                }
                answers
            });
        }
        ours += callers.join_all().await.into_iter().map(f64::from).sum::<f64>() / ROUND.as_secs_f64() / f64::from(ROUNDS);
        let script = script.to_owned();
        theirs += tokio::task::spawn_blocking(move || pgbench(&script)).await.unwrap() / f64::from(ROUNDS);
    }
    support::say("scores of a member a second by HTTP", format!("{ours:.0}"));
    support::say("the same statements by pgbench, as many a second", format!("{theirs:.0}"));
    support::say("ours / pgbench (bound: at least 0.60)", format!("{:.2}", ours / theirs));
    let (p99, _) = latency(score, ours / 2.0, ROUND).await;
    support::say("p99 at half of that load, ms (bound: 50)", format!("{:.1}", p99.as_secs_f64() * 1_000.0));
}

/// The 99th percentile of the time to an answer while so many are asked for a second, whether or not the ones before have come; and how many were refused.
async fn latency(question: &Question, per_second: f64, lasting: Duration) -> (Duration, usize) {
    let mut ticks = time::interval(Duration::from_secs_f64(1.0 / per_second));
    let until = Instant::now() + lasting;
    let mut asked = JoinSet::new();
    while Instant::now() < until {
        ticks.tick().await;
        let question = question.clone();
        asked.spawn(async move { support::timed(async move { question.ask().await }).await });
    }
    let answers = asked.join_all().await;
    let refused = answers.iter().filter(|(_, status)| *status != 200).count();
    let mut took: Vec<Duration> = answers.into_iter().map(|(took, _)| took).collect();
    took.sort_unstable();
    (took[took.len() * 99 / 100], refused)
}

async fn beside_a_neighbour(quiet: &Question, loud: &Question) {
    let usual = f64::from(LIMIT) / 2.0;
    let (alone, _) = latency(quiet, usual, 2 * ROUND).await;
    let mut shouting = std::process::Command::new("nice")
        .args(["-n", "19"])
        .arg(std::env::current_exe().unwrap())
        .args([SHOUT, &loud.url, &loud.key])
        .spawn()
        .unwrap();
    let (beside, refused) = latency(quiet, usual, 2 * ROUND).await;
    assert!(shouting.wait().unwrap().success());
    assert_eq!(refused, 0, "a neighbour took what was another's");
    support::say("p99 alone at half of its limit, ms", format!("{:.1}", alone.as_secs_f64() * 1_000.0));
    support::say("p99 beside it / alone (bound: at most 1.20)", format!("{:.2}", beside.as_secs_f64() / alone.as_secs_f64()));
}

async fn among_the_silent(caller: &Question, address: &str) {
    let (alone, _) = latency(caller, f64::from(LIMIT), 2 * ROUND).await;
    let before = memory();
    let address = address.to_owned();
    let silent = tokio::spawn(async move {
        // Those that were closed are opened again, so that there are always as many.
        let until = Instant::now() + MINUTE;
        let mut open = std::collections::VecDeque::new();
        while Instant::now() < until {
            while open.len() < SILENT {
                let mut stream = TcpStream::connect(&address).await.unwrap();
                let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: a").await;
                open.push_back((Instant::now(), stream));
            }
            while open.front().is_some_and(|(opened, _): &(Instant, _)| opened.elapsed() > Duration::from_secs(9)) {
                open.pop_front();
            }
            time::sleep(Duration::from_millis(100)).await;
        }
        memory()
    });
    let (among, refused) = latency(caller, f64::from(LIMIT), MINUTE).await;
    let after = silent.await.unwrap();
    assert_eq!(refused, 0);
    support::say(
        "p99 among 1,000 half-open connections / alone (bound: 2.00)",
        format!("{:.2}", among.as_secs_f64() / alone.as_secs_f64()),
    );
    match before.zip(after) {
        Some((before, after)) => support::say("memory that they took, callers included, MiB (bound: 64)", after.saturating_sub(before)),
        None => support::say("memory that they took", "not known on this system"),
    }
}

/// What this process holds now, in MiB (Linux only).
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
