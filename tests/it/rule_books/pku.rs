//! P1, Peking University: taking part, the work and its difficulty, at most 5 points each.

use accredit::model::contribution::{Contribution, Kind, State};
use rstest::rstest;

use crate::support::desk::{Desk, ME, book, changed, done, issue, mark, points, pull_request};

fn desk() -> Desk {
    Desk::under(book("pku-open-source-software.toml"))
}

#[test]
fn one_accepted_feature_with_an_issue_and_a_comment() {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(issue(project, 1, "2025-09-20", "2025-10-01"));
    desk.did(done(project, 2, Kind::IssueComment, State::Published, "2025-09-21"));
    desk.did(changed(pull_request(project, 3, "2025-10-01", "2025-10-09", 150), |change| change.reviews = 2));
    desk.state(mark("difficulty", "3.5", "2026-01-10"));
    let expected = [
        "accepted 1: 1",       // one was accepted
        "difficulty 3.5: 3.5", // as staff said
        "issue 1: measured",
        "issue_comment 2: measured",
        "kind_issue 1: 1",                                 // fewer than three accepted: a point for each kind
        "kind_issue_tried 1: nothing (condition_not_met)", // something was accepted
        "kind_pull_request 1: 1",
        "kind_pull_request_tried 1: nothing (condition_not_met)",
        "kind_review 0: 0",
        "kind_review_tried 0: nothing (condition_not_met)",
        "largest 150: 2", // more than 100 lines, not more than 500
        "largest_tried 150: nothing (condition_not_met)",
        "mark 1: measured",
        "pull_request 3: measured",
        "replied 1: nothing (condition_not_met)", // the issue has the point for talking: once is enough
        "reported 1: 1",
        "several_accepted 1: 0", // not three
        "source 1: 1",
        "submitted 1: 2",
        "worked_through 1: 1", // reviewed twice
        "worked_through_tried 1: nothing (condition_not_met)",
    ];
    assert_eq!(desk.told(), expected);
    // Taking part 1 + 2 + 1 + 1 = 5; the work 2 + 1 + 0 + 1 + 1 = 5; difficulty 3.5.
    assert_eq!(desk.points(), points("13.5"));
    // 9 are needed.
    assert_eq!(desk.credits(), "3");
}

#[test]
fn each_of_the_three_parts_ends_at_five() {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(issue(project, 1, "2025-09-20", "2025-10-01"));
    for (number, day) in [(2, "2025-10-02"), (3, "2025-10-12"), (4, "2025-10-22"), (5, "2025-11-02")] {
        desk.did(changed(pull_request(project, number, day, "2025-11-20", 600), |change| change.reviews = 3));
    }
    desk.state(mark("difficulty", "6", "2026-01-10"));
    let expected = [
        "accepted 4: 1",
        "difficulty 6: 5", // a mark of 6 is a slip: at most 5
        "issue 1: measured",
        "kind_issue 1: nothing (condition_not_met)", // four were accepted, so the point for several takes its place
        "kind_issue_tried 1: nothing (condition_not_met)",
        "kind_pull_request 4: nothing (condition_not_met)",
        "kind_pull_request_tried 4: nothing (condition_not_met)",
        "kind_review 0: nothing (condition_not_met)",
        "kind_review_tried 0: nothing (condition_not_met)",
        "largest 600: 3", // more than 500
        "largest_tried 600: nothing (condition_not_met)",
        "mark 1: measured",
        "pull_request 2: measured",
        "pull_request 3: measured",
        "pull_request 4: measured",
        "pull_request 5: measured",
        "replied 0: nothing (condition_not_met)",
        "reported 1: 1",
        "several_accepted 4: 1, of that 0 (cap_group)", // 5 are used up
        "source 4: 1",
        "submitted 4: 2",
        "worked_through 4: 3, of that 2 (cap_group)", // four, of which three count: 3; and 3 + 3 would be 6 of 5
        "worked_through_tried 4: nothing (condition_not_met)",
    ];
    assert_eq!(desk.told(), expected);
    // 5 + 5 + 5.
    assert_eq!((desk.points(), &*desk.credits()), (points("15"), "3"));
}

#[test]
fn what_nobody_accepted_is_worth_three_fifths_and_at_most_three() {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(issue(project, 1, "2025-09-20", "2025-10-01"));
    desk.did(done(project, 2, Kind::Review, State::Approved, "2025-10-05"));
    let open = changed(pull_request(project, 3, "2025-10-06", "2025-10-09", 600), |change| change.reviews = 2);
    desk.did(Contribution { state: State::Open, closed_at: None, confirmed_by: Vec::new(), ..open });
    desk.state(mark("difficulty", "1", "2026-01-10"));
    let expected = [
        "accepted 0: 0",
        "difficulty 1: 1",
        "issue 1: measured",
        "kind_issue 1: 1 × 0 = 0",                            // nothing was accepted: this group is worth nothing
        "kind_issue_tried 1: 1 × 0.6, of that 0 (cap_group)", // 1.8 + 0.6 + 0.6 = 3 are used up
        "kind_pull_request 0: 0 × 0 = 0",
        "kind_pull_request_tried 1: 1 × 0.6 = 0.6",
        "kind_review 1: 1 × 0 = 0",
        "kind_review_tried 1: 1 × 0.6, of that 0 (cap_group)",
        "largest 0: 0 × 0 = 0",
        "largest_tried 600: 3 × 0.6 = 1.8",
        "mark 1: measured",
        "pull_request 3: measured",
        "replied 1: nothing (condition_not_met)",
        "reported 1: 1",
        "review 2: measured",
        "several_accepted 0: 0 × 0 = 0",
        "source 1: 1",
        "submitted 1: 2",
        "worked_through 0: 0 × 0 = 0",
        "worked_through_tried 1: 1 × 0.6 = 0.6",
    ];
    assert_eq!(desk.told(), expected);
    // Taking part 1 + 2 + 0 + 1 = 4; the work would be 3 + 1 + 3 = 7, of which 5 count, of which 60 % are 3; difficulty 1.
    assert_eq!(desk.points(), points("8"));
    // 8 of the 9 that are needed.
    assert_eq!(desk.credits(), "0");
}

#[test]
fn a_repository_of_ones_own_does_not_count() {
    let mut desk = desk();
    let own = desk.repository("me/diary", "own");
    let me = desk.subject.member;
    desk.about_repository(own).members.push(me);
    desk.did(pull_request(own, 1, "2025-10-01", "2025-10-09", 900));
    desk.did(issue(own, 2, "2025-10-01", "2025-10-09"));
    let told = desk.told();
    assert!(
        told.contains(&"pull_request 1: nothing (own_repository)".to_owned())
            && told.contains(&"issue 2: nothing (own_repository)".to_owned())
    );
    assert_eq!((desk.points(), &*desk.credits()), (points("0"), "0"));
}

#[test]
fn a_large_change_that_nobody_accepted_is_not_paid_through_a_small_one() {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 5));
    let closed = changed(pull_request(project, 2, "2025-11-01", "2025-11-09", 900), |change| change.reviews = 9);
    desk.did(Contribution { state: State::Closed, confirmed_by: Vec::new(), ..closed });
    let told = desk.told();
    for line in ["largest 5: 0", "worked_through 0: 0", "largest_tried 900: nothing (condition_not_met)"] {
        assert!(told.contains(&line.to_owned()), "{told:?}");
    }
    // Taking part 2 + 1 + 1 = 4; one kind.
    assert_eq!(desk.points(), points("5"));
}

/// As the source says, one point for several stands in place of a point for each kind.
#[rstest]
#[case::one(1, "8")] // taking part 5; three kinds 3
#[case::two(2, "8")]
#[case::three(3, "6")] // taking part 5; three accepted 1
fn the_third_accepted_one_can_lower_the_score(#[case] accepted: i64, #[case] expected: &str) {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(issue(project, 50, "2025-09-20", "2025-10-01"));
    desk.did(done(project, 60, Kind::Review, State::Approved, "2025-10-05"));
    for number in 1..=accepted {
        desk.did(pull_request(project, number, &format!("2025-1{}-01", number - 1), "2025-12-20", 9));
    }
    assert_eq!(desk.points(), points(expected));
}

#[rstest]
// 1 for talking, and 60 % of 1 for the kind, since nothing was accepted.
#[case::solved(State::Completed, "1.6", "measured")]
#[case::open(State::Open, "1.6", "measured")]
#[case::closed_long_ago(State::Closed, "1.6", "measured")]
#[case::not_planned(State::NotPlanned, "0", "nothing (state)")]
#[case::a_duplicate(State::Duplicate, "0", "nothing (state)")]
fn an_issue_that_nobody_wanted_is_no_part_of_the_conversation(#[case] state: State, #[case] earns: &str, #[case] says: &str) {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    desk.did(Contribution { state, ..issue(project, 1, "2025-09-20", "2025-10-01") });
    assert!(desk.told().contains(&format!("issue 1: {says}")), "{:?}", desk.told());
    assert_eq!(desk.points(), points(earns));
}

#[rstest]
#[case::a_review(Kind::Review, State::Commented)]
#[case::a_remark(Kind::ReviewComment, State::Published)]
#[case::a_comment(Kind::IssueComment, State::Published)]
fn talking_about_ones_own_work_is_no_conversation(#[case] kind: Kind, #[case] state: State) {
    let mut desk = desk();
    let project = desk.repository("harbour-kernel/harbour", "community");
    let own = Contribution { parent_account: Some(ME), ..done(project, 2, kind, state, "2025-09-21") };
    desk.did(own);
    assert!(desk.told().iter().any(|line| line.ends_with("2: nothing (own_work)")), "{:?}", desk.told());
    assert_eq!(desk.points(), points("0"));
}
