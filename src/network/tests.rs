use chrono::{DateTime, Utc};
use proptest::prelude::*;
use rstest::rstest;
use rust_decimal::Decimal;

use super::{
    activity,
    openrank::{self, Link},
    *,
};
use crate::model::{
    account::AccountId,
    contribution::{Kind, State},
    ids::RepositoryId,
    month::Month,
    network::{Deed, ONE, Ranks},
};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;
const A: AccountId = AccountId(1);
const B: AccountId = AccountId(2);
const C: AccountId = AccountId(3);
const X: RepositoryId = RepositoryId(uuid::Uuid::from_u128(10));
const Y: RepositoryId = RepositoryId(uuid::Uuid::from_u128(11));

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn deed(account: AccountId, repository: RepositoryId, kind: Kind, occurred_at: &str) -> Deed {
    let state = kind.states()[0];
    Deed { repository, account: Some(account), kind, state, occurred_at: at(occurred_at), closed_at: None, confirmed_by: Vec::new() }
}

fn months(deeds: &[Deed], last: &str) -> Vec<MonthDeeds> {
    let mut tally = Tally::new(ZONE);
    deeds.iter().for_each(|deed| tally.add(deed));
    tally.into_months(month(last))
}

fn scored(deeds: &[Deed], last: &str) -> Vec<MonthScores> {
    let mut before = Ranks::default();
    let score = |month: &MonthDeeds| {
        let scores = score_month(&before, month);
        before = scores.ranks.clone();
        scores
    };
    months(deeds, last).iter().map(score).collect()
}

/// Three accounts, two repositories, two months, worked out by hand.
///
/// **October.** a, b and c open a pull request in X, Y and both. All begin with 1, the background node g with 0. So a passes 0.95 on to X;
/// X passes half of 0.95 on to a and half to c; c passes half of 0.95 on to each of X and Y. There are five nodes, so each gets g/5. a and b
/// stand alike, and so do X and Y:
///
///     a = 1/2 + 1/2 (19/40 X + g/5)
///     c = 1/2 + 1/2 (2 · 19/40 X + g/5)
///     X = 3/10 + 7/10 (19/20 a + 19/40 c + g/5)
///     g = 17/20 · 1/20 (2a + c + 2X)
///
/// With u = 2a + c: u = 3/2 + 19/20 X + 3/10 g, X = 3/10 + 133/400 u + 7/50 g and g = 17/400 u + 17/200 X, from which
/// X = 128616/103255, u = 283968/103255, g = 23001/103255, and with these a = 844739/1032550, c = 575101/516275. The proof:
/// 2a + c + 3/7 · 2X + 3/17 g = 27/7, which is 3 + 3/7 · 2, what they began with.
///
/// **November.** In X a comments once and c three times (1/4 and 3/4 of the weight). Three nodes, each gets g/3; a', c', X', g' are October's:
///
///     a = 1/2 a' + 1/2 (19/80 X + g/3)
///     c = 1/2 c' + 1/2 (57/80 X + g/3)
///     X = 3/10 X' + 7/10 (19/20 (a + c) + g/3)
///     g = 3/20 g' + 17/400 (a + c + X)
///
/// With v = a + c: v = 1/2 (a' + c') + 19/40 X + g/3, X = 3/10 X' + 133/200 v + 7/30 g, g = 3/20 g' + 17/400 (v + X). October's numbers put
/// in: X = 1.6032893561…, v = 1.7867523367…, g = 0.1774906501…, and with these a = 0.6290271535…, c = 1.1577251831….
/// b and Y have no link and keep 0.85: 0.69539310475 (of which nine places are kept) and 1.0587729404.
fn hand_worked() -> Vec<Deed> {
    vec![
        deed(A, X, Kind::PullRequest, "2025-10-02T04:00:00Z"),
        deed(B, Y, Kind::PullRequest, "2025-10-03T04:00:00Z"),
        deed(C, X, Kind::PullRequest, "2025-10-04T04:00:00Z"),
        deed(C, Y, Kind::PullRequest, "2025-10-05T04:00:00Z"),
        deed(A, X, Kind::IssueComment, "2025-11-02T04:00:00Z"),
        deed(C, X, Kind::IssueComment, "2025-11-03T04:00:00Z"),
        deed(C, X, Kind::IssueComment, "2025-11-04T04:00:00Z"),
        deed(C, X, Kind::IssueComment, "2025-11-05T04:00:00Z"),
    ]
}

#[test]
fn openrank_of_three_accounts_two_repositories_and_two_months_is_what_a_hand_works_out() {
    let months = scored(&hand_worked(), "2025-11");
    let [october, november] = months.as_slice() else { panic!("{months:?}") };
    assert_eq!(october.ranks.accounts, [(A, 818_109_535), (B, 818_109_535), (C, 1_113_943_150)].into());
    assert_eq!(october.ranks.repositories, [(X, 1_245_615_224), (Y, 1_245_615_224)].into());
    assert_eq!(october.ranks.background, 222_759_188);
    assert_eq!(november.ranks.accounts, [(A, 629_027_154), (B, 695_393_104), (C, 1_157_725_183)].into());
    assert_eq!(november.ranks.repositories, [(X, 1_603_289_356), (Y, 1_058_772_940)].into());
    assert_eq!(november.ranks.background, 177_490_650);
}

#[test]
fn who_does_nothing_fades_by_fifteen_hundredths_a_month_and_is_forgotten_below_a_tenth() {
    let months = scored(&hand_worked(), "2027-01");
    let of_b = |at: usize| months[at].ranks.accounts.get(&B).copied();
    assert_eq!(of_b(1), Some(695_393_104));
    assert_eq!(of_b(2), Some(591_084_138));
    // 0.818… × 0.85¹² = 0.116…, × 0.85¹³ = 0.098….
    assert_eq!((of_b(12).map(|rank| rank / 1_000_000), of_b(13)), (Some(116), None));
}

#[rstest]
#[case::a_pull_request_opened(&[Kind::PullRequest], 2_016_903_567)] // √4.0679 = 2.0169035673…
#[case::an_issue_opened(&[Kind::Issue], 1_491_140_503)] // √2.2235 = 1.4911405031…
#[case::a_comment(&[Kind::IssueComment], 724_706_837)] // √0.5252 = 0.7247068372…
#[case::a_review_comment(&[Kind::ReviewComment], 861_800_440)] // √0.7427 = 0.8618004409…
#[case::several(&[Kind::PullRequest, Kind::Issue, Kind::IssueComment, Kind::ReviewComment], 2_749_418_120)] // √7.5593 = 2.7494181203…
#[case::what_the_formula_does_not_have(&[Kind::Review, Kind::Release, Kind::Commit], 0)]
fn activity_is_the_root_of_the_weighted_deeds(#[case] kinds: &[Kind], #[case] billionths: u64) {
    let deeds: Vec<_> = kinds.iter().map(|kind| deed(A, X, *kind, "2025-10-02T04:00:00Z")).collect();
    let scores = scored(&deeds, "2025-10").into_iter().next().unwrap_or_default();
    assert_eq!(scores.activity.get(&A).copied().unwrap_or_default(), billionths);
}

#[test]
fn a_merge_counts_for_the_author_in_the_month_of_the_merge() {
    let merged = Deed {
        state: State::Merged,
        closed_at: Some(at("2025-11-20T00:00:00Z")),
        confirmed_by: vec![B],
        ..deed(A, X, Kind::PullRequest, "2025-10-02T04:00:00Z")
    };
    let months = scored(&[merged], "2025-11");
    // √2.0339 = 1.4261486597…; opening it made the link, merging it makes none.
    assert_eq!(months[1].activity, [(A, 1_426_148_659)].into());
    assert_eq!(months[1].ranks.accounts[&A], months[0].ranks.accounts[&A] * 85 / 100);
}

#[test]
fn the_activity_of_a_month_is_the_sum_over_the_repositories() {
    let deeds = [deed(A, X, Kind::PullRequest, "2025-10-02T04:00:00Z"), deed(A, Y, Kind::PullRequest, "2025-10-02T04:00:00Z")];
    assert_eq!(scored(&deeds, "2025-10")[0].activity, [(A, 2 * 2_016_903_567)].into());
}

#[test]
fn an_issue_is_closed_by_the_authors_of_what_closed_it() {
    let closed = Deed {
        state: State::Completed,
        closed_at: Some(at("2025-11-02T04:00:00Z")),
        confirmed_by: vec![B],
        ..deed(A, X, Kind::Issue, "2025-10-02T04:00:00Z")
    };
    let months = months(&[closed], "2025-11");
    let closer = &months[1].pairs[&(X, B)];
    assert_eq!((closer.issues_closed, openrank::weight(closer)), (1, Some(9_712)));
    assert_eq!(months[1].pairs.len(), 1);
}

#[test]
fn commits_of_one_day_are_one_push_and_make_no_link_alone() {
    let commits = ["2025-10-02T04:00:00Z", "2025-10-02T05:00:00Z", "2025-10-03T04:00:00Z"].map(|day| deed(A, X, Kind::Commit, day));
    let alone = &months(&commits, "2025-10")[0].pairs[&(X, A)];
    assert_eq!((alone.pushes(), openrank::weight(alone)), (2, None));
    let mut with_comment = commits.to_vec();
    with_comment.push(deed(A, X, Kind::ReviewComment, "2025-10-02T04:00:00Z"));
    assert_eq!(openrank::weight(&months(&with_comment, "2025-10")[0].pairs[&(X, A)]), Some(7_427 + 2 * 14_695));
}

#[test]
fn the_month_of_a_deed_is_that_of_the_institutions_zone_and_empty_months_are_there() {
    let deeds = [deed(A, X, Kind::Issue, "2025-09-30T16:00:00Z"), deed(A, X, Kind::Issue, "2025-12-31T16:00:00Z")];
    let found = months(&deeds, "2025-12");
    assert_eq!(found.iter().map(|one| one.month.to_string()).collect::<Vec<_>>(), ["2025-10", "2025-11", "2025-12"]);
    assert!(found[1].pairs.is_empty() && found[2].pairs.is_empty());
    assert_eq!(months(&[], "2025-12"), []);
    assert_eq!(months(&deeds, "2025-09"), []);
}

#[test]
fn a_digest_stands_for_a_month_and_for_all_before_it() {
    let digests = |deeds: &[Deed]| {
        let mut chain: Vec<Digest> = Vec::new();
        for month in months(deeds, "2025-12") {
            chain.push(month.digest(chain.last()));
        }
        chain
    };
    let all = hand_worked();
    let mut later = all.clone();
    later.push(deed(B, Y, Kind::IssueComment, "2025-11-09T04:00:00Z"));
    let mut earlier = all.clone();
    earlier.push(deed(B, Y, Kind::IssueComment, "2025-10-09T04:00:00Z"));
    let (all, later, earlier) = (digests(&all), digests(&later), digests(&earlier));
    assert_eq!((all[0] == later[0], all[1] == later[1], all[2] == later[2]), (true, false, false));
    assert!(all.iter().zip(&earlier).all(|(one, other)| one != other));
}

#[test]
fn equals_share_a_place_in_the_class() {
    let class = Class::new([3, 1, 2, 2, 0].map(Decimal::from));
    let place = |value: i64| class.place(value.into());
    assert_eq!(place(0), Place { below: 0, equal: 1, class: 5 });
    assert_eq!(place(2), Place { below: 2, equal: 2, class: 5 });
    assert_eq!(place(3), Place { below: 4, equal: 1, class: 5 });
    assert_eq!(class.place_of_outsider(2.into()), Place { below: 2, equal: 3, class: 6 });
    assert_eq!(Class::default().place_of_outsider(2.into()), Place { below: 0, equal: 1, class: 1 });
}

fn any_link() -> impl Strategy<Value = Link> {
    (0_u128..8, 1_i64..12, 1_u64..200_000).prop_map(|(repository, account, weight)| Link {
        repository: RepositoryId(uuid::Uuid::from_u128(repository)),
        account: AccountId(account),
        weight,
    })
}

fn any_ranks() -> impl Strategy<Value = Ranks> {
    let value = ONE / 10..50 * ONE;
    let repositories =
        proptest::collection::btree_map((0_u128..8).prop_map(|id| RepositoryId(uuid::Uuid::from_u128(id))), value.clone(), 0..8);
    (proptest::collection::btree_map((1_i64..12).prop_map(AccountId), value.clone(), 0..12), repositories, value)
        .prop_map(|(accounts, repositories, background)| Ranks { accounts, repositories, background })
}

/// 119 times the sum of r ⁄ (1 − r) × value: 1 for an account, 3/7 for a repository, 3/17 for the background node.
fn mass(ranks: &Ranks) -> u128 {
    let sum = |values: &mut dyn Iterator<Item = &u64>| values.map(|value| u128::from(*value)).sum::<u128>();
    119 * sum(&mut ranks.accounts.values()) + 51 * sum(&mut ranks.repositories.values()) + 21 * u128::from(ranks.background)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_links_and_how_they_are_cut_change_nothing(ranks in any_ranks(), links in proptest::collection::vec(any_link(), 0..30)) {
        let whole = openrank::advance(&ranks, links.iter().copied());
        let cut = links.iter().rev().flat_map(|link| [Link { weight: 1, ..*link }, Link { weight: link.weight - 1, ..*link }]);
        prop_assert_eq!(openrank::advance(&ranks, cut), whole);
    }

    #[test]
    fn only_what_a_node_is_to_the_others_matters_and_not_how_much_all_do(ranks in any_ranks(), links in proptest::collection::vec(any_link(), 0..30)) {
        let thrice = links.iter().map(|link| Link { weight: link.weight * 3, ..*link });
        prop_assert_eq!(openrank::advance(&ranks, thrice), openrank::advance(&ranks, links.iter().copied()));
    }

    #[test]
    fn nothing_comes_into_the_network_but_new_nodes(ranks in any_ranks(), links in proptest::collection::vec(any_link(), 0..30)) {
        let mut begun = ranks.clone();
        for link in &links {
            begun.accounts.entry(link.account).or_insert(ONE);
            begun.repositories.entry(link.repository).or_insert(ONE);
        }
        let after = openrank::advance(&ranks, links.iter().copied());
        // Half a billionth of each node may come from rounding.
        let rounding = 119 * (begun.accounts.len() + begun.repositories.len() + 1) as u128;
        prop_assert!(mass(&after) <= mass(&begun) + rounding, "{} of {}", mass(&after), mass(&begun));
        // All of it is there where nobody faded.
        let nobody_faded = begun.accounts.len() == links.iter().map(|link| link.account).collect::<std::collections::BTreeSet<_>>().len()
            && begun.repositories.len() == links.iter().map(|link| link.repository).collect::<std::collections::BTreeSet<_>>().len();
        if nobody_faded && !links.is_empty() {
            prop_assert!(mass(&after) + rounding >= mass(&begun), "{} of {}", mass(&after), mass(&begun));
        }
    }

    #[test]
    fn the_order_of_deeds_changes_no_score(deeds in proptest::collection::vec(any_deed(), 0..40), turn in 0_usize..40) {
        let mut turned = deeds.clone();
        turned.rotate_left(turn.min(deeds.len()));
        prop_assert_eq!(scored(&turned, "2025-12"), scored(&deeds, "2025-12"));
    }

    #[test]
    fn one_more_deed_never_lowers_an_activity(deeds in proptest::collection::vec(any_deed(), 0..40), more in any_deed()) {
        let mut richer = deeds.clone();
        richer.insert(0, more);
        let sums = |deeds: &[Deed]| {
            let mut sums = std::collections::BTreeMap::<AccountId, u64>::new();
            scored(deeds, "2025-12").iter().flat_map(|month| &month.activity).for_each(|(account, activity)| *sums.entry(*account).or_default() += activity);
            sums
        };
        let (poorer, richer) = (sums(&deeds), sums(&richer));
        prop_assert!(poorer.iter().all(|(account, activity)| richer[account] >= *activity));
    }
}

fn any_deed() -> impl Strategy<Value = Deed> {
    (1_i64..5, 0_u128..3, prop::sample::select(Kind::ALL), 0_i64..80, prop::option::of(0_i64..40), 1_i64..5).prop_map(
        |(account, repository, kind, day, closed_after, closer)| {
            let occurred_at = at("2025-10-01T00:00:00Z") + chrono::TimeDelta::days(day);
            Deed {
                repository: RepositoryId(uuid::Uuid::from_u128(repository)),
                account: (account != closer).then_some(AccountId(account)),
                kind,
                state: if kind == Kind::PullRequest && closed_after.is_some() { State::Merged } else { kind.states()[0] },
                occurred_at,
                closed_at: closed_after.map(|days| occurred_at + chrono::TimeDelta::days(days)),
                confirmed_by: vec![AccountId(closer)],
            }
        },
    )
}

#[test]
fn the_largest_counts_that_a_month_can_hold_do_not_overflow() {
    let most = Deeds {
        issues_opened: u32::MAX,
        comments: u32::MAX,
        issues_closed: u32::MAX,
        review_comments: u32::MAX,
        pull_requests_opened: u32::MAX,
        pull_requests_merged: u32::MAX,
        push_days: u32::MAX,
    };
    let weight = openrank::weight(&most).unwrap();
    assert!(activity::of(&most) > 100_000 * ONE);
    let link = Link { repository: X, account: A, weight };
    let rich = Ranks { accounts: [(A, 1_000_000 * ONE)].into(), ..Ranks::default() };
    assert!(openrank::advance(&rich, [link]).accounts[&A] > 600_000 * ONE);
}
