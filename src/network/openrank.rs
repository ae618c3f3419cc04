//! OpenRank: what an account is worth to repositories that are worth much, and they to it, a month at a time.
//! It must not use a float or depend on the order of its input.
//!
//! # The definition
//!
//! The network of a month has a node for each account and each repository between which there is a link in it, and one background node.
//! Published, by X-lab, in `docs/metrics/global_openrank.md` and `src/cron/tasks/globalOpenrank.ts` of
//! <https://github.com/X-lab2017/open-digger>, and in <https://github.com/X-lab2017/openrank-neo4j-gds>:
//!
//! - a link between an account and a repository weighs 22.235 for each issue opened, 5.252 for each comment, 9.712 for each issue closed,
//!   7.427 for each review comment, 40.679 for each pull request opened and 14.695 for each push. Pushes alone make no link. Bots have none;
//! - a node passes on 0.95 of its value along its links in proportion to their weights, and 0.05 to the background node; the background node
//!   passes on all of it, the same to every node;
//! - a node that is new begins with 1, any other with its value of the month before;
//! - the value of a node is r × what it began with + (1 − r) × what is passed on to it. r, the retention, is 0.5 for an account, 0.3 for a
//!   repository, 0.15 for the background node. That holds for all nodes at once: it is approached in rounds;
//! - a node without a link in the month keeps 0.85 of its value, and is forgotten when that is less than 0.1.
//!
//! The published program replaced the 1 of a new node in November 2023 by a value that is fed from the account's activity every month; we keep
//! to the published definition. Where that is silent or our facts are not GitHub's events, this is ours:
//!
//! - the background node begins with 0, keeps its value from month to month, and decays in a month without any link. (The published program
//!   gives its value to all nodes at the end of the month and begins with 0 again, so that the sum of all values grows by itself.) So nothing
//!   comes into the network but new nodes: the sum of r ⁄ (1 − r) × value over all nodes is the same after the rounds as before;
//! - an issue is closed by the authors of the merged pull requests that closed it; who closed the others is not stored;
//! - the commits of the default branch that one account made on one day are one push;
//! - months are those of the institution's zone, and the network has the repositories that the institution tracks;
//! - rounds go on until nothing changes by 10⁻¹², at most 100; shares of links are rounded down to 2⁻⁶⁰, what a node gets to 10⁻¹², and its value
//!   at the end of the month half up to 10⁻⁹.

use std::collections::BTreeMap;

use super::tally::Deeds;
use crate::model::{
    account::AccountId,
    ids::RepositoryId,
    network::{ONE, Ranks},
};

// Thousandths.
const ISSUE_OPENED: u64 = 22_235;
const COMMENT: u64 = 5_252;
const ISSUE_CLOSED: u64 = 9_712;
const REVIEW_COMMENT: u64 = 7_427;
const PULL_REQUEST_OPENED: u64 = 40_679;
const PUSH: u64 = 14_695;

// Hundredths.
const WHOLE: u128 = 100;
const KEPT_BY_ACCOUNT: u128 = 50;
const KEPT_BY_REPOSITORY: u128 = 30;
const KEPT_BY_BACKGROUND: u128 = 15;
const TO_BACKGROUND: u128 = 5;
const LEFT_WITHOUT_LINK: u128 = 85;

/// What is left is forgotten below this.
const LEAST: u64 = ONE / 10;
const MOST_ROUNDS: usize = 100;
/// Three more places inside the rounds than outside.
const FINE: u128 = 1_000;
/// Shares of links are so many binary places. Values sum to less than 2⁶⁸ / 10¹² (a hundred million nodes), so that products fit.
const SHARE_BITS: u32 = 60;

/// How strongly an account's deeds link it to the repository, in thousandths; `None` where there is none but pushes.
pub fn weight(deeds: &Deeds) -> Option<u64> {
    let others = ISSUE_OPENED * u64::from(deeds.issues_opened)
        + COMMENT * u64::from(deeds.comments)
        + ISSUE_CLOSED * u64::from(deeds.issues_closed)
        + REVIEW_COMMENT * u64::from(deeds.review_comments)
        + PULL_REQUEST_OPENED * u64::from(deeds.pull_requests_opened);
    (others > 0).then(|| others + PUSH * u64::from(deeds.pushes()))
}

/// An account did something in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub repository: RepositoryId,
    pub account: AccountId,
    pub weight: u64,
}

/// The ranks at the end of a month with these links, from those at the end of the month before.
pub fn advance(before: &Ranks, links: impl IntoIterator<Item = Link>) -> Ranks {
    let network = Network::new(links);
    if network.edges.is_empty() {
        return Ranks {
            accounts: faded(&before.accounts, &[]),
            repositories: faded(&before.repositories, &[]),
            background: left(before.background).unwrap_or_default(),
        };
    }
    let values = network.settle(&network.beginning(before));
    let mut accounts = faded(&before.accounts, &network.accounts);
    accounts.extend(network.accounts.iter().copied().zip(values.accounts.iter().map(|value| coarse(*value))));
    let mut repositories = faded(&before.repositories, &network.repositories);
    repositories.extend(network.repositories.iter().copied().zip(values.repositories.iter().map(|value| coarse(*value))));
    Ranks { accounts, repositories, background: coarse(values.background) }
}

/// What is left of those that have no link. `linked` is in order.
fn faded<Id: Ord + Copy>(before: &BTreeMap<Id, u64>, linked: &[Id]) -> BTreeMap<Id, u64> {
    let quiet = before.iter().filter(|(id, _)| linked.binary_search(id).is_err());
    quiet.filter_map(|(id, value)| Some((*id, left(*value)?))).collect()
}

fn left(value: u64) -> Option<u64> {
    let left = u64::try_from(u128::from(value) * LEFT_WITHOUT_LINK / WHOLE).unwrap_or(u64::MAX); // less than `value`
    (left >= LEAST).then_some(left)
}

fn fine(value: u64) -> u128 {
    u128::from(value) * FINE
}

fn coarse(value: u128) -> u64 {
    u64::try_from((value + FINE / 2) / FINE).unwrap_or(u64::MAX)
}

/// The links of a month, with nodes as places in two ordered lists.
struct Network {
    accounts: Vec<AccountId>,
    repositories: Vec<RepositoryId>,
    edges: Vec<Edge>,
}

struct Edge {
    account: usize,
    repository: usize,
    /// Which part of the repository's value the account gets of it, less what the account retains of its own; and the other way.
    to_account: u128,
    to_repository: u128,
}

/// A value of each node, in 10⁻¹².
#[derive(Debug, Clone, PartialEq, Eq)]
struct Values {
    accounts: Vec<u128>,
    repositories: Vec<u128>,
    background: u128,
}

impl Network {
    fn new(links: impl IntoIterator<Item = Link>) -> Self {
        let mut weights: BTreeMap<(RepositoryId, AccountId), u64> = BTreeMap::new();
        for link in links.into_iter().filter(|link| link.weight > 0) {
            *weights.entry((link.repository, link.account)).or_default() += link.weight;
        }
        let mut repositories: Vec<_> = weights.keys().map(|(repository, _)| *repository).collect();
        repositories.dedup();
        let mut accounts: Vec<_> = weights.keys().map(|(_, account)| *account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let places: Vec<(usize, usize, u64)> = weights
            .iter()
            .map(|((repository, account), weight)| {
                (accounts.partition_point(|one| one < account), repositories.partition_point(|one| one < repository), *weight)
            })
            .collect();
        let (mut of_account, mut of_repository) = (vec![0_u64; accounts.len()], vec![0_u64; repositories.len()]);
        for (account, repository, weight) in &places {
            of_account[*account] += weight;
            of_repository[*repository] += weight;
        }
        let edges = places.into_iter().map(|(account, repository, weight)| Edge {
            account,
            repository,
            to_account: share(weight, of_repository[repository], KEPT_BY_ACCOUNT),
            to_repository: share(weight, of_account[account], KEPT_BY_REPOSITORY),
        });
        Self { edges: edges.collect(), accounts, repositories }
    }

    /// With what each node begins the month.
    fn beginning(&self, before: &Ranks) -> Values {
        // A node of nothing could not be told from one that is new.
        let known = |value: Option<&u64>| fine(value.copied().filter(|value| *value > 0).unwrap_or(ONE));
        Values {
            accounts: self.accounts.iter().map(|account| known(before.accounts.get(account))).collect(),
            repositories: self.repositories.iter().map(|repository| known(before.repositories.get(repository))).collect(),
            background: fine(before.background),
        }
    }

    /// The values that no round changes any more.
    fn settle(&self, beginning: &Values) -> Values {
        let kept = |values: &[u128], part: u128| values.iter().map(|value| value * part / WHOLE).collect();
        let kept = Values {
            accounts: kept(&beginning.accounts, KEPT_BY_ACCOUNT),
            repositories: kept(&beginning.repositories, KEPT_BY_REPOSITORY),
            background: beginning.background * KEPT_BY_BACKGROUND / WHOLE,
        };
        let mut values = beginning.clone();
        for _ in 0..MOST_ROUNDS {
            let next = self.round(&kept, &values);
            if next == values {
                break;
            }
            values = next;
        }
        values
    }

    fn round(&self, kept: &Values, values: &Values) -> Values {
        let (mut to_accounts, mut to_repositories) = (vec![0; self.accounts.len()], vec![0; self.repositories.len()]);
        for edge in &self.edges {
            to_accounts[edge.account] += values.repositories[edge.repository] * edge.to_account;
            to_repositories[edge.repository] += values.accounts[edge.account] * edge.to_repository;
        }
        let nodes = (self.accounts.len() + self.repositories.len()) as u128;
        let from_background = |part_kept: u128| values.background * (WHOLE - part_kept) / (WHOLE * nodes);
        let together = |kept: &[u128], got: Vec<u128>, from_background: u128| {
            kept.iter().zip(got).map(|(kept, got)| kept + (got >> SHARE_BITS) + from_background).collect()
        };
        let all = values.accounts.iter().sum::<u128>() + values.repositories.iter().sum::<u128>();
        Values {
            accounts: together(&kept.accounts, to_accounts, from_background(KEPT_BY_ACCOUNT)),
            repositories: together(&kept.repositories, to_repositories, from_background(KEPT_BY_REPOSITORY)),
            background: kept.background + all * TO_BACKGROUND * (WHOLE - KEPT_BY_BACKGROUND) / (WHOLE * WHOLE),
        }
    }
}

/// The part of a giver's value that a taker gets along a link of this weight, of all that the giver has, in 2⁻⁶⁰.
fn share(weight: u64, all: u64, kept_by_taker: u128) -> u128 {
    (u128::from(weight) << SHARE_BITS) * (WHOLE - TO_BACKGROUND) / WHOLE * (WHOLE - kept_by_taker) / (WHOLE * u128::from(all))
}
