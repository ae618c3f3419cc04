//! What may count at all, and by which dates.
//! What it is worth is the matter of other files.

use super::*;

/// The context with another repository in place of the community's.
fn with_repository(repository: impl FnOnce(RepositoryContext) -> RepositoryContext) -> Context {
    let mut context = context();
    let changed = repository(context.repositories[&COMMUNITY].clone());
    context.repositories.insert(COMMUNITY, changed);
    context
}

fn only(policy: &Policy, context: &Context, contribution: Contribution) -> Line {
    score(policy, &SUBJECT, context, &[contribution]).lines.remove(0)
}

fn with_repositories(repositories: Repositories) -> Policy {
    Policy { repositories, ..with_rules([merged_rule()]) }
}

fn osi() -> Repositories {
    Repositories { osi_licence: true, ..Repositories::default() }
}

#[rstest]
#[case::approved(Some("Apache-2.0"), "", "")]
#[case::short_form(Some("GPL-3.0"), "", "")]
#[case::none(None, "licence", "none")]
#[case::not_known(Some("NOASSERTION"), "licence", "unknown")]
#[case::another(Some("CC-BY-NC-4.0"), "licence", "CC-BY-NC-4.0")]
fn a_licence_must_be_an_approved_one(#[case] license: Option<&str>, #[case] code: &str, #[case] licence: &str) {
    let context = with_repository(|repository| RepositoryContext { license: license.map(Into::into), ..repository });
    let line = only(&with_repositories(osi()), &context, merged("1"));
    assert_eq!((why(&line), value(line.excluded.as_ref(), "licence")), (code, licence));
}

#[rstest]
#[case::denied(Repositories { deny: vec!["o/community".into()], ..Repositories::default() }, "denied")]
#[case::denied_with_its_owner(Repositories { deny: vec!["o/*".into()], ..Repositories::default() }, "denied")]
#[case::denied_before_listed(Repositories { deny: vec!["o/*".into()], allow: vec!["o/*".into()], ..Repositories::default() }, "denied")]
#[case::another_is_denied(Repositories { deny: vec!["o/comm".into(), "oo/*".into()], ..Repositories::default() }, "")]
#[case::listed(Repositories { allow: vec!["x/y".into(), "o/community".into()], ..Repositories::default() }, "")]
#[case::listed_with_its_owner(Repositories { allow: vec!["o/*".into()], ..Repositories::default() }, "")]
#[case::not_listed(Repositories { allow: vec!["o/course".into()], ..Repositories::default() }, "not_listed")]
#[case::old_enough(Repositories { min_age_days: Some(2_000), ..Repositories::default() }, "")]
#[case::too_young(Repositories { min_age_days: Some(2_100), ..Repositories::default() }, "repository_age")]
#[case::nobody_counted(Repositories { outside_contributors: Some(1), ..Repositories::default() }, "outside_contributors")]
#[case::registered_on_the_last_day(Repositories { registered_by: Some("2025-08-01".parse().unwrap()), ..Repositories::default() }, "")]
#[case::registered_late(Repositories { registered_by: Some("2025-07-31".parse().unwrap()), ..Repositories::default() }, "registered_late")]
fn a_repository_must_be_one_that_counts(#[case] repositories: Repositories, #[case] code: &str) {
    let policy = with_repositories(repositories);
    assert_eq!(why(&only_line(&policy, merged("1"))), code);
    let role = about(About::Repository(COMMUNITY), statement(1, StatementKind::Role, "2025-09-10"));
    let policy = Policy { rules: vec![rule("role", statement_kind(StatementKind::Role))], ..policy };
    assert_eq!(why(&sheet_of(&policy, &stating([role]), &[]).lines[0]), code, "and so for a statement about it");
}

#[test]
fn people_from_outside_are_counted() {
    let policy = with_repositories(Repositories { outside_contributors: Some(3), ..Repositories::default() });
    for (people, code) in [(2, "outside_contributors"), (3, "")] {
        let context = with_repository(|repository| RepositoryContext { outside_contributors: Some(people), ..repository });
        assert_eq!(why(&only(&policy, &context, merged("1"))), code, "{people}");
    }
}

#[rstest]
#[case("spam", "spam", true)]
#[case("type: spam", "spam", true)]
#[case("Spam/invalid", "spam", true)]
#[case("SPAM", "spam", true)]
#[case("spammy", "spam", false)]
#[case("antispam", "spam", false)]
#[case("no-spam2", "spam", false)]
#[case("not spammy, spam", "spam", true)]
#[case("good first issue", "first issue", true)]
#[case("类型：垃圾", "垃圾", true)]
#[case("垃圾spam", "spam", true)]
#[case("invalid无效", "invalid", true)]
#[case("no_spam", "spam", false)]
#[case("", "spam", false)]
fn a_label_is_left_out_by_whole_words(#[case] label: &str, #[case] word: &str, #[case] is_left_out: bool) {
    let mut policy = with_rules([merged_rule()]);
    policy.eligibility.excluded_labels = vec![word.into()];
    let line = only_line(&policy, Contribution { labels: vec!["bug".into(), label.into()], ..merged("1") });
    assert_eq!(why(&line) == "label", is_left_out);
}

#[rstest]
#[case::no_commit_of_its_own(changed(merged("1"), Change { commits: Some(0), ..Change::default() }), "no_commit")]
#[case::commits_are_not_known(changed(merged("1"), Change { commits: None, ..Change::default() }), "")]
#[case::one_commit(changed(merged("1"), Change { commits: Some(1), ..Change::default() }), "")]
#[case::no_file_before_no_commit(
    changed(Contribution { changed_files: Some(0), ..merged("1") }, Change { commits: Some(0), ..Change::default() }), "no_change"
)]
fn a_phantom_merge_earns_nothing(#[case] contribution: Contribution, #[case] code: &str) {
    assert_eq!(why(&only_line(&with_rules([merged_rule()]), contribution)), code);
}

#[rstest]
#[case::allowed(Automation::Allow, true, false, "", "")]
#[case::marked(Automation::Deny, true, false, "automation", "")]
#[case::only_declared(Automation::Deny, false, true, "automation", "")]
#[case::neither(Automation::Deny, false, false, "", "")]
#[case::not_declared(Automation::Declare, true, false, "", "automation_mark")]
#[case::declared(Automation::Declare, true, true, "", "")]
fn automation_is_as_the_policy_says(
    #[case] automation: Automation,
    #[case] is_marked: bool,
    #[case] is_declared: bool,
    #[case] excluded: &str,
    #[case] flag: &str,
) {
    let mut policy = with_rules([merged_rule()]);
    policy.eligibility.automation = automation;
    let marks = if is_marked { vec!["branch:copilot".to_owned()] } else { Vec::new() };
    let contribution = changed(merged("1"), Change { automation: marks, ..Change::default() });
    let declaration = about_contribution(&contribution, statement(1, StatementKind::Declaration, "2025-09-01"));
    let line = &sheet_of(&policy, &stating(is_declared.then_some(declaration)), &[contribution]).lines[0];
    assert_eq!((why(line), code(line.flags.first())), (excluded, flag));
}

#[test]
fn what_a_person_excluded_earns_nothing_and_says_who_and_why() {
    let exclusion = about_contribution(&merged("1"), statement(1, StatementKind::Exclusion, "2025-12-01"));
    let sheet = sheet_of(&with_rules([merged_rule()]), &stating([exclusion]), &[merged("1"), merged("2")]);
    assert_eq!(each_points(&sheet), ["0", "10"]);
    let reason = sheet.lines[0].excluded.as_ref();
    assert_eq!(["by", "day", "why"].map(|name| value(reason, name)), ["Prof. Lin", "2025-12-01", "seen"]);
}

/// Opened by the 10th and merged by the 12th, both in the zone that is named; it was opened at 02:00 and merged at 17:00 UTC.
#[rstest]
#[case::in_time("2025-09-10T02:00:00Z", Some("2025-09-12T15:59:59Z"), "")]
#[case::opened_too_late("2025-09-10T16:00:00Z", Some("2025-09-12T02:00:00Z"), "opened_late")]
#[case::merged_too_late("2025-09-10T15:59:59Z", Some("2025-09-12T16:00:00Z"), "closed_late")]
#[case::merged_after_the_term("2025-09-10T02:00:00Z", Some("2025-10-12T02:00:00Z"), "closed_late")]
#[case::not_merged_yet("2025-09-10T02:00:00Z", None, "still_open")]
fn two_dates_hold_in_their_zone(#[case] opened: &str, #[case] closed: Option<&str>, #[case] code: &str) {
    let days = Selector {
        requires: Vec::new(),
        opened_by: Some("2025-09-10".parse().unwrap()),
        closed_by: Some("2025-09-12".parse().unwrap()),
        zone: Some(chrono_tz::Asia::Shanghai),
        ..merged_rule().selector
    };
    let policy = with_rules([Rule { selector: days, ..merged_rule() }]);
    let contribution = Contribution { occurred_at: at(opened), closed_at: closed.map(at), ..merged("1") };
    let london = Context { zone: chrono_tz::Europe::London, ..context() };
    let line = only(&policy, &london, contribution);
    assert_eq!(why(&line), code);
    if code == "closed_late" && closed == Some("2025-09-12T16:00:00Z") {
        assert_eq!(value(line.excluded.as_ref(), "day"), "2025-09-13", "the day is that of the zone of the rule");
    }
}

/// Merged on 12 September at 10:00 in Shanghai, with seven days to wait, and asked for at another moment.
#[rstest]
#[case::the_last_second("2025-09-19T01:59:59Z", None, "waiting", "2025-09-19")]
#[case::when_they_are_over("2025-09-19T02:00:00Z", None, "", "")]
#[case::reverted("2025-09-21T00:00:00Z", Some("2025-09-14T02:00:00Z"), "waiting_after_revert", "2025-09-21")]
#[case::reverted_and_waited("2025-09-21T02:00:00Z", Some("2025-09-14T02:00:00Z"), "", "")]
#[case::reverted_long_after("2025-12-05T00:00:00Z", Some("2025-12-01T00:00:00Z"), "waiting_after_revert", "2025-12-08")]
#[case::not_known_yet("2025-11-30T00:00:00Z", Some("2025-12-01T00:00:00Z"), "", "")]
fn an_item_waits_and_a_revert_begins_the_wait_anew(
    #[case] as_of: &str,
    #[case] reverted: Option<&str>,
    #[case] code: &str,
    #[case] until: &str,
) {
    let mut policy = with_rules([merged_rule()]);
    policy.eligibility.waiting_days = 7;
    let reverted: HashMap<_, _> = reverted.map(|when| ((COMMUNITY, 12), at(when))).into_iter().collect();
    let context = Context { as_of: at(as_of), reverted, ..context() };
    let line = only(&policy, &context, Contribution { number: Some(12), ..merged("1") });
    assert_eq!((why(&line), value(line.not_yet.as_ref(), "until")), (code, until));
    let is_known = context.reverted.values().any(|when| *when <= context.as_of);
    let flags: Vec<&str> = line.flags.iter().map(|flag| &*flag.code).collect();
    assert_eq!(flags, if is_known && code.is_empty() { vec!["reverted"] } else { vec![] });
    assert_eq!(answer(&line), if code.is_empty() { if is_known { Answer::Flagged } else { Answer::Counted } } else { Answer::NotYet });
}

#[test]
fn a_revert_without_waiting_days_only_flags() {
    let context = Context { reverted: HashMap::from([((COMMUNITY, 12), at("2025-09-14T00:00:00Z"))]), ..context() };
    let line = only(&with_rules([merged_rule()]), &context, Contribution { number: Some(12), ..merged("1") });
    assert_eq!((line.points, code(line.flags.first()), value(line.flags.first(), "day")), (points("10"), "reverted", "2025-09-14"));
}

/// G19.
#[test]
fn what_an_earlier_term_paid_earns_nothing_and_is_not_measured_again() {
    let paid = merged("1");
    let prior = Prior { paid: HashMap::from([(paid.key.clone(), "2024-2025-2".to_owned())]), ..Prior::default() };
    let subject = Subject { prior, ..SUBJECT.clone() };
    let measures = vec![measure("works", Count::Items, &[contribution_kind(Kind::PullRequest)])];
    let policy = Policy { measures, ..with_rules([merged_rule()]) };
    let found = sheet_of(&policy, &subject, &[paid.clone(), merged("2")]);
    assert_eq!(each_points(&found), ["0", "10", "1"]);
    let line = &found.lines[0];
    assert_eq!((why(line), value(line.excluded.as_ref(), "term"), line.measured_by.len()), ("paid_before", "2024-2025-2", 0));
    assert_eq!(answer(line), Answer::Zero);
    assert_eq!(total(&policy, &subject, &context(), &[paid.clone(), merged("2")]).points, found.points);

    let waiting = Policy { eligibility: Eligibility { waiting_days: 1_000, ..policy.eligibility.clone() }, ..policy.clone() };
    assert_eq!(why(&sheet_of(&waiting, &subject, std::slice::from_ref(&paid)).lines[0]), "paid_before", "nobody waits for it");
    let of_another_term =
        Contribution { occurred_at: at("2025-08-01T00:00:00Z"), closed_at: Some(at("2025-12-01T00:00:00Z")), ..paid.clone() };
    assert_eq!(why(&sheet_of(&policy, &subject, &[of_another_term]).lines[0]), "outside_term", "what does not count here says why");
    let of_years = Policy { years: Some(3), ..policy };
    assert_eq!(sheet_of(&of_years, &subject, &[paid]).points, points("11"), "several years are looked at anew");
}

#[rstest]
#[case::none(Some(0), "no_lines")]
#[case::one(Some(1), "")]
#[case::not_known(None, "")]
fn a_rule_can_ask_for_lines_that_people_write(#[case] effective_lines: Option<i64>, #[case] code: &str) {
    let mut rule = merged_rule();
    rule.selector.requires.push(Requirement::ChangesLines);
    assert_eq!(why(&only_line(&with_rules([rule]), Contribution { effective_lines, ..merged("1") })), code);
}

/// Opened on 10 September, merged on the 12th; seven days to wait.
#[rstest]
#[case::since_the_opening("2025-09-17T02:00:00Z", "waiting")]
#[case::since_the_merge("2025-09-19T02:00:00Z", "")]
fn what_counts_by_its_opening_waits_from_its_merge(#[case] as_of: &str, #[case] code: &str) {
    let mut rule = merged_rule();
    rule.selector.dated_by = DatedBy::Opened;
    let mut policy = with_rules([rule]);
    policy.eligibility.waiting_days = 7;
    let line = only(&policy, &Context { as_of: at(as_of), ..context() }, merged("1"));
    assert_eq!((why(&line), line.counted_at), (code, at("2025-09-10T02:00:00Z")));
}
