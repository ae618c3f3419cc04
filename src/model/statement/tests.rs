use chrono::NaiveDate;
use proptest::prelude::*;
use rstest::rstest;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{About, COLUMNS, Draft, Fault, Known, Mentioned, StatedStatement, StatementKind, StatementKind::*, Trouble, Whose, read_file};
use crate::model::{
    contribution::{Key, Kind},
    ids::{MemberId, RepositoryId, StatementId},
};

const URL: &str = "https://github.com/tidewater/tidemark/pull/7";
const REPOSITORY: &str = "tidewater/tidemark";
/// A mark of the first member.
const STATED: u128 = 100;
/// The same, taken back; and the withdrawal that did it.
const TAKEN_BACK: u128 = 101;
const WITHDRAWAL: u128 = 102;

fn today() -> NaiveDate {
    "2025-10-15".parse().unwrap()
}

fn member(n: u32) -> MemberId {
    MemberId(Uuid::from_u128(u128::from(n)))
}

fn statement(n: u128) -> StatementId {
    StatementId(Uuid::from_u128(n))
}

fn key() -> Key {
    Key { repository: RepositoryId(Uuid::nil()), kind: Kind::PullRequest, github_id: "7".into() }
}

/// Members `0` to `9`, one contribution, one repository and three statements about member 0.
fn known() -> Known {
    let mut known = Known::default();
    for n in 0..10 {
        known.members.insert(Whose::Number(n.to_string()), member(n));
        known.members.insert(Whose::Id(member(n)), member(n));
    }
    known.contributions.insert(URL.to_owned(), key());
    known.repositories.insert(REPOSITORY.to_owned(), RepositoryId(Uuid::nil()));
    let stated = |kind, is_withdrawn| StatedStatement { kind, member: member(0), is_withdrawn };
    known.statements.insert(statement(STATED), stated(Mark, false));
    known.statements.insert(statement(TAKEN_BACK), stated(Mark, true));
    known.statements.insert(statement(WITHDRAWAL), stated(Withdrawal, false));
    known
}

fn about(kind: &str) -> Option<Mentioned> {
    match kind {
        "contribution" => Some(Mentioned::Contribution(URL.to_owned())),
        "repository" => Some(Mentioned::Repository("Tidewater/Tidemark".parse().unwrap())),
        "statement" => Some(Mentioned::Statement(statement(STATED))),
        _ => None,
    }
}

/// Of member 0, with nothing but what every statement has.
fn bare(kind: StatementKind) -> Draft {
    Draft {
        kind,
        member: Whose::Number("0".to_owned()),
        name: None,
        value: None,
        rank: None,
        team: None,
        about: None,
        happened_on: today(),
        until_on: None,
        on_behalf_of: None,
        reason: "Agreed in the colloquium".to_owned(),
    }
}

/// With what its kind needs.
fn fitting(kind: StatementKind) -> Draft {
    let (name, value, about_what) = match kind {
        Mark => (Some("difficulty"), Some("4.5"), ""),
        Confirmation => (Some("mentor"), None, ""),
        TimeLog => (None, Some("8"), ""),
        Share => (None, Some("0.5"), "contribution"),
        Adjustment => (None, Some("-2"), ""),
        Role => (Some("maintainer"), None, "repository"),
        Achievement => (Some("ospp"), None, ""),
        Exclusion => (None, None, ""),
        Declaration => (None, None, "contribution"),
        Credited => (None, Some("1.5"), ""),
        Withdrawal => (None, None, "statement"),
    };
    Draft { name: name.map(str::to_owned), value: value.map(str::to_owned), about: about(about_what), ..bare(kind) }
}

fn faults(draft: &Draft) -> Vec<Fault> {
    known().check(draft, today()).err().unwrap_or_default()
}

fn fields(draft: &Draft) -> Vec<&'static str> {
    faults(draft).iter().map(|fault| fault.field).collect()
}

#[test]
fn every_kind_is_taken_with_what_it_needs_and_nothing_more() {
    for kind in StatementKind::ALL {
        assert_eq!(faults(&fitting(*kind)), [], "{kind}");
    }
}

#[rstest]
#[case(Mark, &["name", "value"])]
#[case(Confirmation, &["name"])]
#[case(TimeLog, &["value"])]
#[case(Share, &["value", "about"])]
#[case(Adjustment, &["value"])]
#[case(Role, &["name"])]
#[case(Achievement, &["name"])]
#[case(Exclusion, &[])]
#[case(Declaration, &["about"])]
#[case(Credited, &["value"])]
#[case(Withdrawal, &["about"])]
fn what_a_kind_needs_must_be_there(#[case] kind: StatementKind, #[case] missing: &[&str]) {
    assert_eq!(fields(&bare(kind)), missing);
}

#[rstest]
#[case(Mark, &["rank", "team", "until_on"])]
#[case(Confirmation, &["value", "rank", "team", "until_on"])]
#[case(TimeLog, &["rank", "team", "until_on"])]
#[case(Share, &["name", "value", "until_on"])]
#[case(Adjustment, &["name", "rank", "team", "until_on"])]
#[case(Role, &["value", "rank", "team", "about"])]
#[case(Achievement, &["value", "rank", "team", "until_on"])]
#[case(Exclusion, &["name", "value", "rank", "team", "until_on"])]
#[case(Declaration, &["value", "rank", "team", "until_on"])]
#[case(Credited, &["rank", "team", "about", "until_on"])]
#[case(Withdrawal, &["name", "value", "rank", "team", "about", "until_on"])]
fn what_a_kind_has_not_must_be_left_out(#[case] kind: StatementKind, #[case] surplus: &[&str]) {
    let text = |text: &str| Some(text.to_owned());
    let all = Draft {
        name: text("word"),
        value: text("1"),
        rank: Some(1),
        team: Some(2),
        about: about("contribution"),
        until_on: Some(today()),
        ..bare(kind)
    };
    assert_eq!(fields(&all), surplus);
}

#[rstest]
#[case(TimeLog, "0.001", true)]
#[case(TimeLog, "24", true)]
#[case(TimeLog, "0", false)]
#[case(TimeLog, "24.001", false)]
#[case(TimeLog, "-1", false)]
#[case(Mark, "-1000000", true)]
#[case(Mark, "1000000.001", false)]
#[case(Mark, "1.2345", false)]
#[case(Mark, "NaN", false)]
#[case(Adjustment, "0.000", false)]
#[case(Adjustment, "-0.5", true)]
#[case(Credited, "0", false)]
#[case(Credited, "1000", true)]
#[case(Credited, "1000.5", false)]
#[case(Share, "0", true)]
#[case(Share, "1", true)]
#[case(Share, "1.001", false)]
#[case(Share, "-0.1", false)]
fn a_value_is_in_its_range(#[case] kind: StatementKind, #[case] value: &str, #[case] fits: bool) {
    let found = fields(&Draft { value: Some(value.to_owned()), ..fitting(kind) });
    assert_eq!(found, if fits { &[][..] } else { &["value"][..] });
}

#[rstest]
#[case(Some(1), Some(1), &[])]
#[case(Some(20), Some(20), &[])]
#[case(Some(3), Some(2), &["rank"])]
#[case(Some(0), Some(2), &["rank"])]
#[case(Some(1), Some(21), &["team"])]
#[case(Some(1), Some(0), &["team"])]
#[case(Some(1), None, &["team"])]
#[case(None, Some(2), &["rank"])]
fn a_place_is_in_its_team(#[case] rank: Option<u8>, #[case] team: Option<u8>, #[case] wrong: &[&str]) {
    assert_eq!(fields(&Draft { value: None, rank, team, ..fitting(Share) }), wrong);
}

#[rstest]
#[case("1969-12-31", None, &["happened_on"])]
#[case("2025-10-22", None, &[])]
#[case("2025-10-23", None, &["happened_on"])]
#[case("2025-10-01", Some("2025-10-01"), &[])]
#[case("2025-10-01", Some("2025-09-30"), &["until_on"])]
#[case("2025-10-01", Some("2030-09-30"), &[])]
#[case("2025-10-01", Some("2126-01-01"), &["until_on"])]
fn a_day_is_neither_far_ahead_nor_before_its_beginning(#[case] on: &str, #[case] until: Option<&str>, #[case] wrong: &[&str]) {
    let until_on = until.map(|until| until.parse().unwrap());
    assert_eq!(fields(&Draft { happened_on: on.parse().unwrap(), until_on, ..fitting(Role) }), wrong);
}

#[test]
fn texts_are_texts_that_people_can_read_and_names_are_a_policys_words() {
    let draft = Draft {
        name: Some("Maintainer".to_owned()),
        on_behalf_of: Some(" Prof".to_owned()),
        reason: String::new(),
        member: Whose::Number("0\0".to_owned()),
        ..fitting(Role)
    };
    assert_eq!(fields(&draft), ["name", "on_behalf_of", "reason", "member_number", "member_number"]);
    assert_eq!(fields(&Draft { name: Some("Open-source practice".to_owned()), ..fitting(Credited) }), [""; 0], "the name of a policy");
    assert_eq!(fields(&Draft { reason: "x".repeat(1_001), ..fitting(Role) }), ["reason"]);
    assert_eq!(fields(&Draft { reason: "因".repeat(1_000), ..fitting(Role) }), [""; 0]);
}

#[rstest]
#[case::nobody(Draft { member: Whose::Id(member(99)), ..fitting(Mark) }, "member_id", Trouble::Unknown)]
#[case::no_number(Draft { member: Whose::Number("99".into()), ..fitting(Mark) }, "member_number", Trouble::Wrong)]
#[case::no_contribution(Draft { about: Some(Mentioned::Contribution("https://x/y".into())), ..fitting(Share) }, "about", Trouble::Wrong)]
#[case::untracked(Draft { about: Some(Mentioned::Repository("a/b".parse().unwrap())), ..fitting(Role) }, "about", Trouble::Wrong)]
#[case::no_statement(Draft { about: Some(Mentioned::Statement(statement(9))), ..fitting(Withdrawal) }, "about", Trouble::Unknown)]
#[case::anothers(Draft { member: Whose::Id(member(1)), ..fitting(Withdrawal) }, "about", Trouble::Wrong)]
#[case::twice(Draft { about: Some(Mentioned::Statement(statement(TAKEN_BACK))), ..fitting(Withdrawal) }, "about", Trouble::Taken)]
#[case::back_and_forth(Draft { about: Some(Mentioned::Statement(statement(WITHDRAWAL))), ..fitting(Withdrawal) }, "about", Trouble::Taken)]
#[case::too_late(Draft { about: Some(Mentioned::Statement(statement(TAKEN_BACK))), ..fitting(Confirmation) }, "about", Trouble::Taken)]
fn what_is_named_must_be_there_and_stand(#[case] draft: Draft, #[case] field: &str, #[case] trouble: Trouble) {
    let found = faults(&draft);
    assert_eq!(found.iter().map(|fault| (fault.field, fault.trouble)).collect::<Vec<_>>(), [(field, trouble)], "{found:?}");
}

#[test]
fn what_fits_means_what_the_registers_say() {
    let meant = known().check(&Draft { value: Some("0.250".to_owned()), ..fitting(Share) }, today()).unwrap();
    assert_eq!(
        (meant.member, meant.about, meant.value.unwrap().to_string()),
        (member(0), Some(About::Contribution(key())), "0.25".to_owned())
    );
    let meant = known().check(&fitting(Role), today()).unwrap();
    assert_eq!(meant.about, Some(About::Repository(RepositoryId(Uuid::nil()))), "in whatever letters");
}

#[test]
fn a_statement_is_taken_back_once_even_in_one_file() {
    let mut known = known();
    known.check(&fitting(Withdrawal), today()).unwrap();
    assert_eq!(known.check(&fitting(Withdrawal), today()).unwrap_err()[0].trouble, Trouble::Taken);
}

/// G19: one fact, stated twice.
#[rstest]
#[case::the_same(|draft: Draft| draft, Some("happened_on"))]
#[case::in_other_digits(|draft: Draft| Draft { value: Some("4.50".into()), ..draft }, Some("happened_on"))]
#[case::in_others_words(|draft: Draft| Draft { reason: "Again".into(), on_behalf_of: Some("Prof. Wang".into()), ..draft }, Some("happened_on"))]
#[case::another_mark_for_the_same(|draft: Draft| Draft { value: Some("3".into()), ..draft }, Some("value"))]
#[case::on_another_day(|draft: Draft| Draft { happened_on: "2025-10-14".parse().unwrap(), ..draft }, None)]
#[case::about_another_work(|draft: Draft| Draft { about: about("contribution"), ..draft }, None)]
#[case::under_another_name(|draft: Draft| Draft { name: Some("effort".into()), ..draft }, None)]
#[case::of_another_member(|draft: Draft| Draft { member: Whose::Id(member(1)), ..draft }, None)]
fn a_mark_is_stated_once_in_one_file(#[case] change: fn(Draft) -> Draft, #[case] refused: Option<&str>) {
    let mut known = known();
    known.check(&fitting(Mark), today()).unwrap();
    let again = known.check(&change(fitting(Mark)), today());
    let faults = again.err().unwrap_or_default();
    assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), refused.into_iter().collect::<Vec<_>>(), "{faults:?}");
    assert!(faults.iter().all(|fault| fault.trouble == Trouble::Taken));
}

#[test]
fn nothing_is_stated_twice() {
    for kind in StatementKind::ALL {
        let mut known = known();
        known.check(&fitting(*kind), today()).unwrap();
        assert_eq!(known.check(&fitting(*kind), today()).unwrap_err()[0].trouble, Trouble::Taken, "{kind}");
    }
}

#[test]
fn hours_of_one_day_are_told_apart_by_what_was_done_in_them() {
    let mut known = known();
    known.check(&fitting(TimeLog), today()).unwrap();
    known.check(&Draft { reason: "Reviewed the report".into(), ..fitting(TimeLog) }, today()).unwrap();
}

#[test]
fn what_stands_is_named_and_what_is_taken_back_in_the_same_file_can_be_stated_anew() {
    let mut known = known();
    let meant = known.check(&fitting(Mark), today()).unwrap();
    known.claims.insert(super::known::Claim::of(&fitting(Mark), &meant), Some(statement(STATED)));
    let refused = known.check(&fitting(Mark), today()).unwrap_err();
    assert!(refused[0].message.contains(&statement(STATED).to_string()) && refused[0].message.contains("another day"), "{refused:?}");
    known.check(&Draft { reason: "Of another student".into(), ..fitting(Withdrawal) }, today()).unwrap();
    assert!(!known.claims.values().any(|by| *by == Some(statement(STATED))), "it claims nothing any more");
}

#[test]
fn of_who_left_statements_are_taken_back_and_none_is_made() {
    let mut known = known();
    for whose in [Whose::Id(member(0)), Whose::Number("0".into())] {
        known.members.remove(&whose);
        known.former.insert(whose, member(0));
    }
    for kind in StatementKind::ALL {
        assert_eq!(known.check(&fitting(*kind), today()).is_ok(), *kind == Withdrawal, "{kind}");
    }
}

#[test]
fn nobody_adjusts_ones_own_points_and_everything_else_one_may_state() {
    let mut known = known();
    known.writer = Some(member(0));
    for kind in StatementKind::ALL {
        let refused = known.check(&fitting(*kind), today()).err();
        assert_eq!(refused.as_ref().map(|faults| faults[0].field), (*kind == Adjustment).then_some("member_number"), "{kind}: {refused:?}");
    }
    known.statements.insert(statement(200), StatedStatement { kind: Adjustment, member: member(0), is_withdrawn: false });
    let back = Draft::withdrawal(member(0), statement(200), today(), None, "Unfair".into());
    assert_eq!(known.check(&back, today()).unwrap_err()[0].field, "member_id");
    known.writer = Some(member(1));
    assert!(known.check(&fitting(Adjustment), today()).is_ok() && known.check(&back, today()).is_ok());
}

fn share(n: u32, value: &str) -> Draft {
    Draft { member: Whose::Id(member(n)), value: Some(value.to_owned()), ..fitting(Share) }
}

fn place(n: u32, rank: u8, team: u8) -> Draft {
    Draft { member: Whose::Id(member(n)), value: None, rank: Some(rank), team: Some(team), ..fitting(Share) }
}

#[rstest]
#[case::too_much(&[share(1, "0.6")], share(2, "0.401"), Some("0.4 is left"))]
#[case::just_enough(&[share(1, "0.6")], share(2, "0.4"), None)]
#[case::twice(&[share(1, "0.1")], share(1, "0.1"), Some("withdraw that one first"))]
#[case::another_place(&[place(1, 1, 3)], place(2, 2, 3), None)]
#[case::the_same_place(&[place(1, 1, 3)], place(2, 1, 3), Some("place 1"))]
#[case::another_team(&[place(1, 1, 3)], place(2, 2, 4), Some("3 people"))]
#[case::a_number_beside_places(&[place(1, 1, 3)], share(2, "0.1"), Some("places in a team"))]
#[case::a_place_beside_numbers(&[share(1, "0.1")], place(2, 2, 3), Some("numbers"))]
fn the_shares_in_a_contribution_go_together(#[case] before: &[Draft], #[case] draft: Draft, #[case] refused: Option<&str>) {
    let mut known = known();
    for draft in before {
        known.check(draft, today()).unwrap();
    }
    match (known.check(&draft, today()), refused) {
        (Ok(_), None) => {}
        (Err(faults), Some(why)) => assert!(faults[0].message.contains(why) && faults[0].trouble == Trouble::Taken, "{faults:?}"),
        (found, _) => panic!("{found:?}"),
    }
}

#[test]
fn a_day_has_24_hours() {
    let mut known = known();
    let log = |value: &str, on: &str| Draft { value: Some(value.to_owned()), happened_on: on.parse().unwrap(), ..fitting(TimeLog) };
    known.check(&log("20", "2025-10-01"), today()).unwrap();
    let refused = known.check(&log("4.5", "2025-10-01"), today()).unwrap_err();
    assert!(refused[0].message.contains("4 of 2025-10-01 are left"), "{refused:?}");
    known.check(&log("4.5", "2025-10-02"), today()).unwrap();
    known.check(&log("4", "2025-10-01"), today()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn numeric_shares_in_one_contribution_never_sum_to_more_than_one(stated in prop::collection::vec((0_u32..10, 0_i64..1_100), 1..20)) {
        let mut known = known();
        for (n, thousandths) in stated {
            let _ = known.check(&share(n, &Decimal::new(thousandths, 3).to_string()), today());
            let sum: Decimal = known.shares.get(&key()).into_iter().flatten().map(|share| match share.part {
                super::Part::Value(value) => value,
                super::Part::Place { .. } => panic!("no place was stated"),
            }).sum();
            prop_assert!(sum <= Decimal::ONE);
        }
    }
}

fn told(text: &str) -> Vec<String> {
    read_file(text).unwrap_err().iter().map(|one| format!("{}: {}: {}", one.line, one.field, one.message)).collect()
}

#[test]
fn a_file_may_leave_columns_out_quote_and_end_as_on_windows() {
    let text = format!(
        "\u{feff}{COLUMNS}\r\nshare,0020230001,,,1,3,{URL},2025-10-01,,Prof. Wang,\"a, b\"\r\n\r\nrole,2,maintainer,,,,a/b,2025-10-01,2026-01-01,,x\r\n"
    );
    let rows = read_file(&text).unwrap();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
    let first = &rows[0].draft;
    assert_eq!(
        (first.member.clone(), first.rank, first.about.clone()),
        (Whose::Number("0020230001".into()), Some(1), about("contribution"))
    );
    assert_eq!((first.reason.as_str(), first.on_behalf_of.as_deref(), first.value.as_deref()), ("a, b", Some("Prof. Wang"), None));
    assert_eq!(rows[1].draft.until_on, "2026-01-01".parse().ok());
    let short = read_file("reason,kind,happened_on,member_number\nx,exclusion,2025-10-01,1\n").unwrap();
    assert_eq!(short[0].draft.kind, Exclusion);
}

#[test]
fn every_bad_line_of_a_file_is_named() {
    let text = "kind,member_number,rank,about,happened_on,reason\nnote,1,,,2025-10-01,x\nshare,1,first,cargo,today,x\nmark,1\nshare,1,300,,2025-10-01,x\n";
    let found = told(text);
    assert!(found[0].starts_with("2: kind: `note` is none of mark, confirmation"), "{found:?}");
    let places: Vec<String> = found.iter().map(|fault| fault.split(':').take(2).collect()).collect();
    assert_eq!(places, ["2 kind", "3 rank", "3 about", "3 happened_on", "4 row", "5 rank"]);
}

#[rstest]
#[case("", "holds no statement")]
#[case("kind,member_number,happened_on,reason\n", "holds no statement")]
#[case("kind,member_number,happened_on,reason,points\nmark,1,2025-10-01,x,2\n", "points")]
#[case("kind,member_number,reason\nmark,1,x\n", "happened_on")]
fn a_file_without_what_it_needs_is_refused(#[case] text: &str, #[case] why: &str) {
    assert!(told(text)[0].contains(why), "{:?}", told(text));
}
