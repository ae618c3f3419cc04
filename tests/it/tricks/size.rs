//! Lines that are many and say little: white space, files that a machine made, copies, and one change cut into slices.

use accredit::model::{
    contribution::Contribution,
    github::{ChangedFile, FilePatch, PullRequest},
    ids::RepositoryId,
    statement::About,
};

use super::{
    Fixture, Outcome,
    facts::{self, file, patch, with_pull_request},
    practice, tried,
};
use crate::support::desk::{Desk, at, book, changed, confirmation, pull_request};

fn mine(project: RepositoryId, lines: i64) -> Contribution {
    pull_request(project, 1, "2025-10-01", "2025-10-09", lines)
}

/// So many lines of a program, each its own.
fn code(lines: usize) -> Vec<String> {
    (1..=lines).map(|nth| format!("    let total_{nth} = prices[{nth}] * amounts[{nth}];")).collect()
}

fn each(lines: &[String], how: impl Fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|line| how(line)).collect()
}

/// G8: nothing new, or a word of it. One or two lines are the trivial tier: 2 points in place of 10.
pub fn nothing_new() -> Vec<Fixture> {
    let on_practice = |name, patches: &[FilePatch], most| {
        let (desk, project) = practice();
        tried(name, facts::read(desk, project, patches), Outcome::Only(most))
    };
    let old = code(40);
    let whole = |after: Vec<String>| patch("src/till.rs", &old, &after);
    let one = |path, before: &str, after: &str| patch(path, &[before.to_owned()], &[after.to_owned()]);
    let mut and_a_line = each(&old, |line| format!("    {line}"));
    and_a_line.insert(20, "    log::debug!(\"half of it\");".into());
    let reversed: Vec<String> = old.iter().rev().cloned().collect();
    let renamed = FilePatch { path: "src/counter/mod.rs".into(), additions: 0, deletions: 0, patch: None };
    vec![
        on_practice("forty lines further to the right", &[whole(each(&old, |line| format!("        {line}")))], "0"),
        on_practice("other line ends", &[whole(each(&old, |line| format!("{line}\r")))], "0"),
        on_practice("tabs for spaces", &[whole(each(&old, |line| line.replace("    ", "\t")))], "0"),
        on_practice("blank lines", &[patch("src/till.rs", &[], &vec![String::new(); 30])], "0"),
        on_practice(
            "lines broken in two",
            &[whole(
                old.iter()
                    .flat_map(|line| line.split(" = ").collect::<Vec<_>>().join(" =\n").split('\n').map(str::to_owned).collect::<Vec<_>>())
                    .collect(),
            )],
            "0",
        ),
        on_practice("the same lines in another order", &[whole(reversed)], "0"),
        on_practice("a function in another file", &[patch("src/till.rs", &old, &[]), patch("src/sums.rs", &[], &old)], "0"),
        on_practice("a file is renamed", &[renamed], "0"),
        on_practice("a run of the formatter with one line of one's own", &[whole(and_a_line)], "2"),
        on_practice("a typo", &[one("src/till.rs", "// Recieves the money.", "// Receives the money.")], "2"),
        on_practice("a link", &[one("README.md", "See http://example.org.", "See https://example.org.")], "2"),
    ]
}

/// G9: files that a machine made or somebody else wrote.
pub fn machine_made() -> Vec<Fixture> {
    let on_practice = |name, files: Vec<ChangedFile>, most| {
        let (desk, project) = practice();
        let lines = files.iter().map(|file| file.additions).sum();
        let pull_request = PullRequest { files: Some(files), additions: Some(lines), ..facts::pull_request() };
        tried(name, with_pull_request(desk, project, pull_request), Outcome::Only(most))
    };
    vec![
        on_practice("a lock file of 2,000 lines", vec![file("package-lock.json", 2_000)], "0"),
        on_practice("two lock files", vec![file("Cargo.lock", 700), file("web/yarn.lock", 4_000)], "0"),
        on_practice("a vendored library", vec![file("vendor/github.com/pkg/errors/errors.go", 900)], "0"),
        on_practice("installed modules", vec![file("web/node_modules/left-pad/index.js", 40)], "0"),
        on_practice("a minified script", vec![file("static/app.min.js", 3_000)], "0"),
        on_practice("what protoc wrote", vec![file("api/service.pb.go", 2_500)], "0"),
        on_practice("what was built", vec![file("dist/app.js", 8_000)], "0"),
        on_practice("checksums", vec![file("go.sum", 300)], "0"),
        on_practice("a lock file and two lines of one's own", vec![file("poetry.lock", 2_000), file("README.md", 2)], "2"),
        lock_file("half a credit for a lock file", "innovation-credit.toml"),
        lock_file("a summer with a lock file", "summer-programmes.toml"),
        lock_file("a fifth of a mark for a lock file", "nus-spread.toml"),
        lock_file("a submission of a lock file", "pku-open-source-software.toml"),
    ]
}

/// Nothing but a lock file, merged in time and confirmed by everybody, under a rule book that does not pay by size.
fn lock_file(name: &'static str, file_name: &str) -> Fixture {
    let mut desk = Desk::under(book(file_name));
    let project = desk.repository("lantern-db/lantern", "community");
    let files = Some(vec![file("package-lock.json", 2_000)]);
    let pull_request = PullRequest { files, additions: Some(2_000), created_at: at("2025-09-20"), ..facts::pull_request() };
    let mut desk = with_pull_request(desk, project, pull_request);
    let key = desk.contributions[0].key.clone();
    for who in ["mentor", "committee"] {
        desk.state(confirmation(who, Some(About::Contribution(key.clone())), "2025-10-20"));
    }
    tried(name, desk, Outcome::Nothing("no_lines"))
}

/// G10: lines that came from elsewhere, or from another place of the same change. It is flagged, and a person compares.
pub fn copied() -> Vec<Fixture> {
    let elsewhere = |name, url: &str, lines, kept| {
        let (mut desk, project) = practice();
        let key = desk.did(mine(project, lines));
        desk.context.copies.insert(key, url.into());
        tried(name, desk, Outcome::Flagged("copied", kept))
    };
    let moved = |name, lines: usize, new: usize, kept| {
        let (desk, project) = practice();
        let (old, new) = (code(lines), each(&code(new), |line| line.replace("total", "new")));
        let patches = [patch("src/till.rs", &old, &[]), patch("src/sums.rs", &[], &[old.clone(), new].concat())];
        tried(name, facts::read(desk, project, &patches), Outcome::Flagged("moved", kept))
    };
    vec![
        elsewhere("the lines of another's pull request", "https://github.com/kite-lang/kite/pull/7", 50, "10"),
        elsewhere("one's own pull request in another project", "https://github.com/old-mill/wheel/pull/9", 120, "15"),
        elsewhere("one's own pull request once more", "https://github.com/lantern-db/lantern/pull/1", 700, "20"),
        // Each moved line is one out and one in.
        moved("a file is cut in two", 190, 20, "10"),
        moved("a function moves to another module", 28, 5, "5"),
        moved("a little more than half of it moved", 30, 59, "10"),
    ]
}

#[test]
fn copied_lines_are_known_again_behind_other_white_space() {
    let print = |after: Vec<String>| {
        let (desk, project) = practice();
        facts::read(desk, project, &[patch("src/copy.rs", &[], &after)]).contributions[0].change.as_ref().unwrap().fingerprint
    };
    assert!(print(code(40)).is_some());
    assert_eq!(print(code(40)), print(each(&code(40), |line| format!("\t{}", line.trim()))));
    assert_ne!(print(code(40)), print(code(41)));
}

/// So many pull requests of so many lines on one file, opened so many days apart.
fn slices(name: &'static str, number: i64, lines: i64, days: i64, most: &'static str) -> Fixture {
    let (mut desk, project) = practice();
    let first = at("2025-10-01");
    for nth in 0..number {
        let opened = first + chrono::TimeDelta::days(days * nth) + chrono::TimeDelta::minutes(if days == 0 { nth } else { 0 });
        let slice =
            pull_request(project, 1 + nth, &opened.to_rfc3339(), &(opened + chrono::TimeDelta::days(2 + nth / 4)).to_rfc3339(), lines);
        desk.did(changed(slice, |change| change.files = vec![77]));
    }
    tried(name, desk, Outcome::Only(most))
}

/// G11: one change in slices. Together they earn what it would earn whole, and at most a tenth more.
pub fn split() -> Vec<Fixture> {
    let (mut chain, project) = practice();
    for (number, files) in [(1, vec![1, 2]), (2, vec![2, 3]), (3, vec![3, 4]), (4, vec![4, 1])] {
        let opened = format!("2025-10-0{number}");
        chain.did(changed(pull_request(project, number, &opened, "2025-10-09", 12), |change| change.files = files));
    }
    vec![
        // 50 lines are 10 points; five of 10 lines would be 25.
        slices("fifty lines in five slices on one day", 5, 10, 0, "11"),
        slices("fifty lines in five slices, one a day", 5, 10, 1, "11"),
        slices("fifty lines in five slices, a week apart each", 5, 10, 7, "11"),
        // 120 lines are 15 points; ten of 12 would be 100.
        slices("a hundred and twenty lines in ten slices", 10, 12, 2, "16.5"),
        // 6 lines are 5 points; three of 2 would be 6.
        slices("six lines in three typos", 3, 2, 1, "5.5"),
        // 600 lines are 20 points; four of 150 would be 60.
        slices("a large feature in four slices", 4, 150, 3, "22"),
        // 48 lines are 10 points; four of 12 would be 40.
        tried("slices of which each shares a file with the next alone", chain, Outcome::Only("11")),
    ]
}
