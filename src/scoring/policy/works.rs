//! Reads `[units]` and `[works]`: work that was cut into slices, claimed twice, or shared.
//! It must not find such work.

use rust_decimal::Decimal;

use super::{
    keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::policy::{Same, Units, Works};

const MOST_DAYS: u32 = 366;
/// Larger teams do not share one credit.
const MOST_TEAM: usize = 50;

pub(super) fn units(document: &Table<'_>) -> Option<Units> {
    let table = document.get("units")?.table(keys::UNITS)?;
    let same = |entry: Entry<'_>| words::one_of(&entry, "what pull requests can have in common", Same::ALL);
    Some(Units {
        days: table.get("days").and_then(|entry| numbers::whole(&entry, 1, MOST_DAYS)).unwrap_or(7),
        same: table.get("same").and_then(same).unwrap_or(Same::Files),
        bonus: table.get("bonus").and_then(|entry| numbers::part(&entry)).unwrap_or_default(),
    })
}

pub(super) fn works(document: &Table<'_>) -> Works {
    let Some(table) = document.get("works").and_then(|entry| entry.table(keys::WORKS)) else { return Works::default() };
    let over_one = table.get("over_one");
    let how = over_one.as_ref().and_then(|entry| words::one_of(entry, "what can become of parts above 1", &["refuse", "as_written"]));
    let teams = table.get("teams");
    if let Some(entry) = over_one.filter(|_| teams.is_none()) {
        entry.fault("it is about the rows of teams, which is not here: leave it out");
    }
    Works {
        highest_only: table.get("highest_only").and_then(|entry| entry.truth()).unwrap_or_default(),
        teams: teams.and_then(|entry| rows(&entry, how == Some("as_written"))).unwrap_or_default(),
    }
}

fn rows(entry: &Entry<'_>, over_one: bool) -> Option<Vec<Vec<Decimal>>> {
    let entries = entry.list()?;
    if entries.is_empty() || entries.len() > MOST_TEAM {
        entry.fault(format!("these are {} rows: write one for each size of a team, from 1 to at most {MOST_TEAM}", entries.len()));
        return None;
    }
    let rows: Vec<Option<Vec<Decimal>>> = (1..).zip(&entries).map(|(people, entry)| row(entry, people, over_one)).collect();
    rows.into_iter().collect()
}

/// The parts of a team of so many.
fn row(entry: &Entry<'_>, people: usize, over_one: bool) -> Option<Vec<Decimal>> {
    let parts: Vec<Option<Decimal>> = entry.list()?.iter().map(numbers::part).collect();
    let parts: Vec<Decimal> = parts.into_iter().collect::<Option<_>>()?;
    let sum: Decimal = parts.iter().sum();
    if parts.len() != people {
        entry.fault(format!("this is the row of a team of {people} and has {} parts: write {people}, one for each place", parts.len()));
    } else if sum > Decimal::ONE && !over_one {
        entry.fault(format!(
            "these parts sum to {sum}, so a team would earn more than one person: lower them, or write over_one = \"as_written\" if that is meant"
        ));
    }
    Some(parts)
}
