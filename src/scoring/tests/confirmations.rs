//! Whose word a rule waits for, and in which order.
//! What is confirmed is told in other files.

use super::*;

fn needs(names: &[&str]) -> Policy {
    let selector = Selector { confirmed_by: names.iter().map(|name| (*name).to_owned()).collect(), ..merged_rule().selector };
    with_rules([Rule { selector, ..merged_rule() }])
}

fn it() -> Option<About> {
    Some(About::Contribution(merged("1").key))
}

#[rstest]
#[case::nobody(vec![], "mentor")]
#[case::both_in_order(vec![confirmation(1, "mentor", it(), "2025-09-20T00:00:00Z"), confirmation(2, "committee", it(), "2025-09-21T00:00:00Z")], "")]
#[case::at_one_moment(vec![confirmation(1, "committee", it(), "2025-09-20T00:00:00Z"), confirmation(2, "mentor", it(), "2025-09-20T00:00:00Z")], "")]
#[case::only_the_first(vec![confirmation(1, "mentor", it(), "2025-09-20T00:00:00Z")], "committee")]
#[case::only_the_second(vec![confirmation(2, "committee", it(), "2025-09-21T00:00:00Z")], "mentor")]
#[case::the_second_too_early(vec![confirmation(1, "mentor", it(), "2025-09-20T00:00:00Z"), confirmation(2, "committee", it(), "2025-09-19T00:00:00Z")], "committee")]
#[case::the_second_once_more(vec![
    confirmation(1, "mentor", it(), "2025-09-20T00:00:00Z"),
    confirmation(2, "committee", it(), "2025-09-19T00:00:00Z"),
    confirmation(3, "committee", it(), "2025-09-22T00:00:00Z"),
], "")]
#[case::of_the_whole_term(vec![confirmation(1, "mentor", None, "2025-09-20T00:00:00Z"), confirmation(2, "committee", None, "2025-09-21T00:00:00Z")], "")]
#[case::of_another_term(vec![
    Statement { happened_on: "2025-10-01".parse().unwrap(), ..confirmation(1, "mentor", None, "2025-09-20T00:00:00Z") },
], "mentor")]
#[case::of_another(vec![confirmation(1, "mentor", Some(About::Contribution(merged("2").key)), "2025-09-20T00:00:00Z")], "mentor")]
#[case::taken_back(vec![
    confirmation(1, "mentor", it(), "2025-09-20T00:00:00Z"),
    about(About::Statement(StatementId(uuid::Uuid::from_u128(1))), statement(9, StatementKind::Withdrawal, "2025-09-25")),
], "mentor")]
fn it_counts_when_everybody_has_confirmed_it_in_order(#[case] statements: Vec<Statement>, #[case] missing: &str) {
    let sheet = sheet_of(&needs(&["mentor", "committee"]), &stating(statements), &[merged("1")]);
    let line = &sheet.lines[0];
    assert_eq!(value(line.not_yet.as_ref(), "who"), missing);
    assert_eq!((why(line), answer(line)), if missing.is_empty() { ("", Answer::Counted) } else { ("not_yet_confirmed", Answer::NotYet) });
    assert_eq!(line.rule.as_deref(), Some("merged"), "the rule that waits is named");
}

#[test]
fn a_statement_is_confirmed_by_its_id() {
    let log = valued(1, StatementKind::TimeLog, "5", "2025-09-10");
    let mut rule = rule("hours", statement_kind(StatementKind::TimeLog));
    rule.selector.confirmed_by = vec!["mentor".into()];
    let confirmed = confirmation(2, "mentor", Some(About::Statement(log.id)), "2025-09-20T00:00:00Z");
    let another = valued(3, StatementKind::TimeLog, "5", "2025-09-11");
    let sheet = sheet_of(&with_rules([rule]), &stating([log, confirmed, another]), &[]);
    assert_eq!(each_points(&sheet), ["10", "0"]);
}

#[test]
fn what_belongs_to_another_term_does_not_wait_for_anybody() {
    let late = Contribution { closed_at: Some(at("2025-10-12T00:00:00Z")), ..merged("1") };
    assert_eq!(why(&only_line(&needs(&["mentor"]), late)), "outside_term");
}
