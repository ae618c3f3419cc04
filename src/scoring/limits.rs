//! Keeps the accounts of a policy's limits while one member's contributions pass in order.
//! It must not know rules: it is told what a contribution earned and says how much of it counts.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::model::{
    contribution::{Contribution, Kind},
    ids::RepositoryId,
    points::Points,
    policy::{ItemKind, Limit, Per},
};

/// The limit that kept a contribution from counting whole: the tightest; of equals, the first in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding<'a> {
    pub limit: &'a Limit,
    /// It was the number of contributions that was used up, not the points.
    pub by_items: bool,
}

/// What a limit is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Account<'a> {
    Kind(Kind),
    Repository(RepositoryId),
    Category(&'a str),
    Day(NaiveDate),
    Term,
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    points: Points,
    items: u32,
}

/// What has been used so far of each limit.
pub(super) struct Budgets<'a> {
    limits: &'a [Limit],
    zone: Tz,
    used: HashMap<(usize, Account<'a>), Used>,
}

impl<'a> Budgets<'a> {
    pub fn new(limits: &'a [Limit], zone: Tz) -> Self {
        Self { limits, zone, used: HashMap::new() }
    }

    /// How much of `earned` counts. What counts is taken from every limit that holds for the contribution.
    pub fn take(
        &mut self,
        contribution: &Contribution,
        category: &'a str,
        counted_at: DateTime<Utc>,
        earned: Points,
    ) -> (Points, Option<Binding<'a>>) {
        if earned.is_zero() {
            return (Points::ZERO, None);
        }
        let (mut counts, mut binding) = (earned, None);
        let limits = self.limits;
        let holding = || limits.iter().enumerate().filter(|(_, limit)| holds(limit, contribution.key.kind, category));
        for (index, limit) in holding() {
            let used = self
                .account(limit, contribution, category, counted_at)
                .and_then(|account| self.used.get(&(index, account)).copied())
                .unwrap_or_default();
            let by_items = limit.items.is_some_and(|most| used.items >= most);
            let left = if by_items { Points::ZERO } else { limit.points.map_or(earned, |most| most - used.points) };
            if left < counts {
                (counts, binding) = (left, Some(Binding { limit, by_items }));
            }
        }
        if !counts.is_zero() {
            for (index, limit) in holding() {
                if let Some(account) = self.account(limit, contribution, category, counted_at) {
                    let used = self.used.entry((index, account)).or_default();
                    used.points += counts;
                    used.items += 1;
                }
            }
        }
        (counts, binding)
    }

    /// A limit per item starts anew with each, so it keeps no account.
    fn account(&self, limit: &Limit, contribution: &Contribution, category: &'a str, counted_at: DateTime<Utc>) -> Option<Account<'a>> {
        Some(match limit.per {
            Per::Item => return None,
            Per::Kind => Account::Kind(contribution.key.kind),
            Per::Repository => Account::Repository(contribution.key.repository),
            Per::Category => Account::Category(category),
            Per::Group => return None,
            Per::Week => Account::Day(counted_at.with_timezone(&self.zone).date_naive().week(chrono::Weekday::Mon).first_day()),
            Per::Month => Account::Day(counted_at.with_timezone(&self.zone).date_naive().with_day(1)?),
            Per::Day => Account::Day(counted_at.with_timezone(&self.zone).date_naive()),
            Per::Term => Account::Term,
        })
    }
}

fn holds(limit: &Limit, kind: Kind, category: &str) -> bool {
    (limit.kinds.is_empty() || limit.kinds.contains(&ItemKind::Contribution(kind)))
        && (limit.categories.is_empty() || limit.categories.iter().any(|c| c == category))
}
