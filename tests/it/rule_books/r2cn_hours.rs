//! P2, R2CN: tasks by hours, paid in steps of 40 points a month, the rest carried on.

use accredit::model::{
    contribution::Kind,
    credit::Credits,
    statement::{About, Statement},
};
use rstest::rstest;

use crate::support::desk::{Desk, at, book, codes, confirmation, decimal, key, mark, points};

fn desk() -> Desk {
    Desk::under(book("r2cn-hours.toml"))
}

/// A finished task, confirmed by its mentor on the same day.
fn task(desk: &mut Desk, hours: &str, day: &str) {
    let log = desk.state(mark("task_hours", hours, day));
    desk.state(confirmation("mentor", Some(About::Statement(log)), day));
}

/// The seven steps of R2CN, each at both of its ends.
#[rstest]
#[case("0.5", "2")]
#[case("8", "2")]
#[case("8.5", "5")]
#[case("20", "5")]
#[case("20.5", "10")]
#[case("21", "10")]
#[case("40", "10")]
#[case("41", "20")]
#[case("80", "20")]
#[case("81", "30")]
#[case("120", "30")]
#[case("121", "40")]
#[case("160", "40")]
#[case("161", "50")]
#[case("300", "50")]
fn a_task_earns_by_its_hours(#[case] hours: &str, #[case] earns: &str) {
    let mut desk = desk();
    task(&mut desk, hours, "2025-09-10");
    assert!(desk.told().contains(&format!("mark 1: {earns}")), "{:?}", desk.told());
}

/// September: 40 hours and 20 hours, 10 + 5 = 15. October: 160 and 15 hours, 40 + 5 = 45. November: 200, 30 and 10 hours, 50 + 10 + 5 = 65.
fn three_months() -> Desk {
    let mut desk = desk();
    for (hours, day) in [("40", "2025-09-10"), ("20", "2025-09-20")] {
        task(&mut desk, hours, day);
    }
    for (hours, day) in [("160", "2025-10-10"), ("15", "2025-10-20")] {
        task(&mut desk, hours, day);
    }
    for (hours, day) in [("200", "2025-11-10"), ("30", "2025-11-20"), ("10", "2025-11-25")] {
        task(&mut desk, hours, day);
    }
    desk
}

/// 15 pays 0 and leaves 15; 15 + 45 = 60 pays 40 and leaves 20; 20 + 65 = 85 pays 80 and leaves 5.
#[rstest]
#[case::after_september("2025-10-01", "0", "15")]
#[case::after_october("2025-11-01", "40", "20")]
#[case::after_november("2025-12-01", "120", "5")]
fn points_are_paid_in_steps_and_the_rest_is_carried_on(#[case] asked: &str, #[case] paid_so_far: &str, #[case] carried: &str) {
    let mut desk = three_months();
    desk.context.as_of = at(asked);
    desk.subject.statements.retain(|statement: &Statement| statement.stated_at < at(asked));
    let sheet = desk.sheet();
    assert_eq!((sheet.points, sheet.carried), (points(paid_so_far), points(carried)));
}

#[test]
fn the_whole_term_is_explained() {
    let desk = three_months();
    let expected = [
        "carried out: -5", // 125 earned, 40 + 80 = 120 paid
        "mark 11: 10",     // 30 hours
        "mark 13: 5",      // 10 hours
        "mark 1: 10",      // 40 hours: not more than 40
        "mark 3: 5",       // 20 hours
        "mark 5: 40",      // 160 hours: not more than 160
        "mark 7: 5",       // 15 hours
        "mark 9: 50",      // 200 hours
    ];
    assert_eq!(desk.told(), expected);
    // 120 points are 12 credits, of which a term has room for 2.
    assert_eq!((desk.points(), &*desk.credits()), (points("120"), "2"));
}

#[test]
fn no_month_pays_more_than_120_and_the_next_one_goes_on() {
    let mut desk = desk();
    for day in ["2026-01-05", "2026-01-10", "2026-01-15", "2026-01-20"] {
        task(&mut desk, "170", day);
    }
    // 4 × 50 = 200: January, the last month of the term, pays 120; 80 are left.
    let sheet = desk.sheet();
    assert_eq!((sheet.points, sheet.carried), (points("120"), points("80")));
    // The next term begins with 80 and pays them, though nothing is added.
    let mut next = self::desk().term("2026-02-09", "2026-06-30", chrono_tz::Asia::Shanghai);
    next.context.as_of = at("2026-08-01");
    next.subject.prior.carried = points("80");
    let sheet = next.sheet();
    assert_eq!(next.told()[0], "carried in: 80");
    assert_eq!((sheet.points, sheet.carried), (points("80"), points("0")));
}

#[rstest]
#[case::the_first_term("0", "2")]
#[case::the_second("2", "2")]
#[case::nearly_full("3", "1")]
#[case::full("4", "0")]
fn all_terms_together_are_worth_at_most_four_credits(#[case] before: &str, #[case] credits: &str) {
    let mut desk = three_months();
    desk.subject.prior.credits = Credits::new(decimal(before));
    assert_eq!(desk.credits(), credits);
}

#[test]
fn a_task_that_no_mentor_confirmed_waits_for_one() {
    let mut desk = desk();
    desk.state(mark("task_hours", "170", "2025-09-10"));
    let log = desk.state(mark("task_hours", "170", "2025-09-11"));
    desk.state(confirmation("friend", Some(About::Statement(log)), "2025-09-12"));
    assert_eq!(desk.told(), ["mark 1: not yet (not_yet_confirmed)", "mark 2: not yet (not_yet_confirmed)"]);
    assert_eq!((desk.points(), &*desk.credits(), codes(&desk.sheet().unmet).len()), (points("0"), "0", 0));
}

#[test]
fn two_marks_about_one_task_are_one_task() {
    let mut desk = desk();
    let project = desk.repository("lantern-db/lantern", "community");
    for (number, hours) in [(7, "160"), (7, "120"), (8, "20")] {
        let about = Some(About::Contribution(key(project, Kind::Issue, number)));
        let id = desk.state(Statement { about, ..mark("task_hours", hours, "2025-09-10") });
        desk.state(confirmation("mentor", Some(About::Statement(id)), "2025-09-10"));
    }
    let expected = [
        "carried out: -5",                     // 40 + 5 = 45, of which 40 are paid
        "mark 1: 40",                          // 160 hours
        "mark 3: nothing (counted_elsewhere)", // the same task
        "mark 5: 5",                           // another one
    ];
    assert_eq!(desk.told(), expected);
    assert_eq!(desk.points(), points("40"));
}
