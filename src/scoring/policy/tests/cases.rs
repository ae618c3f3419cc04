//! Members with all that a score can be made of: contributions, statements, shares, a place in the class, what earlier terms left.
//! It must not be a likely member: everything may stand beside everything.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::any;
use crate::{
    model::{
        account::AccountId,
        binding::{Accounts, Held, Span},
        contribution::{Change, Contribution, Key, Kind},
        credit::Credits,
        ids::{MemberId, RepositoryId, StatementId},
        points::Points,
        policy::Policy,
        repository::RepositoryContext,
        statement::{About, Statement, StatementKind},
        term::Window,
    },
    scoring::{Context, Network, Prior, Standing, Subject},
};

const ME: AccountId = AccountId(1);
const MEMBER: MemberId = MemberId(Uuid::from_u128(1));
const REPOSITORIES: u128 = 4;

#[derive(Debug)]
pub(super) struct Case {
    pub policy: Policy,
    pub subject: Subject,
    pub context: Context,
    /// With distinct keys.
    pub contributions: Vec<Contribution>,
}

/// Four bytes decide on the policy, four on the member, four on the rest of the world, and then each three on one contribution: so a fuzzer
/// that changes one byte changes one thing.
pub(super) fn case(bytes: &[u8]) -> Case {
    let part = |from: usize| bytes.get(from..(from + 4).min(bytes.len())).unwrap_or_default();
    let items = bytes.get(12..).unwrap_or_default().chunks(3);
    let contributions: BTreeMap<Key, Contribution> = items.map(|seed| draw(&(key(), contribution()), seed)).collect();
    let contributions: Vec<Contribution> = contributions.into_iter().map(|(key, it)| Contribution { key, ..it }).collect();
    let member = (vec(statement(), 0..8), option::of(network()), prior(), option::of(moment()), accounts());
    let (statements, network, prior, account_changed_at, accounts) = draw(&member, part(4));
    // Of two statements with one id the last.
    let statements: BTreeMap<StatementId, Statement> = statements.into_iter().map(|it| (it.id, it)).collect();
    let statements: Vec<Statement> = statements.into_values().collect();
    let world = (moment(), btree_map((repository(), 0..6_i64), moment(), 0..2), btree_map(key(), Just("https://x/1".to_owned()), 0..2));
    let (as_of, reverted, copies) = draw(&world, part(8));
    let mut shares: HashMap<Key, Vec<Statement>> = HashMap::new();
    for statement in statements.iter().filter(|statement| statement.kind == StatementKind::Share) {
        if let Some(About::Contribution(key)) = &statement.about {
            shares.entry(key.clone()).or_default().push(statement.clone());
        }
    }
    let shared = contributions.iter().filter(|it| !accounts.did(it) && shares.contains_key(&it.key)).cloned().collect();
    Case {
        policy: draw(&any::policy(), part(0)),
        subject: Subject { member: MEMBER, accounts, account_changed_at, statements, shared, network, prior },
        context: Context {
            window: Window { from: start(), until: start() + TimeDelta::days(150) },
            zone: chrono_tz::Asia::Shanghai,
            as_of,
            repositories: repositories(),
            reverted: reverted.into_iter().collect(),
            copies: copies.into_iter().collect(),
            shares,
        },
        contributions,
    }
}

/// The value of these dice.
fn draw<S: Strategy>(strategy: &S, seed: &[u8]) -> S::Value {
    let mut whole = [0; 32];
    whole[..seed.len()].copy_from_slice(seed);
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &whole);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, dice);
    strategy.new_tree(&mut runner).unwrap().current()
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_756_656_000, 0).unwrap()
}

/// From a month before the window to some months after it.
fn moment() -> BoxedStrategy<DateTime<Utc>> {
    (-700..6_000_i64).prop_map(|hours| start() + TimeDelta::hours(hours)).boxed()
}

fn day() -> BoxedStrategy<NaiveDate> {
    (0..250_u64).prop_map(|days| NaiveDate::from_ymd_opt(2025, 8, 1).unwrap() + Days::new(days)).boxed()
}

fn decimal(least: i64, most: i64) -> BoxedStrategy<Decimal> {
    (least..=most).prop_map(|number| Decimal::new(number, 3).normalize()).boxed()
}

/// Mostly one; or one now and another until a moment, or since one.
fn accounts() -> BoxedStrategy<Accounts> {
    let held = |account, from, until| Held { account, span: Span { from, until } };
    let two = (account(), moment(), proptest::bool::ANY).prop_map(move |(other, at, is_former)| {
        let (from, until) = if is_former { (None, Some(at)) } else { (Some(at), None) };
        Accounts::new(vec![held(ME, None, None), held(other, from, until)])
    });
    prop_oneof![3 => Just(Accounts::one(ME)), 1 => two].boxed()
}

fn account() -> BoxedStrategy<AccountId> {
    (1..4_i64).prop_map(AccountId).boxed()
}

/// The last is not tracked.
fn repository() -> BoxedStrategy<RepositoryId> {
    (0..=REPOSITORIES).prop_map(|number| RepositoryId(Uuid::from_u128(number))).boxed()
}

fn repositories() -> HashMap<RepositoryId, RepositoryContext> {
    let one = |number: u128| {
        let id = RepositoryId(Uuid::from_u128(number));
        let names = ["acme/engine", "acme/old", "other/docs.io", "x-y/z_1"];
        let index = usize::try_from(number).unwrap();
        let context = RepositoryContext {
            id,
            full_name: names[index].parse().unwrap(),
            category: ["community", "course", "own", "strange"][index].to_owned(),
            owner: [None, Some(AccountId(2)), Some(ME), None][index],
            members: if index == 1 { vec![MEMBER] } else { Vec::new() },
            license: [Some("MIT"), None, Some("BUSL-1.1"), Some("NOASSERTION")][index].map(str::to_owned),
            github_created_at: (index != 3).then(|| start() - TimeDelta::days(100)),
            registered_at: start() + TimeDelta::days(20),
            outside_contributors: [Some(5), Some(0), None, Some(2)][index],
        };
        (id, context)
    };
    (0..REPOSITORIES).map(one).collect()
}

fn key() -> BoxedStrategy<Key> {
    (repository(), select(Kind::ALL), 0..4_u8)
        .prop_map(|(repository, kind, id)| Key { repository, kind, github_id: id.to_string().into() })
        .boxed()
}

/// Of whatever kind: `case` gives it its key, and its state may be one that the kind does not have.
fn contribution() -> BoxedStrategy<Contribution> {
    let who = (option::weighted(0.9, account()), prop::bool::weighted(0.1), option::of(account()), vec(account(), 0..3));
    let when = (moment(), option::of(moment()), option::of(moment()), option::of(moment()));
    let state = (select(crate::model::contribution::State::ALL), option::of(0..6_i64), option::of(proptest::bool::ANY));
    let lines = || option::of(prop_oneof![0..3_i64, 0..1_500_i64, Just(1_000_000_000_i64)]);
    let size = (lines(), lines(), lines(), option::of(0..5_i64), option::of(change()));
    let labels = subsequence(&["spam", "type: spam", "invalid", "spammy", "help"], 0..2);
    (who, when, state, size, labels)
        .prop_map(|(who, when, state, size, labels)| {
            let key = Key { repository: RepositoryId(Uuid::nil()), kind: Kind::Commit, github_id: "".into() };
            Contribution {
                account: who.0,
                by_bot: who.1,
                parent_account: who.2,
                confirmed_by: who.3,
                closed_at: when.1,
                parent_opened_at: when.2,
                gone_at: when.3,
                number: state.1,
                parent_accepted: state.2,
                effective_lines: size.0,
                total_lines: size.1,
                parent_lines: size.2,
                changed_files: size.3,
                change: size.4.map(Box::new),
                labels: labels.into_iter().map(str::to_owned).collect(),
                ..Contribution::bare(key, state.0, when.0)
            }
        })
        .boxed()
}

fn change() -> BoxedStrategy<Change> {
    let commits = (option::of(0..3_i64), vec(account(), 0..2), vec(account(), 0..2), 0..4_i64);
    let told = (option::of(moment()), subsequence(vec![1_i64, 2, 3], 0..=3), option::of(proptest::bool::ANY), option::of(0..900_i64));
    let marks = subsequence(&["branch:copilot", "author:bot"], 0..2);
    (commits, told, option::of(0..3_i64), marks, option::of(0..6_i64))
        .prop_map(|(commits, told, fingerprint, marks, reverts)| Change {
            commits: commits.0,
            committers: commits.1,
            co_authors: commits.2,
            reviews: commits.3,
            confirmed_at: told.0,
            files: told.1,
            has_source: told.2,
            unchanged_lines: told.3,
            fingerprint,
            automation: marks.into_iter().map(str::to_owned).collect(),
            reverts,
            ..Change::default()
        })
        .boxed()
}

fn statement() -> BoxedStrategy<Statement> {
    let names = select(&["difficulty", "maintainer", "ospp", "mentor", "committee", "author"][..]);
    let id = || (0..8_u128).prop_map(|number| StatementId(Uuid::from_u128(number)));
    let about = prop_oneof![key().prop_map(About::Contribution), repository().prop_map(About::Repository), id().prop_map(About::Statement)];
    let what = (select(StatementKind::ALL), option::of(names), option::of(prop_oneof![decimal(0, 1_000), decimal(-5_000, 60_000)]));
    let place = option::of((1..=4_u8).prop_flat_map(|team| (1..=team, Just(team))));
    (id(), what, place, option::of(about), (day(), option::of(day()), moment()))
        .prop_map(|(id, (kind, name, value), place, about, (happened_on, until_on, stated_at))| Statement {
            id,
            kind,
            member: MEMBER,
            name: name.map(str::to_owned),
            value,
            rank: place.map(|(rank, _)| rank),
            team: place.map(|(_, team)| team),
            about,
            happened_on,
            until_on,
            stated_by: "staff".to_owned(),
            stated_at,
            reason: "because".to_owned(),
        })
        .boxed()
}

fn network() -> BoxedStrategy<Network> {
    let standing = || {
        (decimal(0, 90_000), 0..5_u32, 1..4_u32, 0..5_u32).prop_map(|(value, below, equal, above)| Standing {
            value,
            below,
            equal,
            class: below + equal + above,
        })
    };
    (standing(), standing()).prop_map(|(openrank, activity)| Network { openrank, activity }).boxed()
}

fn prior() -> BoxedStrategy<Prior> {
    (-20_000..90_000_i64, 0..8_i64)
        .prop_map(|(carried, credits)| Prior {
            carried: Points::from_thousandths(carried),
            carried_from: Some("2024-2025-2".to_owned()),
            credits: Credits::new(Decimal::new(credits, 1)),
            ..Prior::default()
        })
        .boxed()
}
