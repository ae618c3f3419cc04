//! What people stated: marks, logs, roles, achievements, adjustments, and what they took back.
//! Confirmations and shares have files of their own.

use super::*;

const MARK: StatementKind = StatementKind::Mark;
const LOG: StatementKind = StatementKind::TimeLog;
const ROLE: StatementKind = StatementKind::Role;

fn paying(kind: StatementKind, pay: Pay) -> Policy {
    with_rules([Rule { pay, ..rule("stated", statement_kind(kind)) }])
}

/// The ladder of hours of R2CN: 8 hours are 2 points, more than 8 are 5, 21 are 10.
fn hours() -> Pay {
    let step = |from, earned: &str| LadderStep { from, points: points(earned) };
    Pay::Ladder(vec![
        step(Threshold::Above(Decimal::ZERO), "2"),
        step(Threshold::Above(decimal("8")), "5"),
        step(Threshold::From(decimal("21")), "10"),
    ])
}

#[rstest]
#[case::none("0", "0")]
#[case::some("0.5", "2")]
#[case::up_to_a_step("8", "2")]
#[case::above_it("8.001", "5")]
#[case::just_below("20.999", "5")]
#[case::from_a_step("21", "10")]
#[case::many("900", "10")]
#[case::a_debt("-3", "0")]
fn a_ladder_pays_the_last_step_that_is_reached(#[case] amount: &str, #[case] earns: &str) {
    let sheet = sheet_of(&paying(LOG, hours()), &stating([valued(1, LOG, amount, "2025-09-10")]), &[]);
    let line = &sheet.lines[0];
    assert_eq!((line.points, line.base), (points(earns), points(earns)));
    assert_eq!(line.basis.iter().map(|reason| &*reason.code).collect::<Vec<_>>(), ["stated", "measured"]);
    assert_eq!((value(line.basis.last(), "count"), value(line.basis.last(), "amount")), ("hours", amount));
}

#[rstest]
#[case::for_each("4.5", None, "9")]
#[case::up_to_the_most("4.5", Some("5"), "5")]
#[case::rounded_half_up("0.001", None, "0.002")]
#[case::nothing("0", Some("5"), "0")]
#[case::never_below_nothing("-4", None, "0")]
#[case::never_more_than_a_policy_may_pay("99999999999", None, "1000000")]
fn points_for_each_of_an_amount(#[case] amount: &str, #[case] most: Option<&str>, #[case] earns: &str) {
    let pay = Pay::Each { points: points("2"), most: most.map(points) };
    assert_eq!(sheet_of(&paying(MARK, pay), &stating([valued(1, MARK, amount, "2025-09-10")]), &[]).points, points(earns));
}

#[rstest]
#[case::its_lines(Some(30), "3", "largest_lines", "")]
#[case::no_list_of_files(None, "0", "", "size_unknown")]
fn a_pull_request_can_be_paid_by_its_lines(#[case] lines: Option<i64>, #[case] earns: &str, #[case] count: &str, #[case] factor: &str) {
    let policy = with_rules([Rule { pay: each("0.1"), ..merged_rule() }]);
    let line = only_line(&policy, Contribution { effective_lines: lines, ..merged("1") });
    assert_eq!((line.points, value(line.basis.first(), "count")), (points(earns), count));
    assert_eq!(code(line.factors.first().map(|factor| &factor.reason)), factor);
}

#[rstest]
#[case::the_one_that_is_asked_for(Some("maintainer"), "10", "")]
#[case::another(Some("committer"), "0", "name")]
#[case::none(None, "0", "name")]
fn a_rule_can_ask_for_a_name(#[case] name: Option<&str>, #[case] earns: &str, #[case] code: &str) {
    let mut rule = rule("role", statement_kind(ROLE));
    rule.selector.names = vec!["maintainer".into()];
    let role = Statement { name: name.map(Into::into), ..statement(1, ROLE, "2025-09-10") };
    let sheet = sheet_of(&with_rules([rule]), &stating([role]), &[]);
    assert_eq!((sheet.points, why(&sheet.lines[0])), (points(earns), code));
    assert_eq!(answer(&sheet.lines[0]), if code.is_empty() { Answer::Counted } else { Answer::NotApplicable });
}

/// September 2025 is asked for.
#[rstest]
#[case::held_all_the_time("2024-01-01", None, "2025-08-31T16:00:00Z")]
#[case::from_its_first_day("2025-09-30", None, "2025-09-29T16:00:00Z")]
#[case::up_to_its_last_day("2025-01-01", Some("2025-09-01"), "2025-08-31T16:00:00Z")]
#[case::ended_before("2025-01-01", Some("2025-08-31"), "")]
#[case::begun_after("2025-10-01", None, "")]
fn a_role_counts_if_it_was_held_in_the_window(#[case] since: &str, #[case] until: Option<&str>, #[case] counted_at: &str) {
    let role = Statement { until_on: until.map(|day| day.parse().unwrap()), ..statement(1, ROLE, since) };
    let line = &sheet_of(&paying(ROLE, Pay::Points(points("3"))), &stating([role]), &[]).lines[0];
    if counted_at.is_empty() {
        assert_eq!((line.points, why(line)), (Points::ZERO, "outside_term"));
    } else {
        assert_eq!((line.points, line.counted_at), (points("3"), at(counted_at)));
    }
}

#[rstest]
#[case::the_first_day("2025-09-01", "10")]
#[case::the_last_day("2025-09-30", "10")]
#[case::the_day_before("2025-08-31", "0")]
#[case::the_day_after("2025-10-01", "0")]
fn a_statement_belongs_to_the_term_of_its_day(#[case] day: &str, #[case] earns: &str) {
    assert_eq!(sheet_of(&with_rules([rule("m", statement_kind(MARK))]), &stating([statement(1, MARK, day)]), &[]).points, points(earns));
}

#[test]
fn what_was_taken_back_earns_nothing_and_says_so() {
    let mark = statement(1, MARK, "2025-09-10");
    let back =
        about(About::Statement(mark.id), Statement { stated_by: "Office".into(), ..statement(2, StatementKind::Withdrawal, "2025-10-02") });
    let sheet = sheet_of(&with_rules([rule("m", statement_kind(MARK))]), &stating([back, mark]), &[]);
    let reason = sheet.lines[0].excluded.as_ref();
    assert_eq!(
        (sheet.points, why(&sheet.lines[0]), value(reason, "by"), value(reason, "day")),
        (Points::ZERO, "withdrawn", "Office", "2025-10-02")
    );
}

#[rstest]
#[case::about_a_contribution(About::Contribution(in_repository(COURSE, merged("1")).key), "5")]
#[case::about_a_repository(About::Repository(COURSE), "5")]
#[case::about_a_statement_about_one(About::Statement(StatementId(uuid::Uuid::from_u128(2))), "5")]
#[case::about_itself(About::Statement(StatementId(uuid::Uuid::from_u128(1))), "10")]
#[case::in_a_repository_that_is_not_tracked(About::Repository(UNTRACKED), "0")]
#[case::in_ones_own(About::Repository(OWN), "0")]
fn a_statement_is_of_the_category_of_what_it_is_about(#[case] of: About, #[case] earns: &str) {
    let policy = Policy { categories: practice().categories, ..with_rules([rule("m", statement_kind(MARK))]) };
    let other = about(About::Repository(COURSE), statement(2, StatementKind::Declaration, "2025-09-10"));
    let sheet = sheet_of(&policy, &stating([about(of, statement(1, MARK, "2025-09-10")), other]), &[]);
    assert_eq!(sheet.points, points(earns));
}

#[rstest]
#[case::added("3.5", "2025-09-10", "13.5")]
#[case::taken_away("-4.125", "2025-09-10", "5.875")]
#[case::more_than_there_is("-40", "2025-09-10", "-30")]
#[case::of_another_term("3.5", "2025-10-10", "10")]
fn an_adjustment_adds_or_takes_away_past_all_limits(#[case] amount: &str, #[case] day: &str, #[case] total: &str) {
    let policy = Policy { limits: vec![limit(Per::Term, "10")], ..with_rules([merged_rule()]) };
    let sheet = sheet_of(&policy, &stating([valued(1, StatementKind::Adjustment, amount, day)]), &[merged("1"), merged("2")]);
    assert_eq!(sheet.points, points(total));
    if let Some(line) = sheet.lines.get(2) {
        assert_eq!((line.points, line.base, code(line.basis.first())), (points(amount), points(amount), "stated"));
    }
}

#[test]
fn an_adjustment_that_waits_for_a_second_person_counts_for_nothing_and_says_so() {
    let policy = with_rules([merged_rule()]);
    let waiting = Statement { waiting: true, ..valued(1, StatementKind::Adjustment, "3.5", "2025-09-10") };
    let sheet = sheet_of(&policy, &stating([waiting.clone()]), &[merged("1")]);
    assert_eq!(sheet.points, points("10"));
    let line = &sheet.lines[1];
    assert_eq!((line.points, line.base, answer(line)), (Points::ZERO, Points::ZERO, Answer::NotYet));
    assert_eq!(
        (code(line.not_yet.as_ref()), value(line.not_yet.as_ref(), "points"), code(line.basis.first())),
        ("not_countersigned", "3.5", "stated")
    );
    let taken_back = about(About::Statement(waiting.id), statement(2, StatementKind::Withdrawal, "2025-09-11"));
    assert_eq!(sheet_of(&policy, &stating([waiting, taken_back]), &[merged("1")]).lines.len(), 1);
}

#[test]
fn a_statement_that_no_rule_speaks_of_is_not_applicable() {
    let sheet = sheet_of(&with_rules([merged_rule()]), &stating([statement(1, MARK, "2025-09-10")]), &[]);
    assert_eq!((why(&sheet.lines[0]), value(sheet.lines[0].excluded.as_ref(), "kind")), ("no_rule", "mark"));
}
