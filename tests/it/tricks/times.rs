//! Times that a person's own clock invented, and work that is taken back once it has been paid.

use accredit::model::{
    contribution::{Contribution, Kind, State},
    github::{Commit, PullRequest},
};

use super::{
    Fixture, Outcome,
    facts::{self, brought, commit, with_commits, with_pull_request},
    merges::spread,
    practice, tried,
};
use crate::support::desk::{ME, at, done, issue, pull_request, release};

/// G5: a commit's date is whatever its author's clock says. GitHub's times rule: those of the pull request that brought it.
pub fn backdated() -> Vec<Fixture> {
    let on_spread = |name, commits: Vec<Commit>, outcome| {
        let (desk, course) = spread();
        tried(name, with_commits(desk, course, commits), outcome)
    };
    // Ten Mondays.
    let weeks = ["09-01", "09-08", "09-15", "09-22", "09-29", "10-06", "10-13", "10-20", "10-27", "11-03"];
    let dated = |opened: &str, merged: &str| -> Vec<Commit> {
        weeks.iter().map(|day| brought(ME, opened, merged, commit(&format!("c{day}"), &format!("2025-{day}"), &[ME]))).collect()
    };
    let pushed = weeks.iter().map(|day| commit(&format!("c{day}"), &format!("2025-{day}"), &[ME])).collect();
    let one = |day, opened, merged| vec![brought(ME, opened, merged, commit("c1", day, &[ME]))];
    let future = vec![
        brought(ME, "2025-10-06", "2025-10-08", commit("c1", "2025-10-07", &[ME])),
        brought(ME, "2025-10-06", "2025-10-08", commit("c2", "2025-12-24", &[ME])),
    ];
    let authored = Commit { authored_at: at("2025-10-07"), ..commit("c1", "2026-02-20", &[ME]) };
    let (desk, project) = practice();
    let late = PullRequest { merged_at: Some(at("2026-02-10")), closed_at: Some(at("2026-02-10")), ..facts::pull_request() };
    vec![
        // 4 points for one week, not 40 for ten.
        on_spread("ten weeks of commits in a pull request of one day", dated("2025-11-05", "2025-11-06"), Outcome::Only("4")),
        on_spread("ten weeks of commits before the pull request was opened", dated("2026-01-26", "2026-01-27"), Outcome::Only("4")),
        on_spread("ten weeks of commits, brought after the term", dated("2026-02-09", "2026-02-10"), Outcome::Nothing("outside_term")),
        on_spread("ten weeks of commits, brought before the term", dated("2025-08-01", "2025-08-02"), Outcome::Nothing("outside_term")),
        on_spread("pushed without a pull request", pushed, Outcome::Nothing("not_in_own_pull_request")),
        on_spread(
            "a commit from before the term fills the week of its pull request alone",
            one("2025-01-01", "2025-10-06", "2025-10-08"),
            Outcome::Only("4"),
        ),
        on_spread("a commit from the future fills no week of its own", future, Outcome::Only("4")),
        on_spread(
            "the author's date lies in the term",
            vec![brought(ME, "2026-02-20", "2026-02-21", authored)],
            Outcome::Nothing("outside_term"),
        ),
        tried("committed in the term and merged after it", with_pull_request(desk, project, late), Outcome::Nothing("outside_term")),
    ]
}

/// G18: removed, force-pushed away or reverted after it was scored. The evidence is kept, and a person looks.
pub fn taken_back() -> Vec<Fixture> {
    let gone = |name, contribution: fn(accredit::model::ids::RepositoryId) -> Contribution, kept| {
        let (mut desk, project) = practice();
        desk.did(Contribution { gone_at: Some(at("2026-02-01")), ..contribution(project) });
        tried(name, desk, Outcome::Flagged("gone", kept))
    };
    let reverted = |name, on: &[&str]| {
        let (mut desk, project) = practice();
        desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 50));
        for day in on {
            desk.context.reverted.insert((project, 1), at(day));
        }
        tried(name, desk, Outcome::Flagged("reverted", "10"))
    };
    vec![
        gone("a pull request is gone", |project| pull_request(project, 1, "2025-10-01", "2025-10-09", 50), "10"),
        gone("a review is gone", |project| done(project, 1, Kind::Review, State::Approved, "2025-10-09"), "4"),
        gone("a remark is gone", |project| done(project, 1, Kind::ReviewComment, State::Published, "2025-10-09"), "0.5"),
        gone("a comment is gone", |project| done(project, 1, Kind::IssueComment, State::Published, "2025-10-09"), "0.2"),
        gone("an issue is gone", |project| issue(project, 1, "2025-10-01", "2025-10-09"), "3"),
        gone("a release is gone", |project| release(project, 1, "2025-10-09"), "5"),
        reverted("reverted two weeks after the merge", &["2025-10-23"]),
        reverted("reverted after the term", &["2026-02-10"]),
    ]
}
