//! Lines that are many and say little: white space, files that a machine made, copies, and one change cut into slices.

use accredit::model::{
    contribution::Contribution,
    github::{ChangedFile, PullRequest},
    ids::RepositoryId,
};

use super::{
    Fixture, Outcome,
    facts::{self, file, with_pull_request},
    practice, tried,
};
use crate::support::desk::{changed, pull_request};

fn mine(project: RepositoryId, lines: i64) -> Contribution {
    pull_request(project, 1, "2025-10-01", "2025-10-09", lines)
}

/// So many lines changed, of which so many say something new.
fn of_which(project: RepositoryId, total: i64, effective: i64) -> Contribution {
    let pull_request = Contribution { total_lines: Some(total), ..mine(project, effective) };
    changed(pull_request, |change| change.unchanged_lines = Some(total - effective))
}

/// G8: nothing new, or a word of it. One or two lines are the trivial tier: 2 points in place of 10.
pub fn nothing_new() -> Vec<Fixture> {
    let on_practice = |name, total, effective, most| {
        let (mut desk, project) = practice();
        desk.did(of_which(project, total, effective));
        tried(name, desk, Outcome::AtMost(most))
    };
    vec![
        on_practice("white space in forty files", 900, 0, "0"),
        on_practice("other line ends", 5_000, 0, "0"),
        on_practice("tabs for spaces", 320, 0, "0"),
        on_practice("blank lines", 12, 0, "0"),
        on_practice("a folder is renamed", 0, 0, "0"),
        on_practice("a run of the formatter with one line of one's own", 1_000, 1, "2"),
        on_practice("a typo in one line", 1, 1, "2"),
        on_practice("a link: one line out and one in", 2, 2, "2"),
    ]
}

/// G9: files that a machine made or somebody else wrote.
pub fn machine_made() -> Vec<Fixture> {
    let on_practice = |name, files: Vec<ChangedFile>, most| {
        let (desk, project) = practice();
        let lines = files.iter().map(|file| file.additions).sum();
        let pull_request = PullRequest { files: Some(files), additions: Some(lines), ..facts::pull_request() };
        tried(name, with_pull_request(desk, project, pull_request), Outcome::AtMost(most))
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
    ]
}

/// G10: lines that came from elsewhere, or from another place of the same change. It is flagged, and a person compares.
pub fn copied() -> Vec<Fixture> {
    let elsewhere = |name, url: &str, lines, kept| {
        let (mut desk, project) = practice();
        let key = desk.did(mine(project, lines));
        desk.context.copies.insert(key, url.into());
        tried(name, desk, Outcome::Flagged("copied", kept))
    };
    let moved = |name, total, effective, kept| {
        let (mut desk, project) = practice();
        desk.did(of_which(project, total, effective));
        tried(name, desk, Outcome::Flagged("moved", kept))
    };
    vec![
        elsewhere("the lines of another's pull request", "https://github.com/kite-lang/kite/pull/7", 50, "10"),
        elsewhere("one's own pull request in another project", "https://github.com/old-mill/wheel/pull/9", 120, "15"),
        elsewhere("one's own pull request once more", "https://github.com/lantern-db/lantern/pull/1", 700, "20"),
        moved("a file is cut in two", 400, 20, "10"),
        moved("a function moves to another module", 60, 5, "5"),
        moved("most of it moved", 45, 22, "10"),
    ]
}

/// So many pull requests of so many lines on one file, opened so many days apart.
fn slices(name: &'static str, number: i64, lines: i64, days: i64, most: &'static str) -> Fixture {
    let (mut desk, project) = practice();
    let first = crate::support::desk::at("2025-10-01");
    for nth in 0..number {
        let opened = first + chrono::TimeDelta::days(days * nth) + chrono::TimeDelta::minutes(if days == 0 { nth } else { 0 });
        let slice =
            pull_request(project, 1 + nth, &opened.to_rfc3339(), &(opened + chrono::TimeDelta::days(2 + nth / 4)).to_rfc3339(), lines);
        desk.did(changed(slice, |change| change.files = vec![77]));
    }
    tried(name, desk, Outcome::AtMost(most))
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
        tried("slices of which each shares a file with the next alone", chain, Outcome::AtMost("11")),
    ]
}
