//! Reads `[[limits]]`.
//! It must not count anything: `scoring::limits` does.

use super::{
    general::{self, Categories},
    keys,
    names::Names,
    numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::policy::{ItemKind, Limit, Per};

/// All limits, or `None` where one of them is faulty.
pub(super) fn read(document: &Table<'_>, categories: &Categories, names: &Names<'_>) -> Option<Vec<Limit>> {
    let Some(list) = document.get("limits") else { return Some(Vec::new()) };
    let entries = list.list()?;
    let read: Vec<Option<Limit>> = entries.iter().map(|entry| limit(&entry.table(keys::LIMIT)?, categories, names)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let Some(later) = later else { continue };
        if read.iter().take(number).flatten().any(|earlier| is_same(earlier, later)) {
            entry.fault("an earlier limit counts the same: keep the lower of the two");
        }
    }
    read.into_iter().collect()
}

fn limit(table: &Table<'_>, categories: &Categories, names: &Names<'_>) -> Option<Limit> {
    let per = table.require("per", "what it is counted for, such as \"term\"");
    let per = per.and_then(|entry| per_what(&entry, names));
    let points = table.optional("points", numbers::some_points);
    let items = table.optional("items", |entry| numbers::whole(entry, 1, u32::MAX));
    let items_entry = table.get("items");
    if table.get("points").is_some() == items_entry.is_some() {
        let how = if items_entry.is_some() { "both points and items" } else { "neither points nor items" };
        table.fault(format!("this limit has {how}: write one of the two, and a second [[limits]] where both are to hold"));
    }
    if let Some(entry) = items_entry.filter(|_| per == Some(Per::Item)) {
        entry.fault("one item is always one: write the most points that it may earn");
    }
    let kind = |entry: &Entry<'_>| words::one_of(entry, "a kind of contribution or statement", ItemKind::ALL);
    let kinds = table.optional("kinds", |entry| words::some_list(entry, "all kinds", kind));
    let named = |word: &Entry<'_>| general::declared(word, categories);
    let only_in = table.optional("categories", |entry| words::some_list(entry, "all categories", named));
    let groups = table.optional("groups", |entry| words::some_list(entry, "all groups and none", |word| names.group(word)));
    Some(Limit {
        per: per?,
        points: points?,
        items: items?,
        kinds: kinds?.unwrap_or_default(),
        categories: only_in?.unwrap_or_default(),
        groups: groups?.unwrap_or_default(),
    })
}

fn per_what(entry: &Entry<'_>, names: &Names<'_>) -> Option<Per> {
    let per = words::one_of(entry, "what a limit can be counted for", Per::ALL)?;
    if per == Per::Group && !names.has_groups() {
        entry.fault("no rule and no measure bears a group, so it would never bind: give them a group, or write another word");
        return None;
    }
    Some(per)
}

pub(super) fn is_same(a: &Limit, b: &Limit) -> bool {
    a.per == b.per
        && a.items.is_some() == b.items.is_some()
        && same(&a.kinds, &b.kinds)
        && same(&a.categories, &b.categories)
        && same(&a.groups, &b.groups)
}

/// In whatever order; neither repeats a word.
fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|word| b.contains(word))
}
