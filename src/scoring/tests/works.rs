//! One work counts once, at its highest value.
//! Shares of one work are told elsewhere.

use super::*;

const ACHIEVEMENT: StatementKind = StatementKind::Achievement;

/// A merged pull request is worth 10, an achievement what its name says, a role 10.
fn highest_only() -> Policy {
    let worth = |name: &str, earned: &str| {
        let rule = rule(name, statement_kind(ACHIEVEMENT));
        Rule { selector: Selector { names: vec![name.into()], ..rule.selector }, pay: Pay::Points(points(earned)), ..rule }
    };
    let rules =
        [merged_rule(), worth("more", "20"), worth("less", "5"), worth("same", "10"), rule("role", statement_kind(StatementKind::Role))];
    Policy { works: Works { highest_only: true, teams: Vec::new() }, ..with_rules(rules) }
}

fn resting_on(id: &str, number: u128, name: &str) -> Statement {
    about_contribution(&merged(id), named(number, ACHIEVEMENT, name, "2025-09-20"))
}

/// The lines that count.
fn counted(sheet: &ScoreSheet) -> Vec<&str> {
    sheet.lines.iter().filter(|line| line.excluded.is_none()).filter_map(|line| line.rule.as_deref()).collect()
}

#[rstest]
#[case::the_achievement_is_worth_more(vec![resting_on("1", 1, "more")], &["more"], "20")]
#[case::the_pull_request_is_worth_more(vec![resting_on("1", 1, "less")], &["merged"], "10")]
#[case::of_equals_the_contribution(vec![resting_on("1", 1, "same")], &["merged"], "10")]
#[case::the_highest_of_three(vec![resting_on("1", 1, "less"), resting_on("1", 2, "more")], &["more"], "20")]
#[case::of_equal_statements_the_earliest(vec![resting_on("1", 7, "more"), resting_on("1", 2, "more")], &["more"], "20")]
#[case::they_rest_on_two_works(vec![resting_on("2", 1, "more")], &["merged", "more"], "30")]
#[case::it_rests_on_nothing(vec![named(1, ACHIEVEMENT, "more", "2025-09-20")], &["merged", "more"], "30")]
#[case::a_statement_about_a_statement(vec![
    resting_on("1", 1, "less"),
    about(About::Statement(StatementId(uuid::Uuid::from_u128(1))), named(2, ACHIEVEMENT, "more", "2025-09-20")),
], &["more"], "20")]
#[case::what_does_not_count_does_not_compete(vec![named(1, ACHIEVEMENT, "unknown", "2025-09-20")], &["merged"], "10")]
fn only_the_highest_of_what_rests_on_one_work_counts(#[case] statements: Vec<Statement>, #[case] counts: &[&str], #[case] total: &str) {
    let sheet = sheet_of(&highest_only(), &stating(statements), &[merged("1")]);
    assert_eq!((counted(&sheet), sheet.points), (counts.to_vec(), points(total)));
}

#[test]
fn the_others_say_which_one_counts() {
    let contribution = Contribution { number: Some(12), ..merged("1") };
    let sheet = sheet_of(&highest_only(), &stating([resting_on("1", 1, "less"), resting_on("1", 2, "less")]), &[contribution]);
    let others: Vec<&str> = sheet.lines[1..].iter().map(|line| value(line.excluded.as_ref(), "other")).collect();
    assert_eq!(others, ["o/community#12", "o/community#12"]);
    let sheet = sheet_of(&highest_only(), &stating([resting_on("1", 1, "more")]), &[merged("1")]);
    assert_eq!((why(&sheet.lines[0]), value(sheet.lines[0].excluded.as_ref(), "other")), ("counted_elsewhere", "more"));
}

#[test]
fn roles_in_one_repository_are_one_work() {
    let role = |number, repository| about(About::Repository(repository), statement(number, StatementKind::Role, "2025-09-10"));
    let subject = stating([role(1, COMMUNITY), role(2, COMMUNITY), role(3, COURSE), statement(4, StatementKind::Role, "2025-09-10")]);
    let policy = Policy { eligibility: practice().eligibility, categories: practice().categories, ..highest_only() };
    // The course's counts half; the one that is about nothing stands by itself.
    assert_eq!(each_points(&sheet_of(&policy, &subject, &[])), ["10", "0", "5", "10"]);
}

/// Alone a pull request is worth 4 in the measure; three together 10.
#[rstest]
#[case::less_than_the_measure("less", &["0", "5", "0"], 0)]
fn what_counts_elsewhere_is_not_measured(#[case] name: &str, #[case] earned: &[&str], #[case] items: usize) {
    let mut four = measure("four", Count::Items, &[contribution_kind(Kind::PullRequest)]);
    four.pay = Some(ladder(&[("1", "4"), ("3", "10")]));
    let policy = Policy { measures: vec![four], ..highest_only() };
    let policy = Policy { rules: policy.rules.into_iter().filter(|rule| rule.id != "merged").collect(), ..policy };
    let sheet = sheet_of(&policy, &stating([resting_on("1", 1, name)]), &[merged("1")]);
    assert_eq!(each_points(&sheet), earned);
    assert_eq!(sheet.lines.iter().filter(|line| !line.measured_by.is_empty()).count(), items);
    let mut five = policy;
    five.measures[0].pay = Some(ladder(&[("1", "5")]));
    let sheet = sheet_of(&five, &stating([resting_on("1", 1, name)]), &[merged("1")]);
    assert_eq!(each_points(&sheet), ["0", "0", "5"], "of equals the contribution counts, by its measure");
}

#[test]
fn without_the_key_everything_counts() {
    let policy = Policy { works: Works::default(), ..highest_only() };
    assert_eq!(sheet_of(&policy, &stating([resting_on("1", 1, "more")]), &[merged("1")]).points, points("30"));
}
