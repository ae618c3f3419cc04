//! G19: one piece of work, claimed under several names. It counts once, at its highest value.

use accredit::model::{
    contribution::Kind,
    ids::RepositoryId,
    statement::{About, Statement, StatementKind},
};

use super::{Fixture, Outcome, practice, tried};
use crate::support::desk::{Desk, achievement, book, confirmation, decimal, key, mark, pull_request, role, stated};

fn innovation() -> (Desk, RepositoryId) {
    let mut desk = Desk::under(book("innovation-credit.toml"));
    let project = desk.repository("lantern-db/lantern", "community");
    (desk, project)
}

/// A merged pull request and achievements that rest on it.
fn claimed(name: &'static str, achievements: &[&str], worth: &'static str) -> Fixture {
    let (mut desk, project) = innovation();
    let work = desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 400));
    for (name, day) in achievements.iter().zip(["2025-11-01", "2025-11-02", "2025-11-03"]) {
        desk.state(achievement(name, Some(About::Contribution(work.clone())), day));
    }
    tried(name, desk, Outcome::Once(worth))
}

/// Roles of one person in one project, under the rule book of staff.
fn held(name: &'static str, roles: &[&str], worth: &'static str) -> Fixture {
    let mut desk = Desk::under(book("faculty-achievement.toml"));
    let project = desk.repository("lantern-db/lantern", "community");
    for name in roles {
        let role = desk.state(role(name, project, "2025-09-01"));
        desk.state(confirmation("committee", Some(About::Statement(role)), "2025-09-10"));
    }
    tried(name, desk, Outcome::Once(worth))
}

/// Marks about one task, each confirmed by its mentor. 160 hours are 40 points and paid at once; 120 are 30, which wait for the next 10.
fn task(name: &'static str, hours: &[&str], paid: &'static str) -> Fixture {
    let mut desk = Desk::under(book("r2cn-hours.toml"));
    let project = desk.repository("lantern-db/lantern", "community");
    for hours in hours {
        let about = Some(About::Contribution(key(project, Kind::Issue, 7)));
        let id = desk.state(Statement { about, ..mark("task_hours", hours, "2025-09-10") });
        desk.state(confirmation("mentor", Some(About::Statement(id)), "2025-09-10"));
    }
    tried(name, desk, Outcome::Once(paid))
}

pub fn twice() -> Vec<Fixture> {
    let (mut same, project) = practice();
    for _ in 0..3 {
        same.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 50));
    }
    let (mut shared, project) = practice();
    let work = shared.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 50));
    for part in ["0.6", "0.9"] {
        shared.state(Statement {
            value: Some(decimal(part)),
            about: Some(About::Contribution(work.clone())),
            ..stated(StatementKind::Share, "2025-10-20")
        });
    }
    shared.context.shares.insert(work, shared.subject.statements.clone());
    vec![
        claimed("a pull request and the programme that it passed", &["ospp"], "2"),
        claimed("two programmes with one project", &["ospp", "gsoc"], "2"),
        claimed("a programme twice", &["gsoc", "gsoc"], "2"),
        claimed("a programme and the venture that grew from it", &["ospp", "venture"], "4"),
        claimed("all of them", &["ospp", "gsoc", "venture"], "4"),
        held("maintainer and committer of one project", &["maintainer", "committer"], "3"),
        held("all three roles in one project", &["maintainer", "committer", "steering"], "5"),
        held("one role twice", &["committer", "committer"], "3"),
        task("one task twice", &["160", "160"], "40"),
        task("one task in two marks of half its hours", &["120", "120"], "0"),
        tried("the same contribution three times", same, Outcome::Only("10")),
        // The newer statement is the one that holds: 0.9, and not 1.5.
        tried("two shares of one's own in one pull request", shared, Outcome::Only("9")),
    ]
}
