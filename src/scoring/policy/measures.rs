//! Reads `[[measures]]`: what many items amount to together.
//! It must not count anything.

use super::{
    conditions,
    general::Categories,
    keys,
    names::Names,
    pay,
    reader::{Entry, Table},
    selector, words,
};
use crate::model::{
    contribution::Kind,
    policy::{Count, ItemKind, Measure, Normalise},
    statement::StatementKind,
};

/// All measures, or `None` where one of them is faulty.
pub(super) fn read(document: &Table<'_>, categories: &Categories, names: &Names<'_>) -> Option<Vec<Measure>> {
    let Some(list) = document.get("measures") else { return Some(Vec::new()) };
    let entries = list.list()?;
    // `points` is a key of rules: who writes it here is told what to write in its place.
    let known = [keys::MEASURE, keys::SELECTOR, keys::PAY, &["points"]].concat();
    let read: Vec<Option<Measure>> = entries.iter().map(|entry| measure(&entry.table(&known)?, categories, names)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let Some(later) = later else { continue };
        let is_rules = names.rules.contains(later.id.as_str());
        if is_rules || read.iter().take(number).flatten().any(|earlier| earlier.id == later.id) {
            let whose = if is_rules { "a rule's" } else { "an earlier measure's" };
            entry.fault(format!("the id `{}` is {whose}: give each its own", later.id));
        }
    }
    let measures: Vec<&Measure> = read.iter().flatten().collect();
    for (entry, measure) in entries.iter().zip(&read) {
        let Some(measure) = measure else { continue };
        if let Some(entry) = entry.inside("when").filter(|_| begins_a_circle(&measures, measure)) {
            entry.fault(format!("`{}` would earn only if it does itself: let it ask for a measure that does not depend on it", measure.id));
        }
    }
    if document.get("rules").is_none() && measures.len() == read.len() && measures.iter().all(|measure| measure.pay.is_none()) {
        list.fault("no measure pays and there is no rule, so nothing could earn anything: write points_each or a ladder in one of them");
    }
    read.into_iter().collect()
}

fn measure(table: &Table<'_>, categories: &Categories, names: &Names<'_>) -> Option<Measure> {
    let id = table.require("id", "a name of its own, such as \"weeks\"").and_then(|entry| words::name(&entry, "a measure"));
    let group = table.optional("group", |entry| words::name(entry, "a group"));
    let count = table.require("count", "what is counted, such as \"items\"");
    let count = count.and_then(|entry| words::one_of(&entry, "what a measure can count", Count::ALL));
    let kinds = table.optional("kinds", |entry| kinds(entry, count));
    let kinds = kinds.map(|kinds| kinds.unwrap_or_else(|| count.and_then(kind_of).into_iter().collect()));
    let selector = selector::read(table, kinds.as_deref(), categories);
    let each = table.optional("each", |entry| words::one_of(entry, "what a measure can be taken of by itself", &["repository"]));
    let serves_later_weeks = table.optional("serves_later_weeks", Entry::truth);
    let normalise = table.optional("normalise", |entry| words::one_of(entry, "a way to normalise", Normalise::ALL));
    let pay = pay::of_measure(table);
    let when = table.optional("when", |entry| conditions::when(entry, names));
    let measure = Measure {
        id: id?,
        group: group?,
        count: count?,
        selector: selector?,
        each_repository: each?.is_some(),
        serves_later_weeks: serves_later_weeks?.unwrap_or_default(),
        normalise: normalise?.unwrap_or_default(),
        pay: pay?,
        when: when?,
    };
    refuse_what_does_not_belong(&measure, table);
    Some(measure)
}

/// The one kind of items of which there is something to count.
pub(super) const fn kind_of(count: Count) -> Option<ItemKind> {
    match count {
        Count::LargestLines => Some(ItemKind::Contribution(Kind::PullRequest)),
        Count::Hours => Some(ItemKind::Statement(StatementKind::TimeLog)),
        Count::Marks => Some(ItemKind::Statement(StatementKind::Mark)),
        _ => None,
    }
}

fn kinds(entry: &Entry<'_>, count: Option<Count>) -> Option<Vec<ItemKind>> {
    let kind = |entry: &Entry<'_>| words::one_of(entry, "a kind of contribution or statement", ItemKind::ALL);
    let kinds = words::some_list(entry, "all kinds", kind)?;
    let count = count?;
    if let Some(only) = kind_of(count)
        && let Some(other) = kinds.iter().find(|kind| **kind != only)
    {
        entry.fault(format!("only {} has {count}, {} has none: leave the key out", words::a(only), words::a(other)));
        return None;
    }
    Some(kinds)
}

fn refuse_what_does_not_belong(measure: &Measure, table: &Table<'_>) {
    let count = measure.count;
    let refuse = |key: &str, belongs: bool, why: &str| {
        if let Some(entry) = table.get(key).filter(|_| !belongs) {
            entry.fault(format!("{why}: leave the key out"));
        }
    };
    let of_network = matches!(count, Count::Openrank | Count::Activity);
    if of_network {
        for key in [&["kinds", "each"], keys::SELECTOR].concat() {
            refuse(key, false, &format!("{count} is one number of the member's whole term, and no items are chosen for it"));
        }
    } else {
        let each = matches!(count, Count::Items | Count::Kinds | Count::LargestLines | Count::Hours | Count::Marks);
        refuse("each", each, &format!("{count} are not counted of each repository by itself"));
    }
    refuse("normalise", of_network, "only openrank and activity have a place in the class");
    refuse("serves_later_weeks", count == Count::Weeks, "only weeks can be served by other items");
    refuse("when", measure.pay.is_some(), "the measure earns nothing, so there is nothing to make depend on this");
}

/// Whether following the conditions from this measure leads back to it, before any other of the circle is told so.
fn begins_a_circle(measures: &[&Measure], first: &Measure) -> bool {
    let position = |id: &str| measures.iter().position(|measure| measure.id == id);
    let start = position(&first.id);
    let mut at = start;
    for _ in measures {
        let next = at.and_then(|at| measures.get(at)).and_then(|measure| measure.when.as_ref());
        at = next.and_then(|when| position(&when.measure));
        if at.is_none() || at < start {
            return false;
        }
        if at == start {
            return true;
        }
    }
    false
}
