//! Keeps the accounts of a policy's limits while one member's items and measures pass in order.
//! It must not know rules: it is told what something earned and says how much of it counts.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::{
    measures::Measured,
    verdict::{Judged, Limited},
};
use crate::model::{
    ids::RepositoryId,
    points::Points,
    policy::{ItemKind, Limit, Measure, Per, Rule},
};

/// What a limit is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Account<'a> {
    Kind(ItemKind),
    /// By its number.
    Work(RepositoryId, i64),
    Repository(RepositoryId),
    Category(&'a str),
    Group(&'a str),
    /// The first day of a day, a week or a month.
    Since(NaiveDate),
    Term,
    /// It starts anew with each.
    Item,
}

#[derive(Debug, Clone, Copy)]
struct Used<'a> {
    limit: usize,
    account: Account<'a>,
    points: Points,
    items: u32,
}

/// Who asks for points.
enum Claim<'a, 'j> {
    Item(&'j Judged<'a>, &'a Rule),
    Measure(&'j Measured<'a>),
}

/// What has been used so far of each limit.
pub(super) struct Budgets<'a> {
    limits: &'a [Limit],
    zone: Tz,
    used: Vec<Used<'a>>,
    /// Of the limits that hold for what passes now, by their place in the policy.
    holding: Vec<(usize, Account<'a>)>,
}

impl<'a> Budgets<'a> {
    pub const fn new(limits: &'a [Limit], zone: Tz) -> Self {
        Self { limits, zone, used: Vec::new(), holding: Vec::new() }
    }

    /// How much of what an item earned counts. What counts is taken from every limit that holds for it.
    pub fn take(&mut self, judged: &mut Judged<'a>, rule: &'a Rule) {
        let (points, limit) = self.pass(&Claim::Item(judged, rule), judged.counted_at, judged.points);
        judged.points = points;
        judged.limited = limit.map(Limited::Limit).or(judged.limited);
    }

    pub fn take_measure(&mut self, measured: &mut Measured<'a>) {
        let (points, limit) = self.pass(&Claim::Measure(measured), measured.at, measured.points);
        measured.points = points;
        measured.limited = limit.map(Limited::Limit);
    }

    /// What counts, and the limit that kept it from counting whole: the tightest; of equals, the first in the policy.
    fn pass(&mut self, claim: &Claim<'a, '_>, at: DateTime<Utc>, earned: Points) -> (Points, Option<&'a Limit>) {
        if earned.is_zero() || self.limits.is_empty() {
            return (earned, None);
        }
        self.find_holding(claim, at);
        let (mut counts, mut binding) = (earned, None);
        for (index, account) in &self.holding {
            let limit = &self.limits[*index];
            let (points, items) = self.used(*index, *account).map_or((Points::ZERO, 0), |used| (used.points, used.items));
            let is_full = limit.items.is_some_and(|most| items >= most);
            let left = if is_full { Points::ZERO } else { limit.points.map_or(earned, |most| most - points) };
            if left < counts {
                (counts, binding) = (left, Some(limit));
            }
        }
        if !counts.is_zero() {
            self.book(counts);
        }
        (counts, binding)
    }

    fn find_holding(&mut self, claim: &Claim<'a, '_>, at: DateTime<Utc>) {
        self.holding.clear();
        let zone = self.zone;
        let mut day = None;
        for (index, limit) in self.limits.iter().enumerate().filter(|(_, limit)| claim.is_held_by(limit)) {
            let mut day = || *day.get_or_insert_with(|| at.with_timezone(&zone).date_naive());
            let account = match limit.per {
                Per::Day => Some(Account::Since(day())),
                Per::Week => Some(Account::Since(day().week(Weekday::Mon).first_day())),
                Per::Month => day().with_day(1).map(Account::Since),
                _ => claim.account(limit.per),
            };
            self.holding.extend(account.map(|account| (index, account)));
        }
    }

    /// The last accounts are the likeliest: items pass by date.
    fn used(&self, limit: usize, account: Account<'a>) -> Option<&Used<'a>> {
        self.used.iter().rev().find(|used| used.limit == limit && used.account == account)
    }

    fn book(&mut self, counts: Points) {
        for (limit, account) in self.holding.iter().copied().filter(|(_, account)| *account != Account::Item) {
            match self.used.iter_mut().rev().find(|used| used.limit == limit && used.account == account) {
                Some(used) => {
                    used.points += counts;
                    used.items += 1;
                }
                None => self.used.push(Used { limit, account, points: counts, items: 1 }),
            }
        }
    }
}

impl<'a> Claim<'a, '_> {
    fn group(&self) -> Option<&'a str> {
        match self {
            Self::Item(_, rule) => rule.group.as_deref(),
            Self::Measure(measured) => measured.measure.group.as_deref(),
        }
    }

    /// A measure is held by limits of groups and of the term that count points. One about kinds or categories holds for it if it counts no
    /// others.
    fn is_held_by(&self, limit: &Limit) -> bool {
        if !limit.groups.is_empty() && !self.group().is_some_and(|group| limit.groups.iter().any(|name| name == group)) {
            return false;
        }
        match self {
            Self::Item(judged, _) => {
                (limit.kinds.is_empty() || limit.kinds.contains(&judged.item.kind()))
                    && (limit.categories.is_empty() || limit.categories.iter().any(|category| category == judged.category))
            }
            Self::Measure(measured) => {
                matches!(limit.per, Per::Group | Per::Term)
                    && limit.points.is_some()
                    && (limit.kinds.is_empty() || counts_only(&limit.kinds, &measured.measure.selector.kinds))
                    && (limit.categories.is_empty() || is_only_in(&limit.categories, measured.measure, measured.category))
            }
        }
    }

    /// `None`: there is none, so the limit does not hold.
    fn account(&self, per: Per) -> Option<Account<'a>> {
        match (per, self) {
            (Per::Term, _) => Some(Account::Term),
            (Per::Group, _) => self.group().map(Account::Group),
            (Per::Item, _) => Some(Account::Item),
            (Per::Kind, Self::Item(judged, _)) => Some(Account::Kind(judged.item.kind())),
            (Per::Work, Self::Item(judged, _)) => {
                let contribution = judged.item.contribution()?;
                Some(Account::Work(contribution.key.repository, contribution.number?))
            }
            (Per::Repository, Self::Item(judged, _)) => judged.repository.map(Account::Repository),
            (Per::Category, Self::Item(judged, _)) => judged.repository.map(|_| Account::Category(judged.category)),
            _ => None,
        }
    }
}

fn counts_only(kinds: &[ItemKind], of: &[ItemKind]) -> bool {
    !of.is_empty() && of.iter().all(|kind| kinds.contains(kind))
}

fn is_only_in(categories: &[String], measure: &Measure, category: Option<&str>) -> bool {
    match category {
        Some(category) => categories.iter().any(|name| name == category),
        None => !measure.selector.categories.is_empty() && measure.selector.categories.iter().all(|name| categories.contains(name)),
    }
}
