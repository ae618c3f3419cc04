//! Reads `[[rules]]`, and refuses a rule that could never be asked.
//! It must not judge whether a rule is fair.

use std::collections::BTreeMap;

use super::{
    general::Categories,
    keys, numbers, pay,
    reader::{Entry, Table},
    selector, shadow, words,
};
use crate::model::{
    contribution::Kind,
    points::Points,
    policy::{ItemKind, Rule, SizeStep},
};

/// All rules, or `None` where one of them is faulty.
pub(super) fn read(document: &Table<'_>, categories: &Categories) -> Option<Vec<Rule>> {
    let Some(list) = document.get("rules") else {
        // One of the two must be there.
        return match document.get("measures") {
            Some(_) => Some(Vec::new()),
            None => document.require("rules", "at least one [[rules]] or [[measures]]").and(None),
        };
    };
    let entries = list.list()?;
    if entries.is_empty() {
        list.fault("there is no rule: write at least one [[rules]], or leave the key out and let [[measures]] pay");
    }
    let known = [keys::RULE, keys::SELECTOR, keys::PAY].concat();
    let read: Vec<Option<Rule>> = entries.iter().map(|entry| rule(&entry.table(&known)?, categories)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let earlier = || read.iter().take(number).flatten();
        let Some(later) = later else { continue };
        if earlier().any(|rule| rule.id == later.id) {
            entry.fault(format!("the id `{}` is an earlier rule's: give each rule its own", later.id));
        } else if let Some(rule) = earlier().find(|rule| shadow::takes_all_of(rule, later)) {
            entry.fault(format!("this rule is never asked: `{}` takes whatever it could; put the narrower one first", rule.id));
        }
    }
    read.into_iter().collect()
}

fn rule(table: &Table<'_>, categories: &Categories) -> Option<Rule> {
    let id = table.require("id", "a name of its own, such as \"merged\"").and_then(|entry| words::name(&entry, "a rule"));
    let group = table.optional("group", |entry| words::name(entry, "a group"));
    let kind = table.require("kind", "a kind of contribution or statement, such as \"pull_request\"");
    let kind = kind.and_then(|entry| words::one_of(&entry, "a kind of contribution or statement", ItemKind::ALL));
    let selector = selector::read(table, kind.as_ref().map(std::slice::from_ref), categories);
    let pay = pay::of_rule(table, kind);
    let points_in = table.optional("points_in", |entry| points_in(entry, categories));
    let size = table.optional("size", |entry| size(entry, kind));
    let rule = Rule {
        id: id?,
        group: group?,
        selector: selector?,
        pay: pay?,
        points_in: points_in?.unwrap_or_default(),
        size: size?.unwrap_or_default(),
    };
    let only_in = &rule.selector.categories;
    if let Some(name) = rule.points_in.keys().find(|name| !only_in.is_empty() && !only_in.contains(name)) {
        table.fault(format!("points_in names the category `{name}`, which its categories leave out: name it in both or in neither"));
    }
    Some(rule)
}

fn points_in(entry: &Entry<'_>, categories: &Categories) -> Option<BTreeMap<String, Points>> {
    let mut read = BTreeMap::new();
    let mut whole = true;
    for (name, amount) in entry.named_entries() {
        let declared: Vec<&str> = categories.keys().map(String::as_str).collect();
        if !declared.contains(&name) {
            amount.fault(format!(
                "`{}` is not a category that [categories] declares: {}",
                name.escape_debug(),
                words::advice(name, &declared)
            ));
            whole = false;
        }
        match numbers::points(&amount) {
            Some(points) => drop(read.insert(name.to_owned(), points)),
            None => whole = false,
        }
    }
    whole.then_some(read)
}

fn size(entry: &Entry<'_>, kind: Option<ItemKind>) -> Option<Vec<SizeStep>> {
    if kind.is_some_and(|kind| kind != ItemKind::Contribution(Kind::PullRequest)) {
        entry.fault("only of pull requests is it known which files changed, so only their size can count: leave the key out");
        return None;
    }
    let entries = entry.list()?;
    if entries.is_empty() {
        entry.fault("there is no step, so the size would not matter: write one, or leave the key out");
        return None;
    }
    let read: Vec<Option<SizeStep>> = entries.iter().map(step).collect();
    let steps: Vec<SizeStep> = read.into_iter().collect::<Option<_>>()?;
    let mut sound = true;
    for (number, (element, step)) in entries.iter().zip(&steps).enumerate() {
        match number.checked_sub(1).and_then(|before| steps.get(before)) {
            None if step.from != 0 => {
                element.fault(format!("the first step begins at {} lines, so smaller ones would have none: let it begin at 0", step.from));
                sound = false;
            }
            Some(before) if step.from <= before.from => {
                let what = if step.from == before.from { "the same as" } else { "before" };
                element.fault(format!(
                    "this step begins at {} lines, {what} the one above it (from {}): write them by `from`, each once",
                    step.from, before.from
                ));
                sound = false;
            }
            _ => {}
        }
    }
    sound.then_some(steps)
}

fn step(entry: &Entry<'_>) -> Option<SizeStep> {
    let table = entry.table(keys::SIZE)?;
    let from = table.require("from", "from how many lines on, such as 0").and_then(|entry| numbers::whole(&entry, 0, numbers::MOST_LINES));
    let factor = table.require("factor", "what the points are multiplied by, such as 1.5").and_then(|entry| numbers::factor(&entry));
    Some(SizeStep { from: from?, factor: factor? })
}
