//! Reads `[[limits]]`.
//! It must not count anything: `scoring::limits` does.

use std::collections::BTreeMap;

use super::{
    general, keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    contribution::Kind,
    policy::{Category, Limit, Per},
};

/// All limits, or `None` where one of them is faulty.
pub(super) fn read(document: &Table<'_>, categories: &BTreeMap<String, Category>) -> Option<Vec<Limit>> {
    let Some(list) = document.get("limits") else { return Some(Vec::new()) };
    let entries = list.list()?;
    let read: Vec<Option<Limit>> = entries.iter().map(|entry| limit(&entry.table(keys::LIMIT)?, categories)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let Some(later) = later else { continue };
        if read.iter().take(number).flatten().any(|earlier| is_same(earlier, later)) {
            entry.fault("an earlier limit counts the same: keep the lower of the two");
        }
    }
    read.into_iter().collect()
}

fn limit(table: &Table<'_>, categories: &BTreeMap<String, Category>) -> Option<Limit> {
    let per = table.require("per", "what it is counted for, such as \"term\"");
    let per = per.and_then(|entry| words::one_of(&entry, "what a limit can be counted for", Per::ALL));
    let (points_entry, items_entry) = (table.get("points"), table.get("items"));
    let points = points_entry.as_ref().map(numbers::some_points);
    let items = items_entry.as_ref().map(|entry| numbers::whole(entry, 1, u32::MAX));
    let one = points.is_some() != items.is_some();
    if !one {
        let how = if points.is_some() { "both points and items" } else { "neither points nor items" };
        table.fault(format!("this limit has {how}: write one of the two, and a second [[limits]] where both are to hold"));
    }
    let of_items = per == Some(Per::Item) && items.is_some();
    if let Some(entry) = items_entry.filter(|_| of_items) {
        entry.fault("one item is always one: write the most points that it may earn");
    }
    let kind = |entry: &Entry<'_>| words::one_of(entry, "a kind of contribution", Kind::ALL);
    let kinds = narrowing(table, "kinds", |entry| words::list(entry, kind));
    let categories = narrowing(table, "categories", |entry| words::list(entry, |word| general::declared(word, categories)));
    let limit = Limit { per: per?, points: flat(points)?, items: flat(items)?, kinds: kinds?, categories: categories? };
    (one && !of_items).then_some(limit)
}

/// `None` where a value is there and faulty.
fn flat<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(read) => read.map(Some),
        None => Some(None),
    }
}

fn narrowing<'a, T>(table: &Table<'a>, name: &str, read: impl FnOnce(&Entry<'a>) -> Option<Vec<T>>) -> Option<Vec<T>> {
    table.get(name).map_or_else(|| Some(Vec::new()), |entry| read(&entry))
}

fn is_same(a: &Limit, b: &Limit) -> bool {
    a.per == b.per && a.items.is_some() == b.items.is_some() && same(&a.kinds, &b.kinds) && same(&a.categories, &b.categories)
}

/// In whatever order; neither repeats a word.
fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|word| b.contains(word))
}
