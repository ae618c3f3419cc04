//! What rosters are read as, and what is wrong with them.

mod comparing;
mod damage;
mod encodings;
mod one_roster;
mod properties;
mod tables;
mod workbooks;

use super::*;
use crate::model::roster::Named;

fn read_text(text: &str) -> Result<Roster, Mistakes> {
    read(text.as_bytes(), &Wish::default())
}

/// What is wrong with it, a line each.
fn mistakes(text: &str) -> String {
    read_text(text).unwrap_err().to_string()
}

fn people(roster: &Roster) -> Vec<&Named> {
    roster.entries.iter().map(|entry| &entry.named).collect()
}

fn person(number: &str, name: &str) -> Named {
    Named { number: number.into(), name: name.into(), role: None, unit: None, class: None, github_login: None }
}

/// A file of people with these numbers.
fn numbered(numbers: &[&str]) -> String {
    let rows = numbers.iter().enumerate().map(|(at, number)| format!("{number},Person {at}\n"));
    format!("number,name\n{}", rows.collect::<String>().replace("Person ", "Person"))
}
