//! Reads `[credits]`.
//! It must not turn points into credits: the room `credits` does.

use rust_decimal::Decimal;

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    credit::Credits,
    policy::{CreditRule, Rounding},
};

pub(super) fn read(document: &Table<'_>) -> Option<CreditRule> {
    let table = document.require("credits", "a table [credits]")?.table(keys::CREDITS)?;
    let points_per_credit =
        table.require("points_per_credit", "how many points make one credit, such as 40").and_then(|entry| numbers::some_points(&entry));
    let step = table.optional("step", numbers::some_credits);
    let rounding = table.optional("rounding", |entry| words::one_of(entry, "a way to round", Rounding::ALL));
    let minimum = table.optional("minimum", numbers::credits);
    let cap = table.optional("cap", numbers::some_credits);
    let rule = CreditRule {
        points_per_credit: points_per_credit?,
        step: step?.unwrap_or_else(|| Credits::new(Decimal::new(5, 1))),
        rounding: rounding?.unwrap_or(Rounding::Down),
        minimum: minimum?.unwrap_or(Credits::ZERO),
        cap: cap?,
        lifetime_cap: None,
        needed: None,
    };
    if let (Some(cap), Some(entry)) = (rule.cap, table.get("cap")) {
        check(&rule, cap, &entry);
    }
    Some(rule)
}

fn check(rule: &CreditRule, cap: Credits, entry: &Entry<'_>) {
    if cap < rule.minimum {
        entry.fault(format!("the cap of {cap} is below the minimum of {}, so nobody could have any credit: raise it", rule.minimum));
    }
    if !(cap.to_decimal() % rule.step.to_decimal()).is_zero() {
        entry.fault(format!("the cap of {cap} is not a multiple of the step of {}: write one that is", rule.step));
    }
}
