//! How much of what was earned counts.
//! What earns is the matter of other files.

use super::*;

/// Ten points each, in the order of their days; what counts of each, and the last line's reason.
#[rstest]
#[case::of_a_term("per='term'\npoints=25", &["10", "10", "5"], "cap_term", "points=25 counts=5")]
#[case::of_a_term_used_up("per='term'\npoints=20", &["10", "10", "0"], "cap_term", "points=20 counts=0")]
#[case::of_one("per='item'\npoints=9.5", &["9.5", "9.5", "9.5"], "cap_item", "points=9.5 counts=9.5")]
#[case::of_a_number("per='term'\nitems=2", &["10", "10", "0"], "cap_term", "items=2 counts=0")]
#[case::of_a_kind("per='kind'\nitems=1\nkinds=['pull_request','review']", &["10", "0", "0"], "cap_kind",
    "items=1 counts=0 kinds=pull_request,review")]
#[case::of_a_repository("per='repository'\npoints=1\ncategories=['community','own']", &["1", "0", "0"], "cap_repository",
    "points=1 counts=0 categories=community,own")]
#[case::of_a_category("per='category'\npoints=15", &["10", "5", "0"], "cap_category", "points=15 counts=0")]
#[case::of_a_day("per='day'\npoints=15", &["10", "10", "5"], "cap_day", "points=15 counts=5")]
fn a_limit_takes_contributions_by_date_and_says_what_was_left(
    #[case] limit: &str,
    #[case] counts: &[&str],
    #[case] code: &str,
    #[case] says: &str,
) {
    let sheet = sheet(&limited_by(&format!("[[limits]]\n{limit}")), &three());
    assert_eq!(each_points(&sheet), counts);
    let limited = sheet.lines[2].limited.clone().unwrap();
    let told = ["points", "items", "counts", "kinds", "categories", "groups"].map(|name| (name, &*limited.values[name]));
    let told: Vec<String> =
        told.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!((&*limited.code, told.join(" "), &*limited.values["earned"]), (code, says.to_owned(), "10"));
}

/// The second and the third are of one day in Shanghai, and of two days in UTC.
pub(super) fn three() -> [Contribution; 3] {
    let on = |id, closed| Contribution { closed_at: Some(at(closed)), ..merged(id) };
    [on("3", "2025-09-12T17:00:00Z"), on("2", "2025-09-12T16:00:00Z"), on("1", "2025-09-12T15:00:00Z")]
}

/// Two at the end of September, two at the beginning of October: the first in the week of the 22nd, the others in that of the 29th.
#[rstest]
#[case::of_a_week(limit(Per::Week, "15"), &["10", "10", "5", "0"], "cap_week")]
#[case::of_a_month(limit(Per::Month, "15"), &["10", "5", "10", "5"], "cap_month")]
#[case::of_a_group(Limit { groups: vec!["g".into()], ..limit(Per::Group, "15") }, &["10", "5", "0", "0"], "cap_group")]
#[case::of_each_group(limit(Per::Group, "15"), &["10", "5", "0", "0"], "cap_group")]
#[case::of_another_group(Limit { groups: vec!["h".into()], ..limit(Per::Group, "15") }, &["10", "10", "10", "10"], "")]
#[case::of_a_group_in_a_term(Limit { groups: vec!["h".into(), "g".into()], ..limit(Per::Term, "15") }, &["10", "5", "0", "0"], "cap_term")]
fn weeks_months_and_groups_have_accounts_of_their_own(#[case] limit: Limit, #[case] counts: &[&str], #[case] code: &str) {
    let on = |id, closed| Contribution { closed_at: Some(at(closed)), ..merged(id) };
    let four = [
        on("1", "2025-09-28T15:59:59Z"),
        on("2", "2025-09-28T16:00:00Z"),
        on("3", "2025-09-30T16:00:00Z"),
        on("4", "2025-10-01T16:00:00Z"),
    ];
    let context = Context { window: Window { until: at("2025-10-31T16:00:00Z"), ..context().window }, ..context() };
    let policy = Policy { limits: vec![limit], ..with_rules([Rule { group: Some("g".into()), ..merged_rule() }]) };
    let sheet = score(&policy, &SUBJECT, &context, &four);
    assert_eq!(
        (each_points(&sheet), super::code(sheet.lines[3].limited.as_ref())),
        (counts.iter().map(|c| (*c).to_owned()).collect(), code)
    );
}

#[rstest]
#[case::of_their_kind(Limit { kinds: vec![statement_kind(StatementKind::Mark)], ..limit(Per::Kind, "15") }, &["10", "5"])]
#[case::of_the_term(limit(Per::Term, "15"), &["10", "5"])]
#[case::of_the_day(limit(Per::Day, "15"), &["10", "10"])]
#[case::of_a_repository_that_they_are_not_about(limit(Per::Repository, "5"), &["10", "10"])]
#[case::of_one(limit(Per::Item, "5"), &["5", "5"])]
fn statements_pass_the_limits_as_items(#[case] limit: Limit, #[case] counts: &[&str]) {
    let policy = Policy { limits: vec![limit], ..with_rules([rule("mark", statement_kind(StatementKind::Mark))]) };
    let subject = stating([statement(1, StatementKind::Mark, "2025-09-10"), statement(2, StatementKind::Mark, "2025-09-11")]);
    assert_eq!(each_points(&sheet_of(&policy, &subject, &[])), counts);
}

#[test]
fn a_limit_on_one_kind_leaves_others_alone() {
    let policy = limited_by("[[limits]]\nper='day'\npoints=4\nkinds=['review']");
    let sheet = sheet(&policy, &[review("1", "12T01:00"), review("2", "12T02:00"), merged("3")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["4", "10", "0"]);
}

#[test]
fn the_tightest_limit_is_named_and_of_equals_the_first() {
    let policy = limited_by("[[limits]]\nper='term'\npoints=8\n[[limits]]\nper='kind'\npoints=3\n[[limits]]\nper='day'\npoints=3");
    let line = only_line(&policy, merged("1"));
    assert_eq!((line.points, line.limited.unwrap().code.into_owned()), (points("3"), "cap_kind".to_owned()));
}

#[test]
fn a_contribution_that_earns_nothing_takes_no_place() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let empty = Contribution { effective_lines: Some(0), closed_at: Some(at("2025-09-02T00:00:00Z")), ..merged("1") };
    let sheet = sheet(&policy, &[empty, merged("2")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["0", "10"]);
}

#[test]
fn of_one_moment_the_lower_key_is_first() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let sheet = sheet(&policy, &[merged("b"), merged("a")]);
    assert_eq!(&*sheet.lines[0].key().unwrap().github_id, "a");
    assert_eq!(sheet.lines[0].points, points("10"));
}

/// Four approvals of four days: the first two of one pull request, the third of one with the same number elsewhere, the last of nothing.
#[rstest]
#[case::one_of_each("items=1", ["4", "0", "4", "4"])]
#[case::so_many_points_of_each("points=7", ["4", "3", "4", "4"])]
#[case::of_another_kind("items=1\nkinds=['pull_request']", ["4", "4", "4", "4"])]
fn what_belongs_to_one_pull_request_has_one_account(#[case] most: &str, #[case] counts: [&str; 4]) {
    let policy = limited_by(&format!("[[limits]]\nper='work'\n{most}"));
    let of = |id, number, day| Contribution { number, ..review(id, day) };
    let elsewhere = in_repository(STRANGE, of("3", Some(7), "12T03:00"));
    let sheet = sheet(&policy, &[of("1", Some(7), "12T01:00"), of("2", Some(7), "12T02:00"), elsewhere, of("4", None, "12T04:00")]);
    assert_eq!(each_points(&sheet), counts);
    let limited = sheet.lines[1].limited.as_ref();
    assert_eq!(code(limited), if counts[1] == "4" { "" } else { "cap_work" });
}
