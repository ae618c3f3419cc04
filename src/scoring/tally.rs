//! Puts together what came of a member's items: works, measures, factors, units, limits, adjustments and payout, in this order.
//! It must not make lines: the totals of a whole university go this way without them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{
    Code,
    case::{Case, Item},
    limits::Budgets,
    measures::Measures,
    pay::{self, Earning},
    payout::{self, Settled},
    rules, units,
    verdict::{Exclusion, Judged, Verdict},
    words, works,
};
use crate::model::{contribution::Contribution, points::Points, policy::GroupFactor, score::Reason, statement::Statement, term::Window};

/// A group's factor whose condition holds, and the amount that it asked for.
pub(super) struct Applied<'a> {
    pub factor: &'a GroupFactor,
    pub amount: Decimal,
}

/// What came of a member's whole work, before it is put into words.
pub(super) struct Tally<'a> {
    pub judged: Vec<Judged<'a>>,
    pub measures: Measures<'a>,
    pub applied: Vec<Applied<'a>>,
    pub adjustments: Vec<(&'a Statement, Points)>,
    pub settled: Settled,
    pub unmet: Vec<Reason>,
}

/// Judges each item by itself, then lets works, measures, factors, units and limits take them in this order. What a policy does not use
/// costs nothing.
pub(super) fn tally<'a>(case: &Case<'a>, contributions: &'a [Contribution]) -> Tally<'a> {
    let policy = case.policy;
    let mut judged = judge(case, contributions);
    if policy.works.highest_only {
        works::keep_highest(case, &mut judged);
    }
    let mut measures = Measures::take(case, &judged);
    let applied: Vec<Applied<'a>> = policy
        .factors
        .iter()
        .filter(|factor| measures.missed(&factor.when).is_none())
        .map(|factor| Applied { factor, amount: measures.amount(&factor.when.measure) })
        .collect();
    if !applied.is_empty() {
        multiply(&applied, &mut judged, &mut measures);
    }
    if let Some(units) = &policy.units {
        units::cap(policy, units, &mut judged, |judged| product(&applied, judged.rule.and_then(|rule| rule.group.as_deref())));
    }
    if !policy.limits.is_empty() {
        limit(case, &mut judged, &mut measures);
    }
    let adjustments = case.adjustments().map(|statement| (statement, adjusted(statement))).collect();
    let settled = settle(case, &judged, &measures, &adjustments);
    let unmet = policy.requirements.iter().filter_map(|requirement| {
        let amount = measures.missed(requirement)?;
        Some(words::asked_for(Reason::new(Code::RequirementNotMet.as_str()), requirement, amount))
    });
    let unmet = unmet.collect();
    Tally { judged, measures, applied, adjustments, settled, unmet }
}

/// Every item, by date and then by key; each once.
fn judge<'a>(case: &Case<'a>, contributions: &'a [Contribution]) -> Vec<Judged<'a>> {
    let mut judged = Vec::with_capacity(contributions.len() + case.subject.shared.len());
    judged
        .extend(contributions.iter().chain(&case.subject.shared).map(|contribution| rules::judge(case, Item::Contribution(contribution))));
    judged.extend(case.payable().map(|statement| rules::judge(case, Item::Statement(statement))));
    judged.extend(case.taken_back().map(|(statement, withdrawal)| {
        Judged::excluded(Item::Statement(statement), case.happened_at(statement), Exclusion::Withdrawn(withdrawal))
    }));
    // The keys are sorted by themselves: they are small, and what was judged is not.
    judged.sort_by_cached_key(|judged| (judged.counted_at, judged.item));
    judged.dedup_by(|later, first| later.item == first.item);
    judged
}

fn product(applied: &[Applied<'_>], group: Option<&str>) -> Decimal {
    pay::product(applied.iter().filter(|applied| group == Some(&applied.factor.group)).map(|applied| applied.factor.factor))
}

fn multiply(applied: &[Applied<'_>], judged: &mut [Judged<'_>], measures: &mut Measures<'_>) {
    for judged in judged {
        if let Verdict::Earned(earning) = &judged.verdict {
            judged.points = pay::times(earning.base, pay::product([earning.factor, product(applied, earning.rule.group.as_deref())]));
        }
    }
    for taken in &mut measures.taken {
        taken.points = pay::times(taken.base, pay::product([taken.part, product(applied, taken.measure.group.as_deref())]));
    }
}

fn limit<'a>(case: &Case<'a>, judged: &mut [Judged<'a>], measures: &mut Measures<'a>) {
    let mut budgets = Budgets::new(&case.policy.limits, case.context.zone);
    for judged in judged {
        if let Verdict::Earned(Earning { rule, .. }) = judged.verdict {
            budgets.take(judged, rule);
        }
    }
    for taken in &mut measures.taken {
        budgets.take_measure(taken);
    }
}

/// An adjustment has at most three places, as everything that is stated.
fn adjusted(statement: &Statement) -> Points {
    statement.value.and_then(|value| Points::from_decimal(value.round_dp(3))).unwrap_or_default()
}

/// What is paid of all that was earned, and of what was carried in.
fn settle(case: &Case<'_>, judged: &[Judged<'_>], measures: &Measures<'_>, adjustments: &Vec<(&Statement, Points)>) -> Settled {
    let carried_in = case.subject.prior.carried;
    let items = judged.iter().map(|judged| (judged.counted_at, judged.points));
    let taken = measures.taken.iter().map(|taken| (taken.at, taken.points));
    let adjusted = adjustments.iter().map(|(statement, points)| (case.happened_at(statement), *points));
    let all = items.chain(taken).chain(adjusted);
    let Some(payout) = &case.policy.payout else {
        return Settled { paid: carried_in + all.map(|(_, points)| points).sum(), carried: Points::ZERO };
    };
    let first_of_month = |at: DateTime<Utc>| payout::month(case.day(at));
    let earned: Vec<(NaiveDate, Points)> = all.map(|(at, points)| (first_of_month(at), points)).collect();
    let Window { from, until } = case.context.window;
    // A month that has not begun pays nothing yet, unless something is dated in it already.
    let now = first_of_month(case.context.as_of).min(first_of_month(until - TimeDelta::nanoseconds(1)));
    let last = earned.iter().map(|(month, _)| *month).max().map_or(now, |last| last.max(now));
    payout::settle(payout, carried_in, &earned, &payout::months(case.day(from), last).collect::<Vec<_>>())
}
