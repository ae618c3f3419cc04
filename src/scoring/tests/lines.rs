//! What one contribution earns, or why it earns nothing.
//! Limits and other items are not its matter.

use super::*;

#[rstest]
#[case::a_merged_pull_request(merged("1"), "10")]
#[case::of_one_line(Contribution { effective_lines: Some(1), ..merged("1") }, "5")]
#[case::up_to_the_step(Contribution { effective_lines: Some(100), ..merged("1") }, "10")]
#[case::from_the_step_on(Contribution { effective_lines: Some(101), ..merged("1") }, "15")]
#[case::of_many_lines(Contribution { effective_lines: Some(1_000_000), ..merged("1") }, "20")]
#[case::a_bomb_of_lock_files(Contribution { effective_lines: Some(0), total_lines: Some(90_000), ..merged("1") }, "0")]
#[case::of_unknown_size(Contribution { effective_lines: None, ..merged("1") }, "10")]
#[case::of_unknown_files(Contribution { changed_files: None, ..merged("1") }, "10")]
#[case::in_a_course(in_repository(COURSE, merged("1")), "5")]
#[case::in_a_category_that_nobody_declared(in_repository(STRANGE, merged("1")), "10")]
#[case::a_decided_review(review("1", "10T00:00"), "4")]
#[case::a_commenting_review(done("1", Kind::Review, State::Commented, "10T00:00"), "2")]
#[case::a_dismissed_review(done("1", Kind::Review, State::Dismissed, "10T00:00"), "2")]
#[case::a_review_of_a_deleted_accounts_work(Contribution { parent_account: None, ..review("1", "10T00:00") }, "4")]
#[case::a_remark(done("1", Kind::ReviewComment, State::Published, "10T00:00"), "0.5")]
#[case::a_comment(done("1", Kind::IssueComment, State::Published, "10T00:00"), "0.2")]
#[case::a_release(done("1", Kind::Release, State::Published, "10T00:00"), "5")]
#[case::the_first_moment_of_the_term(Contribution { closed_at: Some(at("2025-08-31T16:00:00Z")), ..merged("1") }, "10")]
#[case::the_last_second_of_the_term(Contribution { closed_at: Some(at("2025-09-30T15:59:59Z")), ..merged("1") }, "10")]
#[case::opened_before_the_term_and_merged_in_it(Contribution { occurred_at: at("2024-01-01T00:00:00Z"), ..merged("1") }, "10")]
fn a_contribution_earns_what_its_rule_says(#[case] contribution: Contribution, #[case] earns: &str) {
    let line = only_line(&unlimited(), contribution);
    assert_eq!((line.points, line.excluded, line.limited), (points(earns), None, None));
    let product = line.factors.iter().fold(line.base.to_decimal(), |product, factor| product * factor.value);
    assert_eq!(product.normalize(), line.points.to_decimal(), "the line explains its points");
}

#[rstest]
#[case::anothers(Contribution { account: Some(ANOTHER), ..merged("1") }, Code::OtherAccount)]
#[case::nobodys(Contribution { account: None, ..merged("1") }, Code::OtherAccount)]
#[case::a_machines(Contribution { by_bot: true, ..merged("1") }, Code::Bot)]
#[case::in_a_repository_that_is_not_counted(in_repository(UNTRACKED, merged("1")), Code::UntrackedRepository)]
#[case::in_ones_own_repository(in_repository(OWN, merged("1")), Code::OwnRepository)]
#[case::labelled(Contribution { labels: vec!["good".into(), "spam".into()], ..merged("1") }, Code::Label)]
#[case::merged_without_a_change(Contribution { changed_files: Some(0), ..merged("1") }, Code::NoChange)]
#[case::a_commit(done("1", Kind::Commit, State::Published, "10T00:00"), Code::NoRule)]
#[case::not_planned(done("1", Kind::Issue, State::NotPlanned, "10T00:00"), Code::State)]
#[case::closed_without_merging(Contribution { state: State::Closed, ..merged("1") }, Code::NotMerged)]
#[case::merged_by_oneself(Contribution { confirmed_by: Vec::new(), ..merged("1") }, Code::NotConfirmed)]
#[case::confirmed_by_oneself(Contribution { confirmed_by: vec![ME], ..merged("1") }, Code::NotConfirmed)]
#[case::a_review_of_ones_own_pull_request(Contribution { parent_account: Some(ME), ..review("1", "10T00:00") }, Code::OwnWork)]
#[case::before_the_term(Contribution { closed_at: Some(at("2025-08-31T15:59:59Z")), ..merged("1") }, Code::OutsideTerm)]
#[case::after_the_term(Contribution { closed_at: Some(at("2025-09-30T16:00:00Z")), ..merged("1") }, Code::OutsideTerm)]
fn a_contribution_that_must_not_count_earns_nothing_and_says_why(#[case] contribution: Contribution, #[case] code: Code) {
    let line = only_line(&practice(), contribution);
    assert_eq!(line.excluded.map(|reason| reason.code.into_owned()), Some(code.as_str().to_owned()));
    assert_eq!((line.points, line.base, line.factors, line.limited), (Points::ZERO, Points::ZERO, Vec::new(), None));
}

#[test]
fn a_category_that_no_rule_names_is_the_reason_where_nothing_fits() {
    let text = PRACTICE.replace("kind = \"release\"", "kind = \"release\"\ncategories = [\"course\"]");
    let policy = policy::parse("p.toml", &text).unwrap();
    let line = only_line(&policy, done("1", Kind::Release, State::Published, "10T00:00"));
    assert_eq!(["rule", "category"].map(|name| value(line.excluded.as_ref(), name)), ["release", "community"]);
    assert_eq!(why(&line), "category");
}

#[test]
fn points_of_a_category_stand_in_place_of_the_rules() {
    let text = PRACTICE.replace("points = 10\n", "points = 10\npoints_in = { course = 7 }\n");
    let policy = Policy { limits: Vec::new(), ..policy::parse("p.toml", &text).unwrap() };
    let line = only_line(&policy, in_repository(COURSE, merged("1")));
    assert_eq!((line.base, line.points), (points("7"), points("3.5")));
    assert_eq!(only_line(&policy, merged("1")).base, points("10"));
}

#[test]
fn nothing_done_is_an_empty_sheet_of_no_points() {
    assert_eq!(sheet(&practice(), &[]), ScoreSheet::default());
}

#[test]
fn a_line_is_kept_small_and_reads_back_as_it_was() {
    let sheet = sheet(&practice(), &[in_repository(COURSE, merged("1")), Contribution { by_bot: true, ..merged("2") }]);
    let json = serde_json::to_string(&sheet.lines).unwrap();
    assert!(!json.contains("limited"), "what is absent is not written: {json}");
    assert_eq!(serde_json::from_str::<Vec<Line>>(&json).unwrap(), sheet.lines);
}

#[test]
fn the_manual_explains_every_code() {
    let manual = include_str!("../../../docs/SCORING.md");
    for code in Code::ALL {
        assert!(manual.contains(&format!("| `{}` |", code.as_str())), "docs/SCORING.md does not explain `{}`", code.as_str());
    }
}

#[rstest]
#[case::a_pull_request_that_can_still_be_merged(Contribution { state: State::Open, closed_at: None, ..merged("1") })]
#[case::an_issue_that_can_still_be_solved(done("1", Kind::Issue, State::Open, "10T00:00"))]
fn what_can_still_come_into_the_state_that_is_asked_for_is_not_zero(#[case] open: Contribution) {
    let line = only_line(&practice(), open);
    assert_eq!((why(&line), answer(&line), line.points), ("still_open", Answer::NotYet, Points::ZERO));
}

#[test]
fn what_is_still_open_does_not_count_yet() {
    let line = only_line(&practice(), done("1", Kind::Issue, State::Completed, "10T00:00"));
    assert_eq!((why(&line), answer(&line), line.rule.as_deref()), ("still_open", Answer::NotYet, Some("issue_solved")));
}

#[rstest]
#[case::counted(merged("1"), Answer::Counted)]
#[case::flagged(Contribution { gone_at: Some(at("2025-10-01T00:00:00Z")), ..merged("1") }, Answer::Flagged)]
#[case::zero(Contribution { by_bot: true, ..merged("1") }, Answer::Zero)]
#[case::of_no_worth(Contribution { effective_lines: Some(0), ..merged("1") }, Answer::Zero)]
#[case::not_applicable(done("1", Kind::Commit, State::Published, "10T00:00"), Answer::NotApplicable)]
#[case::of_another_term(Contribution { closed_at: Some(at("2025-10-20T00:00:00Z")), ..merged("1") }, Answer::NotApplicable)]
fn a_line_gives_one_of_five_answers(#[case] contribution: Contribution, #[case] expected: Answer) {
    assert_eq!(answer(&only_line(&practice(), contribution)), expected);
}

#[test]
fn every_code_is_found_by_its_word() {
    for code in Code::ALL {
        assert_eq!(Code::of_word(code.as_str()), Some(*code));
    }
    assert_eq!(Code::of_word("stars"), None);
}
