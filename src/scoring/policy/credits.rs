//! Reads `[credits]` and `[payout]`.
//! It must not turn points into credits: the room `credits` does.

use rust_decimal::Decimal;

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    credit::Credits,
    policy::{CreditRule, Payout, PayoutPer, Rounding},
};

pub(super) fn read(document: &Table<'_>) -> Option<CreditRule> {
    let table = document.require("credits", "a table [credits]")?.table(keys::CREDITS)?;
    let points_per_credit =
        table.require("points_per_credit", "how many points make one credit, such as 40").and_then(|entry| numbers::some_points(&entry));
    let step = table.optional("step", numbers::some_credits);
    let rounding = table.optional("rounding", |entry| words::one_of(entry, "a way to round", Rounding::ALL));
    let minimum = table.optional("minimum", numbers::credits);
    let cap = table.optional("cap", numbers::some_credits);
    let lifetime_cap = table.optional("lifetime_cap", numbers::some_credits);
    let needed = table.optional("needed", numbers::some_credits);
    let rule = CreditRule {
        points_per_credit: points_per_credit?,
        step: step?.unwrap_or_else(|| Credits::new(Decimal::new(5, 1))),
        rounding: rounding?.unwrap_or(Rounding::Down),
        minimum: minimum?.unwrap_or(Credits::ZERO),
        cap: cap?,
        lifetime_cap: lifetime_cap?,
        needed: needed?,
    };
    if let (Some(cap), Some(entry)) = (rule.cap, table.get("cap")) {
        check(&rule, cap, &entry);
    }
    if let (Some(most), Some(entry)) = (rule.lifetime_cap, table.get("lifetime_cap")) {
        check_lifetime(&rule, most, &entry);
    }
    Some(rule)
}

fn check_lifetime(rule: &CreditRule, most: Credits, entry: &Entry<'_>) {
    if most < rule.minimum {
        entry.fault(format!("{most} in all is below the minimum of {}, so nobody could have any credit: raise it", rule.minimum));
    }
    if let Some(needed) = rule.needed.filter(|needed| *needed > most) {
        entry.fault(format!("{needed} are needed and {most} is all that anybody can have: raise it, or lower needed"));
    }
}

/// `None` where points are not paid in steps.
pub(super) fn payout(document: &Table<'_>) -> Option<Payout> {
    let table = document.get("payout")?.table(keys::PAYOUT)?;
    let step = table.require("step", "in which steps points are paid, such as 40").and_then(|entry| numbers::some_points(&entry));
    let per = table.get("per").and_then(|entry| words::one_of(&entry, "how often points can be paid", PayoutPer::ALL));
    let most = table.optional("most", numbers::some_points);
    let payout = Payout { step: step?, per: per.unwrap_or(PayoutPer::Term), most: most? };
    if let (Some(most), Some(entry)) = (payout.most, table.get("most"))
        && most.thousandths() % payout.step.thousandths() != 0
    {
        entry.fault(format!("{most} is not a whole number of steps of {}: write one that is", payout.step));
    }
    Some(payout)
}

fn check(rule: &CreditRule, cap: Credits, entry: &Entry<'_>) {
    if cap < rule.minimum {
        entry.fault(format!("the cap of {cap} is below the minimum of {}, so nobody could have any credit: raise it", rule.minimum));
    }
    if !(cap.to_decimal() % rule.step.to_decimal()).is_zero() {
        entry.fault(format!("the cap of {cap} is not a multiple of the step of {}: write one that is", rule.step));
    }
}
