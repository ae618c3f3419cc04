//! Refuses a policy under which one item or one measure could earn more than `MOST_POINTS`: sums stay far inside 64 bits.
//! It must not round a bound down: where it is in doubt, it asks for `most`.

use rust_decimal::Decimal;

use super::{MOST_POINTS, conditions, numbers::MOST_LINES, reader::Table};
use crate::model::{
    contribution::Kind,
    points::Points,
    policy::{Count, ItemKind, Measure, Normalise, Pay, Policy, Rule},
    statement::StatementKind,
};

/// No mark is higher, no network score, and no count of items.
const MOST_ITEMS: u32 = 1_000_000;
const MOST_HOURS: u32 = 100_000;
/// More than ten years have.
const MOST_WEEKS: u32 = 1_000;

pub(super) fn check(policy: &Policy, document: &Table<'_>) {
    let rules = document.elements("rules");
    for (rule, entry) in policy.rules.iter().zip(&rules).filter(|(rule, _)| !rule_holds(rule, policy)) {
        let (amount, at) = (amount_of_item(rule), ["points", "points_each", "ladder"].iter().find_map(|key| entry.inside(key)));
        at.unwrap_or_else(|| entry.clone()).fault(advice("item", &rule.pay, amount));
    }
    let measures = document.elements("measures");
    for (measure, entry) in policy.measures.iter().zip(&measures).filter(|(measure, _)| !measure_holds(measure, policy)) {
        let Some(pay) = &measure.pay else { continue };
        let at = ["points_each", "ladder"].iter().find_map(|key| entry.inside(key));
        at.unwrap_or_else(|| entry.clone()).fault(advice("measure", pay, amount_of_measure(measure)));
    }
}

fn advice(what: &str, pay: &Pay, amount: Decimal) -> String {
    let write = match pay {
        Pay::Each { most: None, .. } => format!("since there may be {amount} to pay for: write most, or less"),
        _ => "if all of them apply: write less".to_owned(),
    };
    format!("with the largest factors one {what} could earn more than {MOST_POINTS} points, {write}")
}

/// Whether nothing that this rule takes can earn too much.
pub(super) fn rule_holds(rule: &Rule, policy: &Policy) -> bool {
    let base = most(&rule.pay, amount_of_item(rule)).map(|pay| rule.points_in.values().copied().fold(pay, Points::max));
    let steps = rule.size.iter().map(|step| step.factor).fold(Decimal::ONE, Decimal::max);
    let category = policy.categories.values().filter_map(|category| category.factor).fold(Decimal::ONE, Decimal::max);
    let factors = conditions::largest(&policy.factors, rule.group.as_deref()).and_then(|factor| factor.checked_mul(steps * category));
    fits(base, factors)
}

/// Whether this measure cannot earn too much.
pub(super) fn measure_holds(measure: &Measure, policy: &Policy) -> bool {
    let Some(pay) = &measure.pay else { return true };
    fits(most(pay, amount_of_measure(measure)), conditions::largest(&policy.factors, measure.group.as_deref()))
}

fn fits(base: Option<Points>, factor: Option<Decimal>) -> bool {
    base.zip(factor).and_then(|(base, factor)| base.scaled(factor)).is_some_and(|paid| paid <= MOST_POINTS)
}

/// The most that is paid for at most this amount; `None` where no number holds it.
fn most(pay: &Pay, amount: Decimal) -> Option<Points> {
    match pay {
        Pay::Points(points) => Some(*points),
        Pay::Each { points, most } => {
            let all = points.scaled(amount);
            most.map_or(all, |most| Some(all.map_or(most, |all| all.min(most))))
        }
        Pay::Ladder(steps) => steps.iter().map(|step| step.points).max(),
    }
}

/// The largest amount that one item of the rule's kind can have.
fn amount_of_item(rule: &Rule) -> Decimal {
    match rule.selector.kinds.first() {
        Some(ItemKind::Contribution(Kind::PullRequest)) => MOST_LINES.into(),
        Some(ItemKind::Statement(StatementKind::TimeLog)) => MOST_HOURS.into(),
        Some(ItemKind::Statement(_)) => MOST_ITEMS.into(),
        _ => Decimal::ONE,
    }
}

fn amount_of_measure(measure: &Measure) -> Decimal {
    match measure.count {
        Count::Items | Count::Repositories | Count::Marks => MOST_ITEMS.into(),
        Count::Kinds => ItemKind::ALL.len().into(),
        Count::Weeks => MOST_WEEKS.into(),
        Count::LargestLines => MOST_LINES.into(),
        Count::Hours => MOST_HOURS.into(),
        Count::Openrank | Count::Activity if measure.normalise == Normalise::None => MOST_ITEMS.into(),
        Count::Openrank | Count::Activity => Decimal::ONE,
    }
}
