//! Reads `[flags]` and `[decision]`: what a person must look at, and who decides.
//! It must not decide.

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::policy::{Days, Decision, Flags};

const MOST_ITEMS: u32 = 1_000_000;
/// A week.
const MOST_MINUTES: u32 = 10_080;
const MOST_DAYS: u32 = 366;

pub(super) fn flags(document: &Table<'_>) -> Flags {
    let default = Flags::default();
    let Some(table) = document.get("flags").and_then(|entry| entry.table(keys::FLAGS)) else { return default };
    let whole = |name: &str, least: u32, most: u32| table.get(name).and_then(|entry| numbers::whole(&entry, least, most));
    let lines = |entry: Entry<'_>| numbers::whole(&entry, 0, numbers::MOST_LINES);
    Flags {
        velocity_day: whole("velocity_day", 0, MOST_ITEMS).unwrap_or(default.velocity_day),
        velocity_week: whole("velocity_week", 0, MOST_ITEMS).unwrap_or(default.velocity_week),
        instant_minutes: whole("instant_minutes", 0, MOST_MINUTES).unwrap_or(default.instant_minutes),
        instant_lines: table.get("instant_lines").and_then(lines).unwrap_or(default.instant_lines),
        mutual_part: table.get("mutual_part").and_then(|entry| numbers::part(&entry)).unwrap_or(default.mutual_part),
        mutual_from: whole("mutual_from", 2, MOST_ITEMS).unwrap_or(default.mutual_from),
        spam_items: whole("spam_items", 1, MOST_ITEMS).unwrap_or(default.spam_items),
    }
}

pub(super) fn decision(document: &Table<'_>) -> Decision {
    let Some(table) = document.get("decision").and_then(|entry| entry.table(keys::DECISION)) else { return Decision::default() };
    let who = |entry: Entry<'_>| words::list(&entry, |word| words::name(word, "who confirms"));
    let days = |name: &str| table.get(name).and_then(|entry| numbers::whole(&entry, 1, MOST_DAYS));
    let are = table.get("appeal_days_are");
    if let Some(entry) = are.as_ref().filter(|_| table.get("appeal_days").is_none()) {
        entry.fault("there are no appeal_days for it to be about: write how many, or leave it out");
    }
    Decision {
        confirmed_by: table.get("confirmed_by").and_then(who).unwrap_or_default(),
        notice_days: days("notice_days"),
        appeal_days: days("appeal_days"),
        appeal_days_are: are.and_then(|entry| words::one_of(&entry, "a sort of days", Days::ALL)).unwrap_or_default(),
        recorded_as: table.get("recorded_as").and_then(|entry| entry.text()).map(str::to_owned),
    }
}
