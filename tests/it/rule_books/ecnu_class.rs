//! P6, East China Normal University: 30 points by people, 30 by the place of one's OpenRank in the class.

use accredit::{
    model::statement::{Statement, StatementKind},
    scoring::{Network, Standing},
};
use rstest::rstest;

use crate::support::desk::{Desk, book, mark, points, stated};

/// In a class of 40.
fn desk(below: u32, equal: u32) -> Desk {
    let mut desk = Desk::under(book("ecnu-class.toml"));
    let standing = Standing { value: "3.25".parse().unwrap(), below, equal, class: 40 };
    desk.subject.network = Some(Network { openrank: standing.clone(), activity: Standing { below: 0, equal: 1, ..standing } });
    desk
}

#[test]
fn three_marks_and_a_place_in_the_upper_half() {
    // 29 have less, and nobody has the same: (29 + 1) / 40 = 0.75 of the class has no more, and 0.75 × 30 = 22.5.
    let mut desk = desk(29, 1);
    desk.state(mark("presentation", "6", "2026-01-10"));
    desk.state(mark("report", "8.5", "2026-01-11"));
    desk.state(mark("teamwork", "10", "2026-01-12"));
    // A newer mark of the same name takes the place of the older one: 9 + 8.5 + 10 = 27.5.
    desk.state(mark("presentation", "9", "2026-01-13"));
    let measures: Vec<String> = desk.told().into_iter().filter(|line| !line.starts_with("mark")).collect();
    assert_eq!(measures, ["algorithm 0.75: 22.5", "presentation 9: 9", "report 8.5: 8.5", "teamwork 10: 10"]);
    // 50 / 18 = 2.77…: one whole step of two.
    assert_eq!((desk.points(), &*desk.credits()), (points("50"), "2"));
}

/// The part of the class that has no more, times 30.
#[rstest]
#[case::the_first(39, 1, "30")]
#[case::two_share_the_first_place(38, 2, "30")]
#[case::the_middle(19, 1, "15")]
#[case::ten_share_the_end(0, 10, "7.5")]
#[case::the_last(0, 1, "0.75")]
fn equals_share_a_place(#[case] below: u32, #[case] equal: u32, #[case] earns: &str) {
    assert_eq!(desk(below, equal).points(), points(earns));
}

#[test]
fn each_part_ends_at_thirty() {
    let mut desk = desk(39, 1);
    for name in ["presentation", "report", "teamwork"] {
        desk.state(mark(name, "10", "2026-01-10"));
    }
    let measures: Vec<String> = desk.told().into_iter().filter(|line| !line.starts_with("mark")).collect();
    assert_eq!(measures, ["algorithm 1: 30", "presentation 10: 10", "report 10: 10", "teamwork 10: 10"]);
    assert_eq!((desk.points(), &*desk.credits()), (points("60"), "2"));
}

#[test]
fn who_is_left_out_of_the_algorithm_has_the_marks_alone() {
    let mut desk = desk(39, 1);
    desk.state(mark("presentation", "10", "2026-01-10"));
    desk.state(mark("report", "10", "2026-01-11"));
    desk.state(mark("teamwork", "10", "2026-01-12"));
    desk.state(Statement { reason: "runs a bot".into(), ..stated(StatementKind::Exclusion, "2026-01-13") });
    let told = desk.told();
    assert!(told.iter().any(|line| line.starts_with("algorithm") && line.ends_with("nothing (excluded_by_person)")), "{told:?}");
    // 30 of the 36 that pass.
    assert_eq!((desk.points(), &*desk.credits()), (points("30"), "0"));
}

#[test]
fn what_is_given_for_one_does_not_fill_up_another() {
    let mut desk = desk(0, 1);
    desk.state(mark("presentation", "30", "2026-01-10")); // of 10
    let told = desk.told();
    assert!(told.contains(&"presentation 30: 10".to_owned()), "{told:?}");
    // 10, and 1 / 40 × 30 = 0.75 from the algorithm.
    assert_eq!(desk.points(), points("10.75"));
}
