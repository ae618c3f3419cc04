//! Work that was cut into slices.
//! Limits by day and term are told elsewhere.

use super::*;

/// 5 points up to 10 lines, 10 up to 100, then 15.
pub(super) fn sized() -> Rule {
    let step = |from, factor: &str| SizeStep { from, factor: decimal(factor) };
    Rule { size: vec![step(0, "0.5"), step(11, "1"), step(101, "1.5")], ..merged_rule() }
}

fn unit(same: Same, bonus: &str) -> Policy {
    Policy { units: Some(Units { days: 7, same, bonus: decimal(bonus) }), ..with_rules([sized()]) }
}

/// Opened on that day of September, of so many lines in these files.
fn slice(id: &str, day: i64, lines: i64, files: &[i64]) -> Contribution {
    let opened = at("2025-09-01T00:00:00Z") + TimeDelta::days(day - 1);
    let contribution =
        Contribution { occurred_at: opened, closed_at: Some(opened + TimeDelta::hours(1)), effective_lines: Some(lines), ..merged(id) };
    changed(contribution, Change { files: files.to_vec(), ..Change::default() })
}

/// What each earns, in the order of the days.
#[rstest]
#[case::alone(Same::Files, "0", &[slice("1", 1, 50, &[1])], &["10"])]
#[case::two_of_fifty_are_one_of_a_hundred(Same::Files, "0", &[slice("1", 1, 50, &[1]), slice("2", 2, 50, &[1])], &["10", "0"])]
#[case::one_line_more_is_the_next_step(Same::Files, "0", &[slice("1", 1, 50, &[1]), slice("2", 2, 51, &[1])], &["10", "5"])]
#[case::and_the_bonus(Same::Files, "0.1", &[slice("1", 1, 50, &[1]), slice("2", 2, 51, &[1])], &["10", "6.5"])]
#[case::other_files(Same::Files, "0", &[slice("1", 1, 50, &[1]), slice("2", 2, 50, &[2])], &["10", "10"])]
#[case::no_list_of_files(Same::Files, "0", &[slice("1", 1, 50, &[]), slice("2", 2, 50, &[])], &["10", "10"])]
#[case::the_repository_is_enough(Same::Repository, "0", &[slice("1", 1, 50, &[1]), slice("2", 2, 50, &[2])], &["10", "0"])]
#[case::on_the_last_day(Same::Files, "0", &[slice("1", 1, 50, &[1]), slice("2", 8, 50, &[1])], &["10", "0"])]
#[case::too_far_apart(Same::Files, "0", &[slice("1", 1, 50, &[1]), slice("2", 9, 50, &[1])], &["10", "10"])]
#[case::each_from_the_one_before(Same::Files, "0", &[slice("1", 1, 9, &[1]), slice("2", 8, 1, &[1]), slice("3", 15, 1, &[1])], &["5", "5", "0"])]
#[case::joined_by_a_third(Same::Files, "0", &[slice("1", 1, 20, &[1]), slice("2", 2, 20, &[2]), slice("3", 3, 20, &[1, 2])], &["10", "0", "0"])]
#[case::handed_on(Same::Files, "0", &[slice("1", 1, 20, &[1, 2]), slice("2", 7, 20, &[2]), slice("3", 9, 20, &[1])], &["10", "0", "0"])]
#[case::in_two_repositories(Same::Repository, "0", &[slice("1", 1, 50, &[1]), in_repository(COURSE, slice("2", 2, 50, &[1]))], &["10", "10"])]
#[case::a_slice_of_unknown_size(
    Same::Files, "0", &[slice("1", 1, 5, &[1]), Contribution { effective_lines: None, ..slice("2", 2, 0, &[1]) }], &["5", "5"]
)]
fn pull_requests_that_belong_together_earn_no_more_than_one_of_their_size(
    #[case] same: Same,
    #[case] bonus: &str,
    #[case] slices: &[Contribution],
    #[case] earned: &[&str],
) {
    let mut policy = unit(same, bonus);
    policy.eligibility.own_repository = crate::model::policy::OwnRepository::Count;
    let sheet = sheet(&policy, slices);
    assert_eq!(each_points(&sheet), earned);
}

#[test]
fn the_line_says_what_the_unit_earns() {
    let line = &sheet(&unit(Same::Files, "0.1"), &[slice("1", 1, 50, &[1]), slice("2", 2, 51, &[1])]).lines[1];
    let values = ["items", "lines", "most", "bonus", "counts", "earned"].map(|name| value(line.limited.as_ref(), name));
    assert_eq!((code(line.limited.as_ref()), values), ("cap_unit", ["2", "101", "16.5", "0.1", "6.5", "10"]));
}

#[test]
fn the_best_rule_of_the_unit_is_meant() {
    let small = Rule { id: "closed".into(), pay: Pay::Points(points("1")), ..rule("closed", contribution_kind(Kind::PullRequest)) };
    let policy = Policy { rules: vec![sized(), small], ..unit(Same::Files, "0") };
    let closed = Contribution { state: State::Closed, ..slice("1", 1, 60, &[1]) };
    // 1 for the one that was closed; together they are 120 lines of the better rule, 15, of which the merged one has room for its 10.
    assert_eq!(each_points(&sheet(&policy, &[closed, slice("2", 2, 60, &[1])])), ["1", "10"]);
}

#[test]
fn what_a_rule_does_not_pay_is_no_part_of_a_unit() {
    let open = Contribution { state: State::Open, closed_at: None, ..slice("1", 1, 50, &[1]) };
    assert_eq!(each_points(&sheet(&unit(Same::Files, "0"), &[open, slice("2", 2, 50, &[1])])), ["0", "10"]);
}

/// Two slices of one work, one of another, one in another repository, and a review.
#[rstest]
#[case::the_same_files(Some(Same::Files), false, "4")]
#[case::the_same_repository(Some(Same::Repository), false, "3")]
#[case::each_by_itself(None, false, "5")]
#[case::in_each_repository(Some(Same::Repository), true, "2")]
fn a_measure_counts_the_pull_requests_of_one_unit_as_one(#[case] same: Option<Same>, #[case] each: bool, #[case] amount: &str) {
    let items = Measure { each_repository: each, ..measure("items", Count::Items, &[]) };
    let units = same.map(|same| Units { days: 7, same, bonus: Decimal::ZERO });
    let policy = Policy { measures: vec![items], units, ..blank() };
    let of_community = [slice("1", 1, 5, &[1]), slice("2", 2, 5, &[1]), slice("3", 3, 5, &[2]), review("4", "04T00:00")];
    let elsewhere = in_repository(STRANGE, slice("5", 2, 5, &[1]));
    let sheet = sheet(&policy, &[of_community.to_vec(), vec![elsewhere]].concat());
    let taken: Vec<String> = sheet
        .lines
        .iter()
        .filter_map(|line| match &line.source {
            Source::Measure { amount, .. } => Some(amount.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(taken.first().map(String::as_str), Some(amount));
}

/// The middle one joins the others, and only a small part of it is the member's.
#[test]
fn a_shared_slice_still_joins_the_others() {
    let slices = [slice("1", 1, 5, &[1]), slice("2", 2, 5, &[1, 2]), slice("3", 3, 5, &[2])];
    let share = about_contribution(&slices[1], valued(1, StatementKind::Share, "0.1", "2025-09-10"));
    let context = Context { shares: HashMap::from([(slices[1].key.clone(), vec![share])]), ..context() };
    let units = Some(Units { days: 7, same: Same::Files, bonus: Decimal::ZERO });
    let policy = Policy { measures: vec![measure("items", Count::Items, &[])], units, ..blank() };
    assert_eq!(score(&policy, &SUBJECT, &context, &slices).points, points("1"));
}
