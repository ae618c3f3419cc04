//! What many items amount to together, conditions on that, and factors of groups.
//! Shares in what is measured are told with shares.

use super::*;

const PULL: ItemKind = ItemKind::Contribution(Kind::PullRequest);
const REVIEW: ItemKind = ItemKind::Contribution(Kind::Review);

fn measuring(measures: impl IntoIterator<Item = Measure>) -> Policy {
    Policy { measures: measures.into_iter().collect(), ..blank() }
}

/// The amount of the measure that the last line is about.
fn amount(sheet: &ScoreSheet) -> String {
    match &sheet.lines.last().unwrap().source {
        Source::Measure { amount, .. } => amount.to_string(),
        source => panic!("{source:?}"),
    }
}

fn sized(id: &str, lines: Option<i64>) -> Contribution {
    Contribution { effective_lines: lines, ..merged(id) }
}

#[rstest]
#[case::nothing(Count::Items, &[PULL], &[], "0")]
#[case::items(Count::Items, &[PULL], &[merged("1"), merged("2"), review("3", "10T00:00")], "2")]
#[case::items_of_every_kind(Count::Items, &[], &[merged("1"), merged("2"), review("3", "10T00:00")], "3")]
#[case::kinds(Count::Kinds, &[PULL, REVIEW], &[merged("1"), merged("2"), review("3", "10T00:00")], "2")]
#[case::repositories(Count::Repositories, &[PULL], &[merged("1"), merged("2"), in_repository(STRANGE, merged("3"))], "2")]
#[case::the_largest(Count::LargestLines, &[], &[sized("1", Some(30)), sized("2", Some(70)), sized("3", None)], "70")]
#[case::what_cannot_count(Count::Items, &[PULL], &[in_repository(OWN, merged("1")), Contribution { by_bot: true, ..merged("2") }], "0")]
#[case::of_another_term(Count::Items, &[PULL], &[Contribution { occurred_at: at("2025-08-01T00:00:00Z"), ..merged("1") }], "0")]
fn a_measure_counts(#[case] count: Count, #[case] kinds: &[ItemKind], #[case] contributions: &[Contribution], #[case] expected: &str) {
    let sheet = sheet(&measuring([measure("m", count, kinds)]), contributions);
    assert_eq!((amount(&sheet), sheet.points), (expected.to_owned(), points(expected)));
    let line = sheet.lines.last().unwrap();
    assert_eq!((line.rule.as_deref(), line.base), (Some("m"), points(expected)));
    let measured = line.basis.first();
    assert_eq!((code(measured), value(measured, "count"), value(measured, "amount")), ("measured", count.as_str(), expected));
}

#[test]
fn what_only_a_measure_takes_has_no_rule_and_is_not_excluded() {
    let policy = measuring([measure("a", Count::Items, &[PULL]), measure("b", Count::Items, &[]), measure("c", Count::Items, &[REVIEW])]);
    let line = only_line_of_two(&policy);
    assert_eq!((line.rule.clone(), line.points, why(&line)), (None, Points::ZERO, ""));
    assert_eq!((line.measured_by.clone(), answer(&line)), (vec!["a".into(), "b".into()], Answer::Counted));
    let both = Policy { rules: vec![merged_rule()], ..policy };
    let line = only_line_of_two(&both);
    assert_eq!((line.rule.as_deref(), line.points, line.measured_by.len()), (Some("merged"), points("10"), 2));
}

/// The first line of the sheet of one pull request.
fn only_line_of_two(policy: &Policy) -> Line {
    sheet(policy, &[merged("1")]).lines.remove(0)
}

#[test]
fn where_no_rule_is_closer_the_measure_says_what_is_missing() {
    let mut merged_only = measure("merged_items", Count::Items, &[PULL]);
    merged_only.selector.requires = vec![Requirement::Merged];
    let closed = Contribution { state: State::Closed, ..merged("1") };
    let line = sheet(&measuring([merged_only]), &[closed]).lines.remove(0);
    assert_eq!((why(&line), value(line.excluded.as_ref(), "rule")), ("not_merged", "merged_items"));
}

#[test]
fn a_rule_that_waits_does_not_keep_a_measure_from_counting() {
    let open = Contribution { state: State::Open, closed_at: None, ..merged("1") };
    let mut rule = merged_rule();
    rule.selector.requires = Vec::new();
    let policy = Policy { rules: vec![rule], ..measuring([measure("submitted", Count::Items, &[PULL])]) };
    let sheet = sheet(&policy, &[open]);
    assert_eq!((why(&sheet.lines[0]), sheet.lines[0].measured_by.len(), amount(&sheet)), ("still_open", 1, "1".to_owned()));
}

#[test]
fn of_each_repository_there_is_a_line_and_it_earns_by_itself() {
    let mut each_one = measure("each", Count::Items, &[PULL]);
    (each_one.each_repository, each_one.pay) = (true, Some(ladder(&[("1", "0.5"), ("3", "1")])));
    let policy = measuring([each_one]);
    let many = [merged("1"), merged("2"), merged("3"), in_repository(STRANGE, merged("4"))];
    let sheet = sheet(&policy, &many);
    let lines: Vec<_> = sheet.lines[4..].iter().map(|line| (line.source.clone(), line.points)).collect();
    let line = |repository, amount: &str, earned: &str| {
        (Source::Measure { measure: "each".into(), repository: Some(repository), amount: decimal(amount) }, points(earned))
    };
    assert_eq!(lines, [line(COMMUNITY, "3", "1"), line(STRANGE, "1", "0.5")]);
    let asked = Policy { requirements: vec![from("each", "3")], ..policy.clone() };
    assert_eq!(super::sheet(&asked, &many).unmet, [], "a condition asks for the largest of them");
    assert_eq!(super::sheet(&policy, &[]).lines, []);
}

/// The weeks of September begin on the 1st, 8th, 15th, 22nd and 29th.
#[rstest]
#[case::none(false, &[], "0")]
#[case::two_in_one(false, &["02", "07"], "1")]
#[case::sunday_and_monday(false, &["07", "08"], "2")]
#[case::nothing_is_served_where_nobody_says_so(false, &["02", "03", "04"], "1")]
#[case::a_later_week_is_served(true, &["02", "03", "04"], "3")]
#[case::an_earlier_one_never(true, &["23", "24", "25"], "2")]
#[case::a_week_of_ones_own_comes_first(true, &["02", "03", "09"], "3")]
#[case::up_to_the_last_week(true, &["02", "02", "02", "02", "02", "02", "02"], "5")]
#[case::what_the_last_week_has_too_many_is_lost(true, &["02", "29", "30"], "2")]
#[case::only_what_is_left_over(true, &["02", "02", "22", "23"], "4")]
fn weeks_are_counted_in_the_institutions_zone(#[case] serves: bool, #[case] days: &[&str], #[case] expected: &str) {
    let one = |(number, day): (usize, &&str)| Contribution {
        occurred_at: at(&format!("2025-09-{day}T02:00:00Z")),
        ..merged(&number.to_string())
    };
    let mut weeks = measure("weeks", Count::Weeks, &[PULL]);
    weeks.serves_later_weeks = serves;
    assert_eq!(amount(&sheet(&measuring([weeks]), &days.iter().enumerate().map(one).collect::<Vec<_>>())), expected);
}

#[test]
fn a_week_begins_at_the_institutions_midnight_and_is_served_when_it_has_begun() {
    let mut weeks = measure("weeks", Count::Weeks, &[PULL]);
    let on = |id, occurred| Contribution { occurred_at: at(occurred), ..merged(id) };
    let both = [on("1", "2025-09-07T15:59:59Z"), on("2", "2025-09-07T16:00:00Z")];
    assert_eq!(amount(&sheet(&measuring([weeks.clone()]), &both)), "2");
    weeks.serves_later_weeks = true;
    let many = ["1", "2", "3", "4"].map(|id| on(id, "2025-09-02T02:00:00Z"));
    let early = Context { as_of: at("2025-09-10T00:00:00Z"), ..context() };
    assert_eq!(amount(&score(&measuring([weeks]), &SUBJECT, &early, &many)), "2");
}

#[rstest]
#[case::hours(Count::Hours, StatementKind::TimeLog, "8.5")]
#[case::the_newest_mark_of_each_name(Count::Marks, StatementKind::Mark, "6.5")]
fn hours_are_summed_and_of_marks_the_newest_counts(#[case] count: Count, #[case] kind: StatementKind, #[case] expected: &str) {
    let stated = |number, name: &str, value: &str, day: &str| Statement { name: Some(name.into()), ..valued(number, kind, value, day) };
    let subject = stating([stated(1, "a", "2", "2025-09-03"), stated(2, "a", "3", "2025-09-05"), stated(3, "b", "3.5", "2025-09-04")]);
    assert_eq!(amount(&sheet_of(&measuring([measure("m", count, &[])]), &subject, &[merged("1")])), expected);
}

#[test]
fn a_mark_about_a_second_project_leaves_that_about_the_first_alone() {
    let mark = |number, of, value: &str, day: &str| {
        about(About::Repository(of), Statement { name: Some("dependants".into()), ..valued(number, StatementKind::Mark, value, day) })
    };
    let subject =
        stating([mark(1, COMMUNITY, "20", "2025-09-03"), mark(2, STRANGE, "5", "2025-09-05"), mark(3, COMMUNITY, "21", "2025-09-04")]);
    assert_eq!(amount(&sheet_of(&measuring([measure("m", Count::Marks, &[])]), &subject, &[])), "26");
}

fn network(below: u32, equal: u32, class: u32) -> Subject {
    let standing = |value: &str| Standing { value: decimal(value), below, equal, class };
    Subject { network: Some(Network { openrank: standing("1.23456"), activity: standing("7") }), ..SUBJECT.clone() }
}

/// The same place with nothing done.
fn idle(below: u32, equal: u32, class: u32) -> Subject {
    let standing = || Standing { value: Decimal::ZERO, below, equal, class };
    Subject { network: Some(Network { openrank: standing(), activity: standing() }), ..SUBJECT.clone() }
}

#[test]
fn a_network_score_that_nobody_knows_yet_is_not_zero() {
    let measure = Measure { normalise: Normalise::Percentile, ..measure("network", Count::Openrank, &[]) };
    let sheet = sheet_of(&measuring([measure]), &SUBJECT, &[]);
    assert_eq!((why(&sheet.lines[0]), answer(&sheet.lines[0])), ("months_not_over", Answer::NotYet));
    assert_eq!(sheet.points, Points::ZERO);
}

#[rstest]
#[case::as_it_is(Count::Openrank, Normalise::None, network(0, 1, 3), "1.235")]
#[case::activity(Count::Activity, Normalise::None, network(0, 1, 3), "7")]
#[case::the_last_of_three(Count::Openrank, Normalise::Percentile, network(0, 1, 3), "0.333")]
#[case::two_share_the_middle(Count::Openrank, Normalise::Percentile, network(1, 2, 4), "0.75")]
#[case::the_first(Count::Openrank, Normalise::Percentile, network(9, 1, 10), "1")]
#[case::all_alike(Count::Openrank, Normalise::Rank, network(0, 5, 5), "1")]
#[case::the_first_of_four(Count::Openrank, Normalise::Rank, network(3, 1, 4), "1")]
#[case::the_second_of_four(Count::Openrank, Normalise::Rank, network(2, 1, 4), "0.667")]
#[case::two_share_the_second_place(Count::Openrank, Normalise::Rank, network(1, 2, 4), "0.667")]
#[case::the_last_of_four(Count::Openrank, Normalise::Rank, network(0, 1, 4), "0")]
#[case::the_only_one(Count::Openrank, Normalise::Rank, network(0, 1, 1), "1")]
#[case::an_empty_class(Count::Openrank, Normalise::Rank, network(0, 0, 0), "0")]
#[case::nothing_done_among_others_who_did_nothing(Count::Openrank, Normalise::Percentile, idle(0, 5, 5), "0")]
#[case::nothing_done_and_nobody_above(Count::Activity, Normalise::Rank, idle(0, 5, 5), "0")]
fn a_network_score_is_taken_as_the_policy_says(
    #[case] count: Count,
    #[case] normalise: Normalise,
    #[case] subject: Subject,
    #[case] expected: &str,
) {
    let measure = Measure { normalise, ..measure("network", count, &[]) };
    let sheet = sheet_of(&measuring([measure]), &subject, &[]);
    assert_eq!((amount(&sheet), sheet.points), (expected.to_owned(), points(expected)));
}

#[rstest]
#[case::in_the_term("2025-09-10", "0", "excluded_by_person")]
#[case::in_another("2025-10-10", "1", "")]
fn a_person_can_exclude_the_network_score(#[case] day: &str, #[case] earned: &str, #[case] code: &str) {
    let subject = Subject { statements: vec![statement(1, StatementKind::Exclusion, day)], ..network(2, 1, 3) };
    let measure = Measure { normalise: Normalise::Rank, ..measure("network", Count::Openrank, &[]) };
    let sheet = sheet_of(&measuring([measure]), &subject, &[]);
    assert_eq!((sheet.points, why(&sheet.lines[0])), (points(earned), code));
}

#[rstest]
#[case::reached(from("items", "2"), "2", "")]
#[case::not_reached(from("items", "3"), "0", "condition_not_met")]
#[case::below(below("items", "3"), "2", "")]
#[case::not_below(below("items", "2"), "0", "condition_not_met")]
#[case::of_itself(from("m", "2"), "0", "condition_not_met")]
#[case::of_one_whose_own_does_not_hold(from("never", "1"), "0", "condition_not_met")]
#[case::of_nothing(from("unknown", "1"), "0", "condition_not_met")]
fn a_measure_earns_if_its_condition_holds(#[case] when: Condition, #[case] earned: &str, #[case] code: &str) {
    let items = Measure { pay: None, ..measure("items", Count::Items, &[PULL]) };
    let never = Measure { when: Some(from("items", "9")), ..items.clone() };
    let never = Measure { id: "never".into(), ..never };
    let paid = Measure { when: Some(when), ..measure("m", Count::Items, &[PULL]) };
    let sheet = sheet(&measuring([items, never, paid]), &[merged("1"), merged("2")]);
    assert_eq!(sheet.lines.len(), 3, "a measure that earns nothing has no line");
    assert_eq!((sheet.points, why(&sheet.lines[2])), (points(earned), code));
}

#[test]
fn a_condition_that_does_not_hold_says_what_there_is() {
    let paid = Measure { when: Some(below("m", "1")), ..measure("m", Count::Items, &[PULL]) };
    let asked = Measure { when: Some(from("m2", "5")), ..measure("m", Count::Items, &[PULL]) };
    let second = Measure { id: "m2".into(), when: None, ..paid };
    let line = &sheet(&measuring([asked, second]), &[merged("1")]).lines[1];
    assert_eq!(["measure", "amount", "from"].map(|name| value(line.excluded.as_ref(), name)), ["m2", "1", "5"]);
}

#[test]
fn requirements_that_are_not_met_are_named() {
    let policy = Policy {
        requirements: vec![from("items", "3"), from("items", "1"), below("items", "1")],
        ..measuring([measure("items", Count::Items, &[PULL])])
    };
    let unmet = sheet(&policy, &[merged("1")]).unmet;
    let told = |reason: &Reason| format!("{} {:?}", reason.code, reason.values.values().collect::<Vec<_>>());
    assert_eq!(
        unmet.iter().map(told).collect::<Vec<_>>(),
        [r#"requirement_not_met ["1", "3", "items"]"#, r#"requirement_not_met ["1", "1", "items"]"#]
    );
    assert_eq!(total(&policy, &SUBJECT, &context(), &[merged("1")]).unmet, unmet);
}

/// What the group `g` earns is multiplied by 0.6 if fewer than two were merged.
fn deducting() -> Policy {
    let in_group = |rule: Rule| Rule { group: Some("g".into()), ..rule };
    let items = Measure { group: Some("g".into()), ..measure("items", Count::Items, &[PULL]) };
    let factor = GroupFactor { id: "few".into(), group: "g".into(), factor: decimal("0.6"), when: below("items", "2") };
    let rules = vec![in_group(merged_rule()), rule("review", REVIEW)];
    Policy { rules, factors: vec![factor], ..measuring([items]) }
}

#[test]
fn a_factor_multiplies_what_its_group_earned_if_its_condition_holds() {
    let one = sheet(&deducting(), &[merged("1"), review("2", "20T00:00")]);
    assert_eq!(each_points(&one), ["6", "10", "0.6"]);
    let factor = one.lines[0].factors.last().unwrap();
    assert_eq!((&*factor.name, factor.value, &*factor.reason.code), ("few", decimal("0.6"), "group_factor"));
    assert_eq!(["factor", "measure", "amount", "below"].map(|name| value(Some(&factor.reason), name)), ["few", "items", "1", "2"]);
    let two = sheet(&deducting(), &[merged("1"), merged("3"), review("2", "20T00:00")]);
    assert_eq!(each_points(&two), ["10", "10", "10", "2"]);
}

#[test]
fn a_factor_comes_before_the_limits() {
    let policy = Policy { limits: vec![Limit { groups: vec!["g".into()], ..limit(Per::Group, "6.5") }], ..deducting() };
    let sheet = sheet(&policy, &[merged("1"), review("2", "20T00:00")]);
    assert_eq!(each_points(&sheet), ["6", "10", "0.5"], "the items of the group first, then its measures, and others not at all");
    assert_eq!(code(sheet.lines[2].limited.as_ref()), "cap_group");
}

#[rstest]
#[case::of_the_term(limit(Per::Term, "1.5"), "1.5")]
#[case::of_a_day_holds_for_items_alone(limit(Per::Day, "1.5"), "3")]
#[case::of_its_kinds(Limit { kinds: vec![PULL, REVIEW], ..limit(Per::Term, "1.5") }, "1.5")]
#[case::of_other_kinds(Limit { kinds: vec![REVIEW], ..limit(Per::Term, "1.5") }, "3")]
#[case::of_categories_that_it_does_not_name(Limit { categories: vec!["community".into()], ..limit(Per::Term, "1.5") }, "3")]
#[case::of_a_group(Limit { groups: vec!["g".into()], ..limit(Per::Term, "1.5") }, "1.5")]
#[case::of_another_group(Limit { groups: vec!["h".into()], ..limit(Per::Term, "1.5") }, "3")]
#[case::of_a_number(Limit { points: None, items: Some(1), ..limit(Per::Term, "1") }, "3")]
fn limits_of_groups_and_terms_hold_for_measures(#[case] limit: Limit, #[case] earned: &str) {
    let items = Measure { group: Some("g".into()), ..measure("items", Count::Items, &[PULL]) };
    let policy = Policy { limits: vec![limit], ..measuring([items]) };
    assert_eq!(sheet(&policy, &[merged("1"), merged("2"), merged("3")]).points, points(earned));
}

#[rstest]
#[case::reached(from("network", "1"))]
#[case::below(below("network", "1"))]
#[case::below_one_whose_condition_asks_for_it(below("asking", "1"))]
fn a_network_score_that_nobody_knows_yet_meets_no_condition(#[case] when: Condition) {
    let asked = Measure { pay: None, ..measure("network", Count::Openrank, &[]) };
    let asking = Measure { pay: None, when: Some(from("network", "1")), ..measure("asking", Count::Items, &[PULL]) };
    let paid = Measure { when: Some(when.clone()), group: Some("g".into()), ..measure("m", Count::Items, &[PULL]) };
    let open = Measure { id: "open".into(), when: None, ..paid.clone() };
    let factor = GroupFactor { id: "twice".into(), group: "g".into(), factor: decimal("2"), when: when.clone() };
    let policy = Policy { requirements: vec![when], factors: vec![factor], ..measuring([asked, asking, paid, open]) };
    let sheet = sheet(&policy, &[merged("1")]);
    assert_eq!(sheet.lines[1..].iter().map(why).collect::<Vec<_>>(), ["months_not_over", ""]);
    assert_eq!(sheet.points, points("1"), "the factor does not hold");
    let unmet = sheet.unmet.first();
    assert_eq!((code(unmet), value(unmet, "amount")), ("requirement_not_met", ""));
    assert!(said(unmet.unwrap()).ends_with("and it is not known yet"), "{}", said(unmet.unwrap()));
}

#[test]
fn an_excluded_network_score_is_nothing_whether_or_not_it_is_known() {
    for subject in [network(2, 1, 3), SUBJECT.clone()] {
        let subject = Subject { statements: vec![statement(1, StatementKind::Exclusion, "2025-09-10")], ..subject };
        let paid = Measure { when: Some(below("network", "1")), ..measure("m", Count::Items, &[PULL]) };
        let sheet = sheet_of(&measuring([measure("network", Count::Openrank, &[]), paid]), &subject, &[merged("1")]);
        assert_eq!((why(&sheet.lines[1]), sheet.points), ("excluded_by_person", points("1")));
    }
}
