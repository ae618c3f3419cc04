//! P8, staff: roles, releases and dependants of three years, each voted on by a committee.

use accredit::model::{
    contribution::{Contribution, Kind, State},
    ids::RepositoryId,
    policy::Audience,
    statement::{About, Statement},
};

use crate::support::desk::{Desk, ME, book, codes, confirmation, done, mark, points, pull_request, release, role};

/// The three years that end with the autumn term 2025-2026.
fn desk() -> Desk {
    let policy = book("faculty-achievement.toml");
    assert_eq!((policy.audience, policy.years), (Audience::Faculty, Some(3)));
    Desk::under(policy).term("2023-02-01", "2026-01-31", chrono_tz::Asia::Shanghai)
}

/// With the committee's vote.
fn voted(desk: &mut Desk, statement: Statement) {
    let id = desk.state(statement);
    desk.state(confirmation("committee", Some(About::Statement(id)), "2026-02-15"));
}

/// A mark about a project.
fn dependants(repository: RepositoryId, number: &str) -> Statement {
    Statement { about: Some(About::Repository(repository)), ..mark("dependants", number, "2026-01-10") }
}

/// Each of them confirmed by the committee.
fn releases(desk: &mut Desk, repository: RepositoryId, number: i64) {
    for id in 1..=number {
        let release = desk.did(release(repository, id, "2024-05-01"));
        desk.state(confirmation("committee", Some(About::Contribution(release)), "2026-02-15"));
    }
}

#[test]
fn a_steering_committee_six_releases_and_some_dependants() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let kite = desk.repository("kite-lang/kite", "community");
    voted(&mut desk, role("committer", lantern, "2023-03-01"));
    voted(&mut desk, role("steering", lantern, "2024-03-01"));
    voted(&mut desk, role("maintainer", kite, "2021-01-01")); // and still
    voted(&mut desk, dependants(lantern, "250"));
    releases(&mut desk, lantern, 6);
    desk.did(Contribution { state: State::Prerelease, ..release(lantern, 7, "2024-05-02") });
    desk.did(pull_request(lantern, 8, "2025-10-01", "2025-10-09", 5_000));
    desk.did(done(lantern, 9, Kind::Commit, State::Published, "2025-10-01"));
    let mut told = desk.told();
    told.retain(|line| !line.starts_with("release ") || line.starts_with("release 7"));
    let expected = [
        "commit 9: nothing (no_rule)", // no line counts
        "dependants 250: 3",           // from 100 on, and not 1000
        "mark 7: measured",
        "pull_request 8: nothing (no_rule)",
        "release 7: nothing (state)", // a trial
        "releases 6: 2",
        "role 1: nothing (counted_elsewhere)", // of two roles in one project the higher one counts
        "role 3: 5",
        "role 5: 1",
    ];
    assert_eq!(told, expected);
    // 5 + 1 + 2 + 3 = 11, at 3 a unit: 3 whole ones.
    assert_eq!((desk.points(), &*desk.credits()), (points("11"), "3"));
}

#[test]
fn roles_end_at_ten_and_the_units_at_four() {
    let mut desk = desk();
    for name in ["lantern-db/lantern", "kite-lang/kite", "harbour-kernel/harbour"] {
        let project = desk.repository(name, "community");
        voted(&mut desk, role("steering", project, "2023-03-01"));
    }
    let wheel = desk.repository("old-mill/wheel", "community");
    voted(&mut desk, dependants(wheel, "1000"));
    releases(&mut desk, wheel, 12);
    let mut told = desk.told();
    told.retain(|line| !line.starts_with("release "));
    let expected =
        ["dependants 1000: 5", "mark 7: measured", "releases 12: 3", "role 1: 5", "role 3: 5", "role 5: 5, of that 0 (cap_group)"];
    assert_eq!(told, expected);
    // 10 + 3 + 5 = 18 are six units, of which four count.
    assert_eq!((desk.points(), &*desk.credits()), (points("18"), "4"));
}

#[test]
fn releases_alone_are_recognised_by_nobody() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    releases(&mut desk, lantern, 12);
    voted(&mut desk, dependants(lantern, "5000"));
    assert_eq!((desk.points(), codes(&desk.sheet().unmet)), (points("8"), vec!["requirement_not_met"]));
    assert_eq!(desk.credits(), "0");
}

#[test]
fn a_role_without_a_vote_waits_and_one_that_ended_before_does_not_count() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let kite = desk.repository("kite-lang/kite", "community");
    desk.state(role("steering", lantern, "2023-03-01"));
    let ended = Statement { until_on: Some("2023-01-31".parse().unwrap()), ..role("steering", kite, "2021-01-01") };
    voted(&mut desk, ended);
    let mut told = desk.told();
    told.retain(|line| line.starts_with("role"));
    assert_eq!(told, ["role 1: not yet (not_yet_confirmed)", "role 2: nothing (outside_term)"]);
    assert_eq!(desk.credits(), "0");
}

#[test]
fn a_release_without_a_vote_waits_and_one_vote_can_be_about_all() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    voted(&mut desk, role("maintainer", lantern, "2023-03-01"));
    for id in 1..=6 {
        desk.did(release(lantern, id, "2024-05-01"));
    }
    assert!(desk.told().contains(&"release 6: not yet (not_yet_confirmed)".to_owned()), "{:?}", desk.told());
    assert_eq!(desk.points(), points("1"));
    desk.state(confirmation("committee", None, "2026-01-31"));
    // The role 1, six releases 2.
    assert_eq!(desk.points(), points("3"));
}

#[test]
fn what_is_about_no_project_counts_nowhere() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let course = desk.repository("nus-courses/team-7", "course");
    voted(&mut desk, Statement { about: None, ..role("steering", lantern, "2023-03-01") });
    voted(&mut desk, Statement { about: None, ..dependants(lantern, "5000") });
    voted(&mut desk, role("maintainer", course, "2023-03-01"));
    releases(&mut desk, course, 1);
    let expected = [
        "dependants 0: 0",
        "mark 3: nothing (category)",
        "release 1: nothing (category)",
        "releases 0: 0",
        "role 1: nothing (category)",
        "role 5: nothing (category)",
    ];
    assert_eq!(desk.told(), expected);
    assert_eq!((desk.points(), codes(&desk.sheet().unmet)), (points("0"), vec!["requirement_not_met"]));
}

#[test]
fn a_project_of_ones_own_counts_once_others_care_for_it() {
    let mut desk = desk();
    let own = desk.repository("me/tool", "own");
    desk.about_repository(own).owner = Some(ME);
    voted(&mut desk, role("maintainer", own, "2023-03-01"));
    releases(&mut desk, own, 1);
    // 1 for the role, 1 for a release.
    assert_eq!((desk.points(), &*desk.credits()), (points("2"), "0"));
    desk.about_repository(own).outside_contributors = Some(2);
    assert!(desk.told().contains(&"role 1: nothing (outside_contributors)".to_owned()), "{:?}", desk.told());
    assert_eq!(desk.points(), points("0"));
}
