//! P3, innovation and entrepreneurship credits: four categories with caps, one work once, teams by a table.

use accredit::model::{
    contribution::{Contribution, Kind, State},
    ids::RepositoryId,
    statement::{About, Statement, StatementKind},
};
use rstest::rstest;

use crate::support::desk::{BEN, Desk, achievement, book, confirmation, key, points, pull_request, role, stated};

fn desk() -> Desk {
    Desk::under(book("innovation-credit.toml"))
}

/// A maintainer, as the project itself confirmed.
fn maintainer(desk: &mut Desk, repository: RepositoryId) {
    let role = desk.state(role("maintainer", repository, "2025-09-01"));
    desk.state(confirmation("project", Some(About::Statement(role)), "2025-09-02"));
}

#[test]
fn three_merged_in_one_project_one_in_another_and_a_maintainer() {
    let mut desk = desk();
    let harbour = desk.repository("harbour-kernel/harbour", "community");
    let lantern = desk.repository("lantern-db/lantern", "community");
    for (number, day) in [(1, "2025-10-01"), (2, "2025-11-01"), (3, "2025-12-01")] {
        desk.did(pull_request(harbour, number, "2025-09-15", day, 40));
    }
    desk.did(pull_request(lantern, 4, "2025-09-15", "2025-10-15", 9));
    maintainer(&mut desk, lantern);
    let expected = [
        "pull_request 1: 0.5",
        "pull_request 2: 0.5, of that 0 (cap_repository)", // the first of the project has the half
        "pull_request 3: 0.5, of that 0 (cap_repository)",
        "pull_request 4: 0.5",
        "role 1: 2",
        "third_merged of harbour-kernel/harbour 3: 0.5", // the other half: 1.0 for three
        "third_merged of lantern-db/lantern 1: 0",
    ];
    assert_eq!(desk.told(), expected);
    // 0.5 + 0.5 + 0.5 + 2 = 3.5, and 4 are needed in all: that is said, and takes nothing away.
    assert_eq!((desk.points(), &*desk.credits()), (points("3.5"), "3.5"));
}

#[test]
fn each_category_ends_at_its_cap() {
    let mut desk = desk();
    let projects = [
        ("harbour-kernel/harbour", "2025-10-01"),
        ("lantern-db/lantern", "2025-10-02"),
        ("kite-lang/kite", "2025-10-03"),
        ("paper-boats/press", "2025-10-04"),
        ("old-mill/wheel", "2025-10-05"),
    ];
    for (number, (name, day)) in (1..).zip(projects) {
        let project = desk.repository(name, "community");
        desk.did(pull_request(project, number, "2025-09-15", day, 40));
        if number <= 2 {
            maintainer(&mut desk, project);
        }
    }
    desk.state(achievement("ospp", None, "2025-11-10"));
    desk.state(achievement("gsoc", None, "2025-11-11"));
    desk.state(achievement("venture", None, "2025-12-01"));
    desk.state(achievement("venture", None, "2025-12-02"));
    let told: Vec<String> = desk.told().into_iter().filter(|line| !line.starts_with("third_merged")).collect();
    let expected = [
        "achievement 5: 2",
        "achievement 6: 2, of that 0 (cap_group)", // programmes: at most 2
        "achievement 7: 4",
        "achievement 8: 4, of that 0 (cap_group)", // ventures: at most 4
        "pull_request 1: 0.5",
        "pull_request 2: 0.5",
        "pull_request 3: 0.5",
        "pull_request 4: 0.5",
        "pull_request 5: 0.5, of that 0 (cap_group)", // code: at most 2
        "role 1: 2",
        "role 3: 2, of that 0 (cap_group)", // maintaining: at most 2
    ];
    assert_eq!(told, expected);
    // 2 + 2 + 2 + 4.
    assert_eq!((desk.points(), &*desk.credits()), (points("10"), "10"));
}

#[test]
fn one_work_counts_once_at_its_highest_value() {
    let mut desk = desk();
    let harbour = desk.repository("harbour-kernel/harbour", "community");
    let thesis = desk.did(pull_request(harbour, 1, "2025-09-15", "2025-10-01", 900));
    desk.did(pull_request(harbour, 2, "2025-09-15", "2025-11-01", 40));
    desk.did(pull_request(harbour, 3, "2025-09-15", "2025-12-01", 40));
    desk.state(achievement("ospp", Some(About::Contribution(thesis)), "2025-11-10"));
    let expected = [
        "achievement 1: 2",
        "pull_request 1: nothing (counted_elsewhere)", // the passed programme rests on it, and is worth more
        "pull_request 2: 0.5",
        "pull_request 3: 0.5, of that 0 (cap_repository)",
        "third_merged of harbour-kernel/harbour 2: 0", // two are left
    ];
    assert_eq!(desk.told(), expected);
    assert_eq!((desk.points(), &*desk.credits()), (points("2.5"), "2.5"));
}

/// The table of the regulations, times 0.5 for a merged pull request.
#[rstest]
#[case(1, &["0.5"])]
#[case(2, &["0.35", "0.35"])]
#[case(3, &["0.3", "0.15", "0.1"])]
#[case(4, &["0.25", "0.15", "0.1", "0.05"])]
fn a_team_shares_by_the_table(#[case] team: u8, #[case] parts: &[&str]) {
    for (rank, part) in (1..).zip(parts) {
        let mut desk = desk();
        let harbour = desk.repository("harbour-kernel/harbour", "community");
        let key = desk.did(pull_request(harbour, 1, "2025-09-15", "2025-10-01", 900));
        let share = Statement {
            rank: Some(rank),
            team: Some(team),
            about: Some(About::Contribution(key.clone())),
            ..stated(StatementKind::Share, "2025-10-02")
        };
        desk.state(share);
        desk.context.shares.insert(key, desk.subject.statements.clone());
        assert_eq!(desk.points(), points(part), "the {rank}. of {team}");
    }
}

#[test]
fn only_listed_projects_that_are_what_one_means_by_one() {
    let mut desk = desk();
    let dated = |repository, number| pull_request(repository, number, "2025-09-15", "2025-10-01", 40);
    let unlisted = desk.repository("somebody/else", "community");
    let playground = desk.repository("tidewater-project/good-first-pull-request", "community");
    let closed = desk.repository("tidewater-project/closed", "community");
    desk.about_repository(closed).license = Some("BUSL-1.1".into());
    for (number, repository) in [(1, unlisted), (2, playground), (3, closed)] {
        desk.did(dated(repository, number));
    }
    let by_ben = desk.repository("kite-lang/kite", "community");
    desk.did(Contribution { account: Some(BEN), ..dated(by_ben, 4) });
    desk.did(Contribution { state: State::Closed, ..dated(by_ben, 5) });
    assert_eq!(key(by_ben, Kind::PullRequest, 5), desk.contributions[4].key);
    let expected = [
        "pull_request 1: nothing (not_listed)",
        "pull_request 2: nothing (denied)",
        "pull_request 3: nothing (licence)",
        "pull_request 4: nothing (other_account)",
        "pull_request 5: nothing (not_merged)",
    ];
    assert_eq!(desk.told(), expected);
    assert_eq!((desk.points(), &*desk.credits()), (points("0"), "0"));
}

#[test]
fn people_decide_after_a_notice_of_five_working_days() {
    let decision = book("innovation-credit.toml").decision;
    assert_eq!((decision.notice_days, decision.recorded_as.as_deref()), (Some(5), Some("85")));
}
