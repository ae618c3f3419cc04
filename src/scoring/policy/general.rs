//! Reads what holds for the whole policy: for whom it is, `[eligibility]`, `[repositories]` and `[categories]`.
//! It must not know rules or limits, which refer to categories by name.

use std::collections::BTreeMap;

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    policy::{Audience, Automation, Category, Eligibility, OwnRepository, Repositories},
    repository::FullName,
};

pub(super) type Categories = BTreeMap<String, Category>;

/// Longer ago, nobody asks.
const MOST_YEARS: u32 = 10;
const MOST_WAITING_DAYS: u32 = 366;
/// A hundred years; GitHub is younger.
const MOST_AGE_DAYS: u32 = 36_500;
const MOST_PEOPLE: u32 = 1_000_000;

pub(super) fn audience(document: &Table<'_>) -> Audience {
    let read = |entry: Entry<'_>| words::one_of(&entry, "those for whom a policy can be", Audience::ALL);
    document.get("audience").and_then(read).unwrap_or(Audience::Everyone)
}

pub(super) fn years(document: &Table<'_>) -> Option<u32> {
    document.get("years").and_then(|entry| numbers::whole(&entry, 1, MOST_YEARS))
}

pub(super) fn eligibility(document: &Table<'_>) -> Eligibility {
    let table = document.get("eligibility").and_then(|entry| entry.table(keys::ELIGIBILITY));
    let get = |name: &str| table.as_ref().and_then(|table| table.get(name));
    let automation = |entry: Entry<'_>| words::one_of(&entry, "what can become of a machine's work", Automation::ALL);
    Eligibility {
        own_repository: get("own_repository").and_then(|entry| own_repository(&entry)).unwrap_or(OwnRepository::Exclude),
        excluded_labels: get("excluded_labels").and_then(|entry| words::list(&entry, label)).unwrap_or_default(),
        waiting_days: get("waiting_days").and_then(|entry| numbers::whole(&entry, 0, MOST_WAITING_DAYS)).unwrap_or_default(),
        automation: get("automation").and_then(automation).unwrap_or(Automation::Allow),
    }
}

fn label(entry: &Entry<'_>) -> Option<String> {
    let text = entry.text()?.to_lowercase();
    if !text.contains(char::is_alphanumeric) {
        entry.fault("labels are compared word by word, and there is no word in this: write one");
    }
    Some(text)
}

pub(super) fn repositories(document: &Table<'_>) -> Repositories {
    let Some(table) = document.get("repositories").and_then(|entry| entry.table(keys::REPOSITORIES)) else {
        return Repositories::default();
    };
    let licence = table.get("licence").and_then(|entry| words::one_of(&entry, "a demand on licences", &["osi", "any"]));
    let list = |name: &str, empty: &str| table.get(name).and_then(|entry| words::some_list(&entry, empty, pattern)).unwrap_or_default();
    let (allow, deny) = (list("allow", "all repositories"), list("deny", "no repository"));
    if let Some(entry) = table.get("allow") {
        for name in allow.iter().filter(|name| deny.iter().any(|denied| covers(denied, name))) {
            entry.fault(format!("`{name}` is allowed here, and deny leaves all of it out: leave it out of one of the two"));
        }
    }
    Repositories {
        osi_licence: licence == Some("osi"),
        min_age_days: table.get("min_age_days").and_then(|entry| numbers::whole(&entry, 1, MOST_AGE_DAYS)),
        outside_contributors: table.get("outside_contributors").and_then(|entry| numbers::whole(&entry, 1, MOST_PEOPLE)),
        allow,
        deny,
        registered_by: table.get("registered_by").and_then(|entry| entry.day()),
    }
}

/// `owner/name` or `owner/*`, in lower case: GitHub does not tell names by the letters' case.
fn pattern(entry: &Entry<'_>) -> Option<String> {
    let text = entry.text()?.to_ascii_lowercase();
    let name = text.strip_suffix("/*").map(|owner| format!("{owner}/all"));
    if name.as_ref().unwrap_or(&text).parse::<FullName>().is_err() {
        entry.fault(format!(
            "`{}` does not name repositories: write \"owner/name\", or \"owner/*\" for all of an owner",
            text.escape_debug()
        ));
        return None;
    }
    Some(text)
}

/// Everything that `narrow` names, `wide` names.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || wide.strip_suffix('*').is_some_and(|owner| narrow.starts_with(owner))
}

pub(super) fn categories(document: &Table<'_>) -> Categories {
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
pub(super) fn declared(entry: &Entry<'_>, categories: &Categories) -> Option<String> {
    let names: Vec<&str> = categories.keys().map(String::as_str).collect();
    words::one_of(entry, "a category that [categories] declares", &names).map(str::to_owned)
}
