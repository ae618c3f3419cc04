//! Work that several people share.
//! What one person alone earns is told in other files.

use super::*;
use crate::scoring::shares::parts;

const AUTHOR: MemberId = MEMBER;
const FRIEND: MemberId = MemberId(uuid::Uuid::from_u128(2));
const THIRD: MemberId = MemberId(uuid::Uuid::from_u128(3));

fn share(number: u128, member: MemberId, value: &str) -> Statement {
    Statement { member, ..about_contribution(&merged("1"), valued(number, StatementKind::Share, value, "2025-09-10")) }
}

fn place(number: u128, member: MemberId, rank: u8, team: u8) -> Statement {
    Statement { value: None, rank: Some(rank), team: Some(team), ..share(number, member, "0") }
}

/// The rows of the regulations: two people have 0.7 each, whatever that sums to.
fn teams() -> Works {
    let row = |parts: &[&str]| parts.iter().map(|part| decimal(part)).collect();
    Works { highest_only: false, teams: vec![row(&["1"]), row(&["0.7", "0.7"]), row(&["0.6", "0.3", "0.2"])] }
}

fn shared_by(shares: &[Statement]) -> Context {
    Context { shares: HashMap::from([(merged("1").key, shares.to_vec())]), ..context() }
}

fn of_author(shares: &[Statement]) -> Line {
    let policy = Policy { works: teams(), ..with_rules([merged_rule()]) };
    score(&policy, &SUBJECT, &shared_by(shares), &[merged("1")]).lines.remove(0)
}

/// The friend, whose account has a commit in the author's pull request.
fn of_friend(shares: &[Statement]) -> Line {
    let policy = Policy { works: teams(), ..with_rules([merged_rule()]) };
    let contribution = changed(
        Contribution { account: Some(ANOTHER), confirmed_by: vec![AccountId(3)], ..merged("1") },
        Change { committers: vec![ME], ..Change::default() },
    );
    let subject = Subject { member: FRIEND, shared: vec![contribution], ..SUBJECT.clone() };
    score(&policy, &subject, &shared_by(shares), &[]).lines.remove(0)
}

#[rstest]
#[case::of_nobody(&[], "10", "")]
#[case::stated(&[share(1, AUTHOR, "0.6")], "6", "value=0.6")]
#[case::what_others_leave(&[share(1, FRIEND, "0.3"), share(2, THIRD, "0.25")], "4.5", "rest=true value=0.45")]
#[case::others_have_all(&[share(1, FRIEND, "0.7"), share(2, THIRD, "0.7")], "0", "rest=true value=0")]
#[case::a_place_in_a_team(&[place(1, AUTHOR, 1, 2), place(2, FRIEND, 2, 2)], "7", "rank=1 team=2 value=0.7")]
#[case::what_a_team_leaves(&[place(2, FRIEND, 2, 2)], "3", "rest=true value=0.3")]
#[case::a_team_that_the_table_does_not_know(&[place(1, AUTHOR, 1, 9)], "10", "")]
#[case::the_newest_of_ones_own(
    &[share(1, AUTHOR, "0.6"), Statement { stated_at: at("2025-09-11T00:00:00Z"), ..share(2, AUTHOR, "0.4") }], "4", "value=0.4"
)]
#[case::more_than_the_whole_stated_first(&[share(1, AUTHOR, "0.8"), share(2, FRIEND, "0.5")], "8", "value=0.8")]
#[case::more_than_the_whole_stated_later(&[share(2, AUTHOR, "0.8"), share(1, FRIEND, "0.5")], "5", "value=0.5")]
#[case::one_place_twice(&[place(1, FRIEND, 1, 2), place(2, AUTHOR, 1, 2)], "3", "rank=1 team=2 value=0.3")]
#[case::places_of_two_teams(&[place(1, FRIEND, 1, 1), place(2, AUTHOR, 1, 2)], "0", "rank=1 team=2 value=0")]
fn the_author_has_what_is_stated_or_what_is_left(#[case] shares: &[Statement], #[case] earns: &str, #[case] says: &str) {
    let line = of_author(shares);
    let share = line.factors.iter().find(|factor| factor.name == "share");
    let values: Vec<String> =
        share.into_iter().flat_map(|share| &share.reason.values).map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!((line.points, values.join(" ")), (points(earns), says.to_owned()));
}

#[rstest]
#[case::with_a_commit(&[share(1, FRIEND, "0.3")], "3", "")]
#[case::a_place(&[place(1, AUTHOR, 1, 2), place(2, FRIEND, 2, 2)], "7", "")]
#[case::without_a_share_a_trailer_pays_nobody(&[share(1, AUTHOR, "0.3")], "0", "other_account")]
#[case::in_a_team_that_the_table_does_not_know(&[place(1, FRIEND, 1, 9)], "0", "other_account")]
fn another_has_what_is_stated(#[case] shares: &[Statement], #[case] earns: &str, #[case] code: &str) {
    let line = of_friend(shares);
    assert_eq!((line.points, why(&line)), (points(earns), code));
}

#[rstest]
#[case::by_nobody(&[], "share_not_backed")]
#[case::by_one(&["author"], "share_not_backed")]
#[case::by_the_author_and_a_mentor(&["author", "mentor"], "")]
fn a_share_without_a_commit_must_be_backed(#[case] by: &[&str], #[case] code: &str) {
    let stated = share(1, FRIEND, "0.3");
    let of_it = Some(About::Statement(stated.id));
    let backing = (10..).zip(by).map(|(number, name)| confirmation(number, name, of_it.clone(), "2025-09-20T00:00:00Z"));
    let contribution = Contribution { account: Some(ANOTHER), confirmed_by: vec![AccountId(3)], ..merged("1") };
    let subject = Subject { member: FRIEND, shared: vec![contribution], ..stating(backing) };
    let line = score(&with_rules([merged_rule()]), &subject, &shared_by(&[stated]), &[]).lines.remove(0);
    assert_eq!((line.points, why(&line)), (points(if code.is_empty() { "3" } else { "0" }), code));
}

#[test]
fn who_shares_a_work_cannot_be_the_one_who_confirms_it() {
    let mut rule = merged_rule();
    rule.selector.requires.push(Requirement::ConfirmedByAnother);
    let contribution = changed(
        Contribution { account: Some(ANOTHER), confirmed_by: vec![ME], ..merged("1") },
        Change { committers: vec![ME], ..Change::default() },
    );
    let subject = Subject { member: FRIEND, shared: vec![contribution], ..SUBJECT.clone() };
    let line = score(&with_rules([rule]), &subject, &shared_by(&[share(1, FRIEND, "0.5")]), &[]).lines.remove(0);
    assert_eq!(why(&line), "not_confirmed");
}

#[rstest]
#[case::by_one_who_shares(vec![ANOTHER], true, "not_confirmed")]
#[case::by_a_third(vec![ANOTHER, AccountId(3)], true, "")]
#[case::where_no_share_is_stated(vec![ANOTHER], false, "")]
fn of_those_who_share_a_work_none_confirms_it_for_the_other(#[case] by: Vec<AccountId>, #[case] is_shared: bool, #[case] code: &str) {
    let mut rule = merged_rule();
    rule.selector.requires.push(Requirement::ConfirmedByAnother);
    let contribution =
        changed(Contribution { confirmed_by: by, ..merged("1") }, Change { committers: vec![ME, ANOTHER], ..Change::default() });
    let context = if is_shared { shared_by(&[share(1, FRIEND, "0.5")]) } else { context() };
    let line = score(&with_rules([rule]), &SUBJECT, &context, &[contribution]).lines.remove(0);
    assert_eq!(why(&line), code);
}

/// The award is worth 10, and rests on a work of which the friend has a part.
#[rstest]
#[case::the_authors_rest(AUTHOR, &[share(1, FRIEND, "0.3")], true, "7", "")]
#[case::the_authors_own(AUTHOR, &[share(1, AUTHOR, "0.2")], true, "2", "")]
#[case::the_friends(FRIEND, &[share(1, FRIEND, "0.3")], true, "3", "")]
#[case::the_friends_without_a_commit(FRIEND, &[share(1, FRIEND, "0.3")], false, "0", "share_not_backed")]
#[case::of_nobody(AUTHOR, &[], true, "10", "")]
fn an_achievement_by_a_shared_work_is_shared(
    #[case] member: MemberId,
    #[case] shares: &[Statement],
    #[case] has_commit: bool,
    #[case] earns: &str,
    #[case] code: &str,
) {
    let award = about_contribution(&merged("1"), statement(9, StatementKind::Achievement, "2025-09-20"));
    let committers = if has_commit { vec![ME] } else { Vec::new() };
    let of_another = changed(Contribution { account: Some(ANOTHER), ..merged("1") }, Change { committers, ..Change::default() });
    let shared = if member == FRIEND { vec![of_another] } else { Vec::new() };
    let subject = Subject { member, shared, ..stating([award]) };
    let policy = with_rules([rule("award", statement_kind(StatementKind::Achievement))]);
    let sheet = score(&policy, &subject, &shared_by(shares), &[]);
    let line = sheet.lines.iter().find(|line| matches!(line.source, Source::Statement { .. })).unwrap();
    assert_eq!((line.points, why(line)), (points(earns), code));
}

/// Three merged in one repository earn 10, one of them 4; the first is shared. The best claim is that of the whole ones or of all at the least
/// part, and one more item never makes it less.
#[rstest]
#[case::one_half(&[Some("0.5")], "2", "1")]
#[case::one_whole_and_one_half(&[Some("0.5"), None], "4", "1")]
#[case::two_whole_and_one_half(&[Some("0.5"), None, None], "5", "3")]
#[case::two_whole_and_a_little_part(&[Some("0.1"), None, None], "4", "2")]
#[case::three_whole(&[None, None, None], "10", "3")]
fn a_measure_pays_a_shared_work_by_its_part(#[case] parts: &[Option<&str>], #[case] earns: &str, #[case] amount: &str) {
    let mut three = measure("merged", Count::Items, &[contribution_kind(Kind::PullRequest)]);
    three.pay = Some(ladder(&[("1", "4"), ("3", "10")]));
    let policy = Policy { measures: vec![three], ..blank() };
    let (mut shares, mut contributions) = (HashMap::new(), Vec::new());
    for (number, part) in (1..).zip(parts) {
        let contribution = merged(&number.to_string());
        if let Some(part) = part {
            let stated = valued(number, StatementKind::Share, part, "2025-09-10");
            shares.insert(contribution.key.clone(), vec![about_contribution(&contribution, stated)]);
        }
        contributions.push(contribution);
    }
    let sheet = score(&policy, &SUBJECT, &Context { shares, ..context() }, &contributions);
    let line = sheet.lines.last().unwrap();
    assert_eq!((line.points, value(line.basis.first(), "amount")), (points(earns), amount));
    let factor: Decimal = line.factors.iter().map(|factor| factor.value).product();
    assert_eq!(line.base.scaled(factor), Some(line.points), "the line explains its points");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_parts_of_one_work_are_never_more_than_the_whole(
        stated in prop::collection::vec((0..6_u128, 0..=1_000_i64, prop::option::of((1..=3_u8, 1..=3_u8)), 0..3_i64), 0..8),
    ) {
        let one = |number: usize, (member, thousandths, place, hour): (u128, i64, Option<(u8, u8)>, i64)| Statement {
            id: StatementId(uuid::Uuid::from_u128(number as u128)),
            value: Some(Decimal::new(thousandths, 3)),
            rank: place.map(|(rank, _)| rank),
            team: place.map(|(_, team)| team),
            stated_at: at("2025-09-10T00:00:00Z") + TimeDelta::hours(hour),
            ..share(0, MemberId(uuid::Uuid::from_u128(member)), "0")
        };
        let stated: Vec<Statement> = stated.into_iter().enumerate().map(|(number, stated)| one(number, stated)).collect();
        // A table whose rows are no more than the whole, as every policy has that does not say otherwise.
        let row = |parts: &[&str]| parts.iter().map(|part| decimal(part)).collect();
        let works = Works { highest_only: false, teams: vec![row(&["1"]), row(&["0.6", "0.4"]), row(&["0.5", "0.3", "0.2"])] };
        let sum: Decimal = parts(&works, &stated).iter().map(|(_, share)| share.part).sum();
        prop_assert!(sum <= Decimal::ONE, "{}", sum);
    }
}
