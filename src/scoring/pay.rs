//! What a rule or a measure pays for an amount, and what multiplies it. Exact: rounded half up to a thousandth, once for the base and once
//! for the product. It must not know other items, nor limits.

use rust_decimal::Decimal;

use super::{case::Item, policy::MOST_POINTS, shares::Share};
use crate::model::{
    contribution::Kind,
    points::Points,
    policy::{Count, LadderStep, Pay, Policy, Rule, SizeStep, Threshold},
    statement::StatementKind,
};

/// What a rule pays for an item, before limits.
pub(super) struct Earning<'a> {
    pub rule: &'a Rule,
    pub base: Points,
    /// What the base was paid for, where the amount matters.
    pub amount: Option<Amount>,
    pub size: Size<'a>,
    pub category_factor: Option<Decimal>,
    /// Size times category times share.
    pub factor: Decimal,
    /// Base times factor.
    pub points: Points,
}

/// Hours of a log, the value of a mark, the effective lines of a pull request.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    pub count: Count,
    /// Absent: GitHub gave no list of files.
    pub value: Option<Decimal>,
}

/// What the size of a contribution changed.
#[derive(Clone, Copy)]
pub(super) enum Size<'a> {
    /// The rule does not ask.
    Ignored,
    /// The rule asks, and nobody knows.
    Unknown,
    Step {
        lines: i64,
        step: &'a SizeStep,
    },
}

pub(super) fn earning<'a>(policy: &Policy, rule: &'a Rule, item: Item<'_>, category: &str, share: Option<Share>) -> Earning<'a> {
    let lines = item.contribution().and_then(|contribution| contribution.effective_lines);
    priced(policy, rule, item, lines, category, share)
}

/// What the rule would pay if the item had so many lines.
pub(super) fn priced<'a>(
    policy: &Policy,
    rule: &'a Rule,
    item: Item<'_>,
    lines: Option<i64>,
    category: &str,
    share: Option<Share>,
) -> Earning<'a> {
    let (base, amount) = base(rule, item, lines, category);
    let size = match lines {
        _ if rule.size.is_empty() => Size::Ignored,
        None => Size::Unknown,
        Some(lines) => rule.size.iter().rev().find(|step| step.from <= lines).map_or(Size::Unknown, |step| Size::Step { lines, step }),
    };
    let category_factor = policy.categories.get(category).and_then(|category| category.factor);
    let size_factor = if let Size::Step { step, .. } = size { Some(step.factor) } else { None };
    let factor = product([category_factor, size_factor, share.map(|share| share.part)].into_iter().flatten());
    Earning { rule, base, amount, size, category_factor, factor, points: times(base, factor) }
}

fn base(rule: &Rule, item: Item<'_>, lines: Option<i64>, category: &str) -> (Points, Option<Amount>) {
    if let Some(points) = rule.points_in.get(category) {
        return (*points, None);
    }
    if let Pay::Points(points) = rule.pay {
        return (points, None);
    }
    let (count, value) = match item {
        Item::Statement(statement) => {
            let count = if statement.kind == StatementKind::TimeLog { Count::Hours } else { Count::Marks };
            (count, Some(statement.value.unwrap_or_default()))
        }
        Item::Contribution(contribution) if contribution.key.kind == Kind::PullRequest => (Count::LargestLines, lines.map(Decimal::from)),
        Item::Contribution(_) => (Count::Items, Some(Decimal::ONE)),
    };
    (amount(&rule.pay, value.unwrap_or_default()), Some(Amount { count, value }))
}

/// What an amount earns.
pub(super) fn amount(pay: &Pay, amount: Decimal) -> Points {
    let earned = match pay {
        Pay::Points(points) if amount > Decimal::ZERO => *points,
        Pay::Points(_) => Points::ZERO,
        Pay::Each { points, most } => {
            let earned = times(*points, amount.max(Decimal::ZERO));
            most.map_or(earned, |most| earned.min(most))
        }
        Pay::Ladder(steps) => steps.iter().rev().find(|step| is_reached(step, amount)).map_or(Points::ZERO, |step| step.points),
    };
    earned.min(MOST_POINTS)
}

fn is_reached(step: &LadderStep, amount: Decimal) -> bool {
    match step.from {
        Threshold::From(from) => amount >= from,
        Threshold::Above(above) => amount > above,
    }
}

/// A policy that was parsed pays no item more than `MOST_POINTS`; whatever else is asked, no product is more than that.
pub(super) fn times(points: Points, factor: Decimal) -> Points {
    if factor == Decimal::ONE { points } else { points.scaled(factor).map_or(MOST_POINTS, |product| product.min(MOST_POINTS)) }
}

/// Exact. What does not fit is more than all points.
pub(super) fn product(factors: impl IntoIterator<Item = Decimal>) -> Decimal {
    let times = |product: Decimal, factor| if product == Decimal::ONE { Some(factor) } else { product.checked_mul(factor) };
    factors.into_iter().try_fold(Decimal::ONE, times).unwrap_or(Decimal::MAX)
}
