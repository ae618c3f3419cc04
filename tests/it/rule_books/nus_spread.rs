//! P4, National University of Singapore: commits in ten weeks, merges in five, and a fifth for work outside.

use accredit::model::{contribution::Contribution, ids::RepositoryId};

use crate::support::desk::{Desk, book, codes, commit, points, pull_request};

/// Mondays of the fourteen weeks of the term.
const WEEKS: [&str; 14] = [
    "2025-08-11",
    "2025-08-18",
    "2025-08-25",
    "2025-09-01",
    "2025-09-08",
    "2025-09-15",
    "2025-09-22",
    "2025-09-29",
    "2025-10-06",
    "2025-10-13",
    "2025-10-20",
    "2025-10-27",
    "2025-11-03",
    "2025-11-10",
];

/// Fourteen weeks in Singapore, with the project of the course (registered as the member's own) and one outside.
fn desk() -> (Desk, RepositoryId, RepositoryId) {
    let mut desk = Desk::under(book("nus-spread.toml")).term("2025-08-11", "2025-11-16", chrono_tz::Asia::Singapore);
    let course = desk.repository("nus-courses/team-7", "course");
    let me = desk.subject.member;
    desk.about_repository(course).members.push(me);
    let outside = desk.repository("lantern-db/lantern", "community");
    (desk, course, outside)
}

fn commits(desk: &mut Desk, course: RepositoryId, weeks: &[usize]) {
    for (id, week) in (100..).zip(weeks) {
        desk.did(commit(course, id, WEEKS[*week - 1]));
    }
}

/// Merged on the Monday of the week.
fn merged(repository: RepositoryId, number: i64, week: usize) -> Contribution {
    pull_request(repository, number, "2025-08-11", WEEKS[week - 1], 30)
}

fn merges(desk: &mut Desk, course: RepositoryId, weeks: &[usize]) {
    for (number, week) in (1..).zip(weeks) {
        desk.did(merged(course, number, *week));
    }
}

fn measures(desk: &Desk) -> Vec<String> {
    desk.told().into_iter().filter(|line| !line.ends_with(": measured")).collect()
}

#[test]
fn ten_weeks_of_commits_five_of_merges_and_two_outside() {
    let (mut desk, course, outside) = desk();
    commits(&mut desk, course, &[1, 2, 3, 4, 5, 7, 8, 9, 10, 11]);
    merges(&mut desk, course, &[2, 4, 6, 8, 10]);
    desk.did(merged(outside, 6, 5));
    desk.did(merged(outside, 7, 9));
    // 10 × 4 = 40, 5 × 8 = 40, two outside 20.
    assert_eq!(measures(&desk), ["commit_weeks 10: 40", "merge_weeks 5: 40", "outside 2: 20"]);
    assert_eq!(codes(&desk.sheet().unmet), [""; 0]);
    // 100 / 12.5 = 8: the 4 units, and no more.
    assert_eq!((desk.points(), &*desk.credits()), (points("100"), "4"));
}

#[test]
fn more_weeks_and_more_work_outside_earn_no_more() {
    let (mut desk, course, outside) = desk();
    commits(&mut desk, course, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    merges(&mut desk, course, &[1, 2, 3, 4, 5, 6, 7]);
    for (number, week) in [(8, 5), (9, 6), (10, 7)] {
        desk.did(merged(outside, number, week));
    }
    // 12 × 4 = 48, of which 40; 7 × 8 = 56, of which 40; three outside are as good as two.
    assert_eq!(measures(&desk), ["commit_weeks 12: 40", "merge_weeks 7: 40", "outside 3: 20"]);
    assert_eq!((desk.points(), &*desk.credits()), (points("100"), "4"));
}

#[test]
fn a_merge_serves_a_later_week_that_has_none() {
    let (mut desk, course, _) = desk();
    commits(&mut desk, course, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Two in week 1: the second serves week 2. With weeks 4, 5 and 6 these are five.
    merges(&mut desk, course, &[1, 1, 4, 5, 6]);
    assert_eq!(measures(&desk), ["commit_weeks 10: 40", "merge_weeks 5: 40", "outside 0: 0"]);
    assert_eq!((desk.points(), &*desk.credits()), (points("80"), "4"));
}

#[test]
fn a_merge_never_serves_an_earlier_week() {
    let (mut desk, course, outside) = desk();
    commits(&mut desk, course, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Five in the last week of the term are one week: there is no later one.
    merges(&mut desk, course, &[14, 14, 14, 14, 14]);
    desk.did(merged(outside, 6, 5));
    assert_eq!(measures(&desk), ["commit_weeks 10: 40", "merge_weeks 1: 8", "outside 1: 10"]);
    // 58 points would pass, and five weeks of merges are a requirement.
    assert_eq!((desk.points(), codes(&desk.sheet().unmet)), (points("58"), vec!["requirement_not_met"]));
    assert_eq!(desk.credits(), "0");
}

#[test]
fn commits_that_no_pull_request_of_ones_own_brought_fill_no_week() {
    let (mut desk, course, _) = desk();
    merges(&mut desk, course, &[1, 2, 3, 4, 5]);
    for (id, week) in (100..).zip(WEEKS) {
        desk.did(Contribution { number: None, parent_account: None, parent_accepted: None, ..commit(course, id, week) });
    }
    assert_eq!((desk.points(), codes(&desk.sheet().unmet)), (points("40"), vec!["requirement_not_met"]));
    assert_eq!(desk.told().iter().filter(|line| line.ends_with("nothing (not_in_own_pull_request)")).count(), 14);
    assert_eq!(desk.credits(), "0");
}
