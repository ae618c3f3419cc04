//! What many items amount to together, whether conditions on that hold, and what it earns.
//! It must not judge items: it takes those that `rules` found to be counted.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    Standing,
    case::{Case, Item},
    pay, units,
    verdict::{Judged, Limited},
};
use crate::model::{
    contribution::Kind,
    ids::RepositoryId,
    points::Points,
    policy::{Condition, Count, ItemKind, Measure, Normalise, Reach},
    statement::{Statement, StatementKind},
};

/// One measure, of all repositories or of one, and what it earns.
pub(super) struct Measured<'a> {
    pub measure: &'a Measure,
    pub repository: Option<RepositoryId>,
    pub category: Option<&'a str>,
    /// The amount that is paid.
    pub amount: Decimal,
    /// The last moment of what it counts.
    pub at: DateTime<Utc>,
    pub base: Points,
    /// The least part that the member has in what is paid.
    pub part: Decimal,
    /// Its condition, where that does not hold, and the amount that was asked for.
    pub unmet: Option<(&'a Condition, Decimal)>,
    pub excluded_by: Option<&'a Statement>,
    /// The months that it, or what its condition asks for, is made of are not over: nobody knows it yet.
    pub is_open: bool,
    pub points: Points,
    pub limited: Option<Limited<'a>>,
}

/// All measures of a policy. Those that earn nothing are there too: conditions ask for them.
pub(super) struct Measures<'a> {
    measures: &'a [Measure],
    /// All that each counts; of one that is taken of each repository, the largest; `None`: nobody knows it yet.
    amounts: Vec<Option<Decimal>>,
    pub taken: Vec<Measured<'a>>,
}

/// An item that a measure counts.
#[derive(Clone, Copy)]
struct Found<'a, 'j> {
    judged: &'j Judged<'a>,
    at: DateTime<Utc>,
    part: Decimal,
    /// Where the policy has units: the one to which this pull request belongs among those that the measure counts.
    unit: Option<usize>,
}

/// Whether a measure counts items of that kind. One that names none counts what its number is made of.
pub(super) fn can_count(measure: &Measure, kind: ItemKind) -> bool {
    let kinds = &measure.selector.kinds;
    match measure.count {
        Count::Openrank | Count::Activity => false,
        _ if !kinds.is_empty() => kinds.contains(&kind),
        Count::Items | Count::Kinds | Count::Repositories | Count::Weeks => kind.contribution().is_some(),
        Count::LargestLines => kind == ItemKind::Contribution(Kind::PullRequest),
        Count::Hours => kind == ItemKind::Statement(StatementKind::TimeLog),
        Count::Marks => kind == ItemKind::Statement(StatementKind::Mark),
    }
}

/// The amount of a measure that counted this item and nothing else.
pub(super) fn alone(measure: &Measure, item: Item<'_>) -> Decimal {
    match (measure.count, item) {
        (Count::LargestLines, Item::Contribution(contribution)) => Decimal::from(contribution.effective_lines.unwrap_or(0)),
        (Count::Hours | Count::Marks, Item::Statement(statement)) => statement.value.unwrap_or_default(),
        (Count::LargestLines | Count::Hours | Count::Marks | Count::Openrank | Count::Activity, _) => Decimal::ZERO,
        (Count::Items | Count::Kinds | Count::Repositories | Count::Weeks, _) => Decimal::ONE,
    }
}

impl<'a> Measures<'a> {
    pub fn take(case: &Case<'a>, judged: &[Judged<'a>]) -> Self {
        let measures = &case.policy.measures;
        let mut all = Self { measures, amounts: Vec::with_capacity(measures.len()), taken: Vec::with_capacity(measures.len()) };
        for (index, measure) in measures.iter().enumerate() {
            let largest = match measure.count {
                Count::Openrank | Count::Activity => {
                    let taken = network(case, measure);
                    let amount = (!taken.is_open).then_some(taken.amount);
                    all.taken.push(taken);
                    amount
                }
                _ => Some(all.take_of_items(case, measure, items(case, judged, index))),
            };
            all.amounts.push(largest);
        }
        for at in 0..all.taken.len() {
            let when = all.taken[at].measure.when.as_ref();
            let is_open = when.is_some_and(|when| all.asked(&when.measure, 0).is_none());
            let unmet = when.filter(|_| !is_open).and_then(|when| Some((when, all.missed(when)??)));
            let taken = &mut all.taken[at];
            (taken.unmet, taken.is_open) = (unmet, taken.is_open || is_open);
            if let Some(pay) = taken.measure.pay.as_ref().filter(|_| unmet.is_none() && taken.excluded_by.is_none() && !taken.is_open) {
                taken.base = pay::amount(pay, taken.amount);
                taken.points = pay::times(taken.base, taken.part);
            }
        }
        all
    }

    /// The largest of its amounts.
    fn take_of_items(&mut self, case: &Case<'a>, measure: &'a Measure, mut items: Vec<Found<'a, '_>>) -> Decimal {
        if !measure.each_repository {
            let amount = amount(case, measure, &items);
            self.taken.push(taken(case, measure, &items, amount));
            return amount;
        }
        items.retain(|found| found.judged.repository.is_some());
        items.sort_by_key(|found| found.judged.repository);
        let mut largest = Decimal::ZERO;
        for items in items.chunk_by(|a, b| a.judged.repository == b.judged.repository) {
            let amount = amount(case, measure, items);
            if amount > Decimal::ZERO {
                let first = items[0].judged;
                let (repository, category) = (first.repository, Some(first.category));
                self.taken.push(Measured { repository, category, ..taken(case, measure, items, amount) });
                largest = largest.max(amount);
            }
        }
        largest
    }

    /// The amount that misses a condition; `None` where the condition holds. What nobody knows yet reaches nothing and is below nothing:
    /// there is no amount then.
    pub fn missed(&self, condition: &Condition) -> Option<Option<Decimal>> {
        let amount = self.asked(&condition.measure, 0);
        (!amount.is_some_and(|amount| reaches(condition.reach, amount))).then_some(amount)
    }

    /// The amount that a condition goes by: nothing, where the measure's own condition does not hold.
    pub fn amount(&self, id: &str) -> Decimal {
        self.asked(id, 0).unwrap_or_default()
    }

    /// `None`: nobody knows it yet. Conditions that ask for each other in a ring hold nowhere.
    fn asked(&self, id: &str, depth: usize) -> Option<Decimal> {
        let Some(index) = self.measures.iter().position(|measure| measure.id == id) else { return Some(Decimal::ZERO) };
        let holds = match &self.measures[index].when {
            None => true,
            Some(_) if depth > self.measures.len() => false,
            Some(when) => reaches(when.reach, self.asked(&when.measure, depth + 1)?),
        };
        if holds { self.amounts[index] } else { Some(Decimal::ZERO) }
    }
}

fn reaches(reach: Reach, amount: Decimal) -> bool {
    match reach {
        Reach::From(from) => amount >= from,
        Reach::Below(below) => amount < below,
    }
}

/// The items that a measure counts, in their order.
fn items<'a, 'j>(case: &Case<'a>, judged: &'j [Judged<'a>], measure: usize) -> Vec<Found<'a, 'j>> {
    let one = |judged: &'j Judged<'a>| {
        let counted = judged.measures.iter().find(|counted| counted.measure == measure)?;
        Some(Found { judged, at: counted.at, part: judged.share.map_or(Decimal::ONE, |share| share.part), unit: None })
    };
    let mut found: Vec<Found<'a, 'j>> = judged.iter().filter_map(one).collect();
    if let Some(units) = case.policy.units.as_ref().filter(|_| case.policy.measures[measure].count == Count::Items) {
        let pull_request = |(at, found): (usize, &Found<'a, 'j>)| {
            let contribution = found.judged.item.contribution().filter(|contribution| contribution.key.kind == Kind::PullRequest)?;
            Some((contribution, at))
        };
        let opened = found.iter().enumerate().filter_map(pull_request).collect();
        for (number, unit) in units::together(units, opened).into_iter().enumerate() {
            unit.into_iter().for_each(|at| found[at].unit = Some(number));
        }
    }
    found
}

/// How many there are, where pull requests that belong together are one.
fn count(items: &[Found<'_, '_>]) -> Decimal {
    let alone = items.iter().filter(|found| found.unit.is_none()).count();
    let units: BTreeSet<usize> = items.iter().filter_map(|found| found.unit).collect();
    Decimal::from(alone + units.len())
}

/// What is paid. Where others share some of the items, it is the best that the member can claim: the measure of those in which the part is
/// at least so large, times that part. So a part of many works is never worth more than as many works, and one more never less.
fn taken<'a>(case: &Case<'a>, measure: &'a Measure, items: &[Found<'a, '_>], whole: Decimal) -> Measured<'a> {
    let at = items.iter().map(|found| found.at).max().unwrap_or_else(|| last_moment(case));
    let measured = unpaid(measure, whole, at);
    let Some(pay) = measure.pay.as_ref().filter(|_| items.iter().any(|found| found.part != Decimal::ONE)) else { return measured };
    let parts: BTreeSet<Decimal> = items.iter().map(|found| found.part).collect();
    let claims = parts.into_iter().map(|part| {
        let claimed: Vec<Found<'a, '_>> = items.iter().filter(|found| found.part >= part).copied().collect();
        let amount = amount(case, measure, &claimed);
        (pay::times(pay::amount(pay, amount), part), amount, part)
    });
    claims.max_by_key(|(points, ..)| *points).map_or(unpaid(measure, whole, at), |(_, amount, part)| Measured { amount, part, ..measured })
}

fn unpaid(measure: &Measure, amount: Decimal, at: DateTime<Utc>) -> Measured<'_> {
    Measured {
        measure,
        repository: None,
        category: None,
        amount,
        at,
        base: Points::ZERO,
        part: Decimal::ONE,
        unmet: None,
        excluded_by: None,
        is_open: false,
        points: Points::ZERO,
        limited: None,
    }
}

fn last_moment(case: &Case<'_>) -> DateTime<Utc> {
    case.context.window.until - TimeDelta::nanoseconds(1)
}

fn amount(case: &Case<'_>, measure: &Measure, items: &[Found<'_, '_>]) -> Decimal {
    match measure.count {
        Count::Items => count(items),
        Count::Kinds => Decimal::from(items.iter().map(|found| found.judged.item.kind()).collect::<BTreeSet<_>>().len()),
        Count::Repositories => Decimal::from(items.iter().filter_map(|found| found.judged.repository).collect::<BTreeSet<_>>().len()),
        Count::Weeks => weeks(case, measure.serves_later_weeks, items),
        Count::LargestLines => items.iter().map(|found| alone(measure, found.judged.item)).max().unwrap_or_default(),
        Count::Hours => sum(items.iter().map(|found| alone(measure, found.judged.item))),
        Count::Marks => newest_marks(items),
        Count::Openrank | Count::Activity => Decimal::ZERO,
    }
}

/// Of each name, about each thing, the mark that was stated last: a second project's mark leaves that of the first alone.
fn newest_marks(items: &[Found<'_, '_>]) -> Decimal {
    let mut marks: Vec<&Statement> = items.iter().filter_map(|found| found.judged.item.statement()).collect();
    marks.sort_unstable_by(|a, b| (&a.name, &a.about, b.stated_at, b.id).cmp(&(&b.name, &b.about, a.stated_at, a.id)));
    marks.dedup_by(|later, first| (&later.name, &later.about) == (&first.name, &first.about));
    sum(marks.iter().filter_map(|mark| mark.value))
}

/// What does not fit is more than every threshold.
fn sum(values: impl Iterator<Item = Decimal>) -> Decimal {
    values.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add).unwrap_or(Decimal::MAX)
}

/// Weeks with an item; with `serves_later`, an item too many in one week serves the next week that has none.
fn weeks(case: &Case<'_>, serves_later: bool, items: &[Found<'_, '_>]) -> Decimal {
    let monday = |at: DateTime<Utc>| case.day(at).week(Weekday::Mon).first_day();
    let mut worked: Vec<NaiveDate> = items.iter().map(|found| monday(found.at)).collect();
    worked.sort_unstable();
    let Some(last) = worked.last().copied().filter(|_| serves_later) else {
        worked.dedup();
        return Decimal::from(worked.len());
    };
    // A week that has not begun is not served yet.
    let last = last.max(monday(case.context.as_of)).min(monday(last_moment(case)));
    let (mut week, mut left, mut served, mut next) = (worked[0], 0_u32, 0_u32, worked.iter().peekable());
    while week <= last {
        while next.next_if(|day| **day <= week).is_some() {
            left += 1;
        }
        if left > 0 {
            (left, served) = (left - 1, served + 1);
        }
        week += TimeDelta::days(7);
    }
    Decimal::from(served)
}

fn network<'a>(case: &Case<'a>, measure: &'a Measure) -> Measured<'a> {
    let standing = case.subject.network.as_ref().map(|network| match measure.count {
        Count::Openrank => &network.openrank,
        _ => &network.activity,
    });
    let excluded_by = case.network_exclusion();
    let amount = standing.filter(|_| excluded_by.is_none()).map_or(Decimal::ZERO, |standing| normalised(measure.normalise, standing));
    Measured { excluded_by, is_open: standing.is_none() && excluded_by.is_none(), ..unpaid(measure, amount, last_moment(case)) }
}

/// The number, or the place in the class from 1 down.
fn normalised(normalise: Normalise, standing: &Standing) -> Decimal {
    let (below, equal, class) = (u64::from(standing.below), u64::from(standing.equal), u64::from(standing.class));
    let part = |some: u64, of: u64| if of == 0 { Decimal::ZERO } else { Decimal::from(some) / Decimal::from(of) };
    let exact = match normalise {
        Normalise::None => standing.value,
        // Who has done nothing has no place, however many others have done nothing either.
        Normalise::Percentile | Normalise::Rank if standing.value.is_zero() => Decimal::ZERO,
        Normalise::Percentile => part(below + equal, class),
        // The first of a class of one has nobody above.
        Normalise::Rank if class == 1 => Decimal::ONE,
        // Who is passed by nobody of the others passes all of them.
        Normalise::Rank => part((below + equal).saturating_sub(1), class.saturating_sub(1)),
    };
    exact.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero)
}
