//! P7, OSPP and GSoC: opened and merged in time by the clock of Beijing, confirmed by the mentor and then by the committee.

use accredit::model::{contribution::Key, statement::About};
use rstest::rstest;

use crate::support::desk::{Desk, achievement, book, confirmation, points, pull_request};

/// A university in Prague: the programme keeps Beijing's days all the same.
fn desk() -> Desk {
    Desk::under(book("summer-programmes.toml")).term("2025-09-01", "2026-01-31", chrono_tz::Europe::Prague)
}

fn confirmed(desk: &mut Desk, project: &Key) {
    desk.state(confirmation("mentor", Some(About::Contribution(project.clone())), "2025-11-05"));
    desk.state(confirmation("committee", Some(About::Contribution(project.clone())), "2025-11-10"));
}

#[test]
fn a_project_in_time_with_both_confirmations() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    // The last second of 30 September and of 31 October in Beijing.
    let project = desk.did(pull_request(lantern, 1, "2025-09-30T15:59:59Z", "2025-10-31T15:59:59Z", 700));
    confirmed(&mut desk, &project);
    assert_eq!(desk.told(), ["distinction 0: 0", "pull_request 1: 2"]);
    assert_eq!((desk.points(), &*desk.credits()), (points("2"), "2"));
}

#[test]
fn the_committees_distinction_adds_a_credit() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let project = desk.did(pull_request(lantern, 1, "2025-07-01", "2025-10-20", 700));
    confirmed(&mut desk, &project);
    let distinction = desk.state(achievement("distinction", None, "2025-11-10"));
    desk.state(confirmation("committee", Some(About::Statement(distinction)), "2025-11-11"));
    assert_eq!(desk.told(), ["achievement 3: measured", "distinction 1: 1", "pull_request 1: 2"]);
    assert_eq!((desk.points(), &*desk.credits()), (points("3"), "3"));
}

#[test]
fn a_second_pull_request_and_a_second_distinction_add_nothing() {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    for number in [1, 2] {
        let project = desk.did(pull_request(lantern, number, "2025-07-01", "2025-10-20", 700));
        confirmed(&mut desk, &project);
    }
    for day in ["2025-11-10", "2025-11-11"] {
        let distinction = desk.state(achievement("distinction", None, day));
        desk.state(confirmation("committee", Some(About::Statement(distinction)), "2025-11-12"));
    }
    let expected = [
        "achievement 5: measured",
        "achievement 7: measured",
        "distinction 2: 1", // at most one
        "pull_request 1: 2",
        "pull_request 2: 2, of that 0 (cap_term)", // one project
    ];
    assert_eq!(desk.told(), expected);
    assert_eq!((desk.points(), &*desk.credits()), (points("3"), "3"));
}

#[rstest]
#[case::opened_a_second_late("2025-09-30T16:00:00Z", "2025-10-20T00:00:00Z", "nothing (opened_late)")]
#[case::merged_a_second_late("2025-09-30T15:59:59Z", "2025-10-31T16:00:00Z", "nothing (closed_late)")]
fn a_second_late_in_beijing_is_late_though_prague_has_an_evening_left(#[case] opened: &str, #[case] merged: &str, #[case] says: &str) {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let project = desk.did(pull_request(lantern, 1, opened, merged, 700));
    confirmed(&mut desk, &project);
    let distinction = desk.state(achievement("distinction", None, "2025-11-10"));
    desk.state(confirmation("committee", Some(About::Statement(distinction)), "2025-11-11"));
    // The distinction is for those who passed.
    let expected =
        ["achievement 3: measured".to_owned(), "distinction 1: nothing (condition_not_met)".to_owned(), format!("pull_request 1: {says}")];
    assert_eq!(desk.told(), expected);
    assert_eq!((desk.points(), &*desk.credits()), (points("0"), "0"));
}

/// Who confirmed, and when.
#[rstest]
#[case::nobody(&[])]
#[case::the_mentor_alone(&[("mentor", "2025-11-05")])]
#[case::the_committee_alone(&[("committee", "2025-11-05")])]
#[case::the_committee_before_the_mentor(&[("committee", "2025-11-05"), ("mentor", "2025-11-10")])]
fn without_the_mentor_and_then_the_committee_it_waits(#[case] who: &[(&str, &str)]) {
    let mut desk = desk();
    let lantern = desk.repository("lantern-db/lantern", "community");
    let project = desk.did(pull_request(lantern, 1, "2025-07-01", "2025-10-20", 700));
    for (who, day) in who {
        desk.state(confirmation(who, Some(About::Contribution(project.clone())), day));
    }
    assert!(desk.told().contains(&"pull_request 1: not yet (not_yet_confirmed)".to_owned()), "{:?}", desk.told());
    assert_eq!(desk.credits(), "0");
}
