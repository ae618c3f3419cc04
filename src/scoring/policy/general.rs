//! Reads `[eligibility]` and `[categories]`.
//! It must not know rules or limits, which refer to categories by name.

use std::collections::BTreeMap;

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::policy::{Automation, Category, Eligibility, OwnRepository};

pub(super) fn eligibility(document: &Table<'_>) -> Eligibility {
    let table = document.get("eligibility").and_then(|entry| entry.table(keys::ELIGIBILITY));
    let get = |name: &str| table.as_ref().and_then(|table| table.get(name));
    let label = |entry: &Entry<'_>| entry.text().map(str::to_lowercase);
    Eligibility {
        own_repository: get("own_repository").and_then(|entry| own_repository(&entry)).unwrap_or(OwnRepository::Exclude),
        excluded_labels: get("excluded_labels").and_then(|entry| words::list(&entry, label)).unwrap_or_default(),
        waiting_days: 0,
        automation: Automation::Allow,
    }
}

pub(super) fn categories(document: &Table<'_>) -> BTreeMap<String, Category> {
    let entries = document.get("categories").map(|entry| entry.named_entries()).unwrap_or_default();
    entries.into_iter().map(|(name, entry)| (name.to_owned(), category(name, &entry))).collect()
}

fn category(name: &str, entry: &Entry<'_>) -> Category {
    if !words::is_name(name) {
        entry.fault(format!("`{}` cannot name a category: write {}", name.escape_debug(), words::NAME));
    }
    let table = entry.table(keys::CATEGORY);
    let get = |name: &str| table.as_ref().and_then(|table| table.get(name));
    Category {
        factor: get("factor").and_then(|entry| numbers::factor(&entry)),
        own_repository: get("own_repository").and_then(|entry| own_repository(&entry)),
    }
}

fn own_repository(entry: &Entry<'_>) -> Option<OwnRepository> {
    words::one_of(entry, "what can be done with one's own repository", OwnRepository::ALL)
}

/// The name of a category that the policy declares.
pub(super) fn declared(entry: &Entry<'_>, categories: &BTreeMap<String, Category>) -> Option<String> {
    let names: Vec<&str> = categories.keys().map(String::as_str).collect();
    words::one_of(entry, "a category that [categories] declares", &names).map(str::to_owned)
}
