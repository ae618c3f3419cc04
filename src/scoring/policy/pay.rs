//! Reads what a rule or a measure pays: `points`, or an amount turned into points by `points_each` or a `ladder`.
//! It must not know amounts: `bounds` says how large they can be.

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    contribution::Kind,
    policy::{ItemKind, LadderStep, Pay, Threshold},
    statement::StatementKind,
};

/// What a rule pays for one item of this kind.
pub(super) fn of_rule(table: &Table<'_>, kind: Option<ItemKind>) -> Option<Pay> {
    let ways = table.present(&["points", "points_each", "ladder"]);
    one_way(table, &ways)?;
    if let (Some(kind), Some(entry)) = (kind, table.get("points_each").or_else(|| table.get("ladder")))
        && amount_of(kind).is_none()
    {
        entry.fault(format!("{} has no amount that could be paid by (hours, a mark or lines): write points", words::a(kind)));
        return None;
    }
    match ways.as_slice() {
        [] => table.require("points", "what it earns, such as 10").and(None),
        ["points"] => table.get("points").and_then(|entry| numbers::points(&entry)).map(Pay::Points),
        _ => by_amount(table)?,
    }
}

/// What a measure pays by its amount, if it pays at all.
pub(super) fn of_measure(table: &Table<'_>) -> Option<Option<Pay>> {
    if let Some(entry) = table.get("points") {
        entry.fault("a measure earns by its amount: write points_each, or a ladder with one step");
        return None;
    }
    one_way(table, &table.present(&["points_each", "ladder"]))?;
    by_amount(table)
}

/// What is the amount of an item of this kind?
pub(super) fn amount_of(kind: ItemKind) -> Option<&'static str> {
    match kind {
        ItemKind::Contribution(Kind::PullRequest) => Some("its effective lines"),
        ItemKind::Statement(StatementKind::Mark) => Some("its value"),
        ItemKind::Statement(StatementKind::TimeLog) => Some("its hours"),
        _ => None,
    }
}

/// `None` where there is more than one.
fn one_way(table: &Table<'_>, ways: &[&str]) -> Option<()> {
    if ways.len() > 1 {
        table.fault(format!("this has {}: write one of them", ways.join(" and ")));
        return None;
    }
    if let Some(entry) = table.get("most").filter(|_| !ways.contains(&"points_each")) {
        entry.fault("`most` belongs to points_each, which is not here: leave it out");
        return None;
    }
    Some(())
}

fn by_amount(table: &Table<'_>) -> Option<Option<Pay>> {
    let ladder = table.optional("ladder", ladder)?.map(Pay::Ladder);
    let each = table.optional("points_each", numbers::points);
    let most = table.optional("most", numbers::some_points);
    let each = each?.zip(Some(most?)).map(|(points, most)| Pay::Each { points, most });
    Some(ladder.or(each))
}

fn ladder(entry: &Entry<'_>) -> Option<Vec<LadderStep>> {
    let entries = entry.list()?;
    if entries.is_empty() {
        entry.fault("a ladder without a step pays nothing: write a step such as { from = 1, points = 1 }");
        return None;
    }
    let read: Vec<Option<LadderStep>> = entries.iter().map(step).collect();
    let steps: Vec<LadderStep> = read.into_iter().collect::<Option<_>>()?;
    let mut sound = true;
    for (element, pair) in entries.iter().skip(1).zip(steps.windows(2)) {
        if let [before, step] = pair
            && place(step.from) <= place(before.from)
        {
            element.fault(format!(
                "this step begins {}, which is not after the one above it ({}): write them ascending, each once",
                said(step.from),
                said(before.from)
            ));
            sound = false;
        }
    }
    sound.then_some(steps)
}

fn step(entry: &Entry<'_>) -> Option<LadderStep> {
    let table = entry.table(keys::LADDER)?;
    let from = table.optional("from", numbers::amount);
    let above = table.optional("above", numbers::amount);
    let points = table.require("points", "what is earned from here on, such as 1").and_then(|entry| numbers::points(&entry));
    let from = match (from?, above?) {
        (Some(from), None) => Threshold::From(from),
        (None, Some(above)) => Threshold::Above(above),
        (from, _) => {
            let how = if from.is_some() { "both from and above" } else { "neither from nor above" };
            table.fault(format!("this step has {how}: write from where it includes the number, above where it does not"));
            return None;
        }
    };
    Some(LadderStep { from, points: points? })
}

/// Of two steps at one number, the one that includes it comes first.
const fn place(from: Threshold) -> (rust_decimal::Decimal, bool) {
    match from {
        Threshold::From(amount) => (amount, false),
        Threshold::Above(amount) => (amount, true),
    }
}

fn said(from: Threshold) -> String {
    match from {
        Threshold::From(amount) => format!("from {amount}"),
        Threshold::Above(amount) => format!("above {amount}"),
    }
}
