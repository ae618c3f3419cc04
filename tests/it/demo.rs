//! `accredit demo`, as a newcomer runs it: from nothing to the two reports, on a Postgres of its own.

use std::{collections::BTreeSet, path::Path};

use accredit::model::points::Points;
use nix::sys::signal::Signal;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::{
    cluster::reachable_directory,
    program::{Running, run},
};

/// A place for the demonstration's cluster, short enough for its socket.
fn place() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    reachable_directory(dir.path());
    dir
}

fn variables(place: &Path) -> [(&str, &str); 1] {
    [("ACCREDIT__DATA_DIR", place.to_str().unwrap())]
}

/// The rows of the CSV report by the names of its columns.
fn rows(csv: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(csv.strip_prefix('\u{feff}').expect("a byte order mark").as_bytes());
    let columns = ["number", "name", "unit", "github_login", "term", "policy", "policy_hash", "points", "credits", "state"];
    assert_eq!(reader.headers().unwrap().iter().take(columns.len()).collect::<Vec<_>>(), columns);
    reader.records().map(Result::unwrap).collect()
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// The points of the lines of a member of the JSON report.
fn sum_of_lines(member: &Value) -> Points {
    member["lines"].as_array().unwrap().iter().map(|line| points(line["points"].as_str().unwrap())).sum()
}

fn lines(report: &Value) -> impl Iterator<Item = &Value> {
    report["members"].as_array().unwrap().iter().flat_map(|member| member["lines"].as_array().unwrap())
}

fn codes(report: &Value, why: &str) -> Vec<String> {
    lines(report).filter_map(|line| Some(line[why]["code"].as_str()?.to_owned())).collect()
}

#[test]
fn the_demonstration_ends_with_two_reports_that_agree_to_the_last_thousandth() {
    let (place, out) = (place(), tempfile::tempdir().unwrap());
    let out_dir = out.path().join("reports");
    // Twice: the second one starts afresh and finds the first one's files.
    let shown = [(), ()].map(|()| run(&variables(place.path()), &["demo", "--once", "--out", out_dir.to_str().unwrap()]).ok().out);
    assert_eq!(shown[0], shown[1], "the same every time");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "its database is thrown away");

    let csv = std::fs::read_to_string(out_dir.join("credit-report.csv")).unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(out_dir.join("credit-report.json")).unwrap()).unwrap();
    let rows = rows(&csv);
    let members = report["members"].as_array().unwrap();
    assert!(rows.len() >= 40 && rows.len() == members.len());
    assert_eq!(report["repositories"].as_array().unwrap().len(), 3);
    for (row, member) in rows.iter().zip(members) {
        assert_eq!(&row[0], member["number"].as_str().unwrap());
        match member["points"].as_str() {
            Some(total) => assert_eq!((points(&row[7]), sum_of_lines(member)), (points(total), points(total)), "{member}"),
            None => assert_eq!((&row[7], &row[9], sum_of_lines(member)), ("", "no_account", Points::ZERO)),
        }
        assert!(shown[0].contains(&row[1]), "{} is in the table", &row[1]);
    }
    let total: Points = rows.iter().filter(|row| !row[7].is_empty()).map(|row| points(&row[7])).sum();
    assert!(total > Points::ZERO);
    assert_eq!(total, members.iter().map(sum_of_lines).sum());
    assert!(shown[0].contains(&format!("found    {total} points")), "{}", shown[0]);
}

#[test]
fn the_demonstration_awards_credit_and_none_of_it_without_a_person() {
    let (place, out) = (place(), tempfile::tempdir().unwrap());
    let shown = run(&variables(place.path()), &["demo", "--once", "--out", out.path().to_str().unwrap()]).ok().out;
    let csv = std::fs::read_to_string(out.path().join("credit-report.csv")).unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(out.path().join("credit-report.json")).unwrap()).unwrap();
    let (mut finals, mut changed) = (0, 0);
    let mut sum = Decimal::ZERO;
    for (row, member) in rows(&csv).iter().zip(report["members"].as_array().unwrap()) {
        let (state, award) = (&row[9], &member["award"]);
        assert_eq!((state, &row[8]), (member["state"].as_str().unwrap(), member["credits"].as_str().unwrap_or_default()));
        let people: BTreeSet<&str> = award["decided_by"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
        match state {
            "final" => {
                assert!(!people.is_empty() && !people.contains(&row[1]), "{award}");
                assert!(people.iter().all(|name| shown.contains(name)), "who decided is printed: {award}");
                // Other credits than were found, and by two people.
                assert!(row[8] == row[14] || people.len() == 2, "{member}");
                changed += usize::from(row[8] != row[14]);
                sum += row[8].parse::<Decimal>().unwrap();
                finals += 1;
            }
            "proposed" => {
                assert!(people.is_empty() && &row[12] != "0", "only what is flagged is left: {member}");
            }
            _ => assert_eq!((state, award.is_null()), ("no_account", true)),
        }
    }
    assert!(finals > 20 && changed == 1, "{finals} final, {changed} of other credits than were found");
    assert!(shown.contains(&format!("final: {finals} awards, {} credits", sum.normalize())), "{shown}");
    // Over the Spring Festival of 2026, with a Saturday on which people work.
    assert!(shown.contains("by the demonstration's clock it is 2026-02-2") && shown.contains("dismissed by"), "{shown}");
}

#[test]
fn the_demonstration_shows_what_does_not_pay() {
    let (place, out) = (place(), tempfile::tempdir().unwrap());
    run(&variables(place.path()), &["demo", "--once", "--out", out.path().to_str().unwrap()]).ok();
    let report: Value = serde_json::from_slice(&std::fs::read(out.path().join("credit-report.json")).unwrap()).unwrap();
    let excluded = codes(&report, "excluded");
    for code in ["not_confirmed", "not_merged", "outside_term", "own_repository", "own_work"] {
        assert!(excluded.iter().any(|found| found == code), "{code}");
    }
    assert!(!codes(&report, "limited").is_empty());
    let of_nobody = |line: &Value| line["factors"].as_array().unwrap().iter().any(|f| f["name"] == "size" && f["value"] == "0");
    assert!(lines(&report).any(|line| of_nobody(line) && line["points"] == "0"), "a lock file of thousands of lines");
    let without_account = report["members"].as_array().unwrap().iter().filter(|member| member["state"] == "no_account").count();
    assert!(without_account >= 2, "some gave no login, and one login is unknown");
}

#[test]
fn the_demonstration_goes_on_to_answer_until_it_is_told_to_stop() {
    let (place, out) = (place(), tempfile::tempdir().unwrap());
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let mut demo = Running::start(&variables(place.path()), &["demo", "--out", out.path().to_str().unwrap(), "--listen", &address]);
    demo.line_with("taking a free port");
    let line = demo.line_with("listening on");
    let url = line.strip_prefix("listening on ").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(reqwest::get(format!("{url}/readyz"))).unwrap().status(), 200);
    assert_eq!(demo.stop(Signal::SIGINT), Some(0));
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "its database is thrown away");
}
