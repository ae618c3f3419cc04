//! How long a roster of 100,000 people takes from its bytes to the commit (bound: 10 s), and how much memory (bound: 128 MiB), each time in
//! a process of its own: as text, as a workbook, again without a change, and with everybody changed. `cargo bench --bench rosters`
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use accredit::{
    db::{self, ConnectOptions, institutions, local::Cluster},
    enrolment::{self, Asked},
    model::{actor::Actor, ids::InstitutionId, institution::Institution},
    rosters::{self, Wish},
};
use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;
use sqlx::ConnectOptions as _;

const PEOPLE: usize = 100_000;
const HEADER: [&str; 6] = ["number", "name", "role", "unit", "class", "github_login"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["import", url, institution, file] => runtime().block_on(import(url, institution, file)),
        _ => measure(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn person(n: usize, name: &str) -> [String; 6] {
    let role = if n.is_multiple_of(20) { "faculty" } else { "student" };
    let login = if n.is_multiple_of(3) { String::new() } else { format!("student-{n}") };
    [
        format!("00{:08}", 20_230_000 + n),
        format!("{name}{n}"),
        role.into(),
        format!("计算机科学与技术学院{}", n % 25),
        format!("计科{}", n % 900),
        login,
    ]
}

fn text(name: &str) -> String {
    let row = |cells: [String; 6]| cells.join(",") + "\r\n";
    std::iter::once(HEADER.map(str::to_owned)).chain((0..PEOPLE).map(|n| person(n, name))).map(row).collect()
}

fn workbook(name: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADER).unwrap();
    for (row, n) in (1..).zip(0..PEOPLE) {
        sheet.write_row(row, 0, person(n, name)).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn measure() {
    let directory = support::directory();
    let _ = std::fs::remove_dir_all(&directory);
    let cluster = Cluster::start(&directory).unwrap();
    let options = cluster.options();
    runtime().block_on(db::migrate(&options)).unwrap();
    let files = std::env::temp_dir().join(format!("accredit-bench-{}", std::process::id()));
    std::fs::create_dir_all(&files).unwrap();
    for (at, (what, bytes, then)) in [
        ("CSV, UTF-8", text("学生").into_bytes(), text("学员").into_bytes()),
        ("CSV, GB18030", GB18030.encode(&text("学生")).0.into_owned(), GB18030.encode(&text("学员")).0.into_owned()),
        ("XLSX", workbook("学生"), workbook("学员")),
    ]
    .into_iter()
    .enumerate()
    {
        let institution = runtime().block_on(found(&options, &format!("bench-{at}")));
        let (first, second) = (files.join("first"), files.join("second"));
        std::fs::write(&first, bytes).unwrap();
        std::fs::write(&second, then).unwrap();
        for (which, file) in [("everybody new", &first), ("again", &first), ("every name changed", &second)] {
            let (took, mebibytes) = in_a_process_of_its_own(&options, institution, file);
            support::say(&format!("{what}, {which}: seconds (bound: 10)"), format!("{:.2}", took.as_secs_f64()));
            support::say(&format!("{what}, {which}: peak MiB (bound: 128)"), mebibytes);
        }
    }
    std::fs::remove_dir_all(&files).unwrap();
    cluster.stop().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

async fn found(options: &ConnectOptions, slug: &str) -> InstitutionId {
    let db = db::connect(options, 1).await.unwrap();
    let now = support::term_start();
    let id = InstitutionId::new(now);
    let institution = Institution { id, slug: slug.into(), name: "Bench".into(), timezone: chrono_tz::Tz::UTC, created_at: now };
    let mut tx = db.begin_as(id).await.unwrap();
    institutions::insert(&mut tx, &institution).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// How long it took and the most memory that it held.
fn in_a_process_of_its_own(options: &ConnectOptions, institution: InstitutionId, file: &Path) -> (Duration, String) {
    let url: String = options.postgres().to_url_lossy().into();
    let output =
        Command::new(std::env::current_exe().unwrap()).args(["import", &url, &institution.to_string()]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    let (took, mebibytes) = told.trim().rsplit_once(' ').unwrap();
    (Duration::from_millis(took.split_whitespace().last().unwrap().parse().unwrap()), mebibytes.to_owned())
}

/// What the doors do, from the bytes to the commit.
async fn import(url: &str, institution: &str, file: &str) {
    let options = ConnectOptions::from_url(&url.to_owned().into()).unwrap();
    let db = db::connect(&options, 2).await.unwrap();
    let start = Instant::now();
    let roster = rosters::read(&std::fs::read(file).unwrap(), &Wish::default()).unwrap();
    let mut tx = db.begin_as(institution.parse().unwrap()).await.unwrap();
    let imported = enrolment::import(&mut tx, &roster, Asked::default(), &Actor::Operator, support::term_start()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(imported.added + imported.changed + imported.unchanged, PEOPLE);
    let mebibytes = support::peak_memory().map_or_else(|| "unknown".to_owned(), |mebibytes| mebibytes.to_string());
    support::say("milliseconds, MiB", format!("{} {mebibytes}", start.elapsed().as_millis()));
}
