//! Several accounts of one member: what each did in its time is the member's, and none of them is ever another's.
//! Whose an account is from when to when is the table of `model::binding`.

use super::*;
use crate::model::binding::{Held, Span};

const SECOND: AccountId = AccountId(21);
const FORMER: AccountId = AccountId(22);

/// One account now, a second one since the 5th of September, and one that was the member's until the 8th.
fn subject() -> Subject {
    let held = |account, from: Option<&str>, until: Option<&str>| Held { account, span: Span { from: from.map(at), until: until.map(at) } };
    let accounts = Accounts::new(vec![
        held(ME, None, None),
        held(SECOND, Some("2025-09-05T00:00:00Z"), None),
        held(FORMER, None, Some("2025-09-08T00:00:00Z")),
    ]);
    Subject { accounts, ..SUBJECT.clone() }
}

fn line_of(policy: &Policy, contribution: Contribution) -> Line {
    let mut sheet = sheet_of(policy, &subject(), &[contribution]);
    assert_eq!(sheet.lines.len(), 1);
    sheet.lines.remove(0)
}

fn by(account: AccountId, day: &str) -> Contribution {
    Contribution { account: Some(account), occurred_at: at(&format!("2025-09-{day}T02:00:00Z")), ..merged("1") }
}

#[rstest]
#[case::the_first(ME, "10", "")]
#[case::the_second_in_its_time(SECOND, "05", "")]
#[case::the_second_before(SECOND, "04", "other_account")]
#[case::a_former_one_in_its_time(FORMER, "07", "")]
#[case::a_former_one_after(FORMER, "08", "other_account")]
#[case::anothers(ANOTHER, "10", "other_account")]
fn what_an_account_did_in_its_time_is_the_members(#[case] account: AccountId, #[case] day: &str, #[case] expected: &str) {
    assert_eq!(why(&line_of(&unlimited(), by(account, day))), expected);
}

#[rstest]
#[case::another(ANOTHER, true)]
#[case::the_second(SECOND, false)]
#[case::a_former_one(FORMER, false)]
fn no_account_of_the_members_stands_behind_the_members_work(#[case] confirmed_by: AccountId, #[case] pays: bool) {
    let confirmed =
        Rule { selector: Selector { requires: vec![Requirement::ConfirmedByAnother], ..merged_rule().selector }, ..merged_rule() };
    let line = line_of(&with_rules([confirmed]), Contribution { confirmed_by: vec![confirmed_by], ..merged("1") });
    assert_eq!(!line.points.is_zero(), pays, "{line:?}");
}

#[rstest]
#[case::anothers(ANOTHER, true)]
#[case::the_seconds(SECOND, false)]
#[case::a_former_ones(FORMER, false)]
fn a_review_between_two_accounts_of_one_member_is_of_ones_own_work(#[case] author: AccountId, #[case] pays: bool) {
    for account in [ME, SECOND] {
        let review = Contribution { account: Some(account), parent_account: Some(author), ..review("1", "10T02:00") };
        assert_eq!(!line_of(&unlimited(), review).points.is_zero(), pays, "{account}");
    }
}

#[rstest]
#[case::the_first(ME)]
#[case::the_second(SECOND)]
#[case::a_former_one(FORMER)]
fn a_repository_of_any_of_the_accounts_is_the_members_own(#[case] owner: AccountId) {
    let mut context = context();
    context.repositories.get_mut(&COMMUNITY).unwrap().owner = Some(owner);
    let sheet = score(&unlimited(), &subject(), &context, &[merged("1")]);
    assert_eq!(why(&sheet.lines[0]), "own_repository");
}

#[test]
fn who_comments_with_a_second_account_comments_in_ones_own_pull_request() {
    let own = Rule {
        selector: Selector {
            requires: vec![Requirement::InOwnPullRequest],
            ..rule("own", contribution_kind(Kind::ReviewComment)).selector
        },
        ..rule("own", contribution_kind(Kind::ReviewComment))
    };
    let comment = |author, opened: &str| Contribution {
        account: Some(SECOND),
        parent_account: Some(author),
        parent_opened_at: Some(at(opened)),
        ..done("1", Kind::ReviewComment, State::Published, "10T02:00")
    };
    let pays = |contribution| !line_of(&with_rules([own.clone()]), contribution).points.is_zero();
    assert!(pays(comment(ME, "2025-09-01T00:00:00Z")));
    assert!(pays(comment(FORMER, "2025-09-07T00:00:00Z")), "it was the member's when it was opened");
    assert!(!pays(comment(FORMER, "2025-09-09T00:00:00Z")));
}

#[test]
fn a_bundle_of_several_accounts_gives_its_number_again_and_an_older_program_refuses_it() {
    let contributions = [by(ME, "10"), Contribution { key: merged("2").key, ..by(SECOND, "10") }];
    let sheet = sheet_of(&unlimited(), &subject(), &contributions);
    let found = Found { number: "1".into(), name: "Ann".into(), term: "t".into(), credits: Credits::ZERO, sheet: sheet.clone() };
    let bundle = Bundle::new(PRACTICE.into(), subject(), &context(), &contributions, found);
    let text = serde_json::to_string(&bundle).unwrap();
    assert_eq!(Bundle::read(&text).unwrap().score(&unlimited()), sheet);
    let accounts = &serde_json::from_str::<serde_json::Value>(&text).unwrap()["subject"]["account"];
    assert!(accounts.is_array(), "where a program of before wants a number: {accounts}");
}
