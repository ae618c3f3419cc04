//! Reads a policy's text and refuses what cannot be meant: every fault at once, each with its line and its key.
//! It must not guess what was meant, round a number or let one pass through a float. docs/SCORING.md is the manual of the language.

mod bounds;
mod conditions;
mod credits;
mod fault;
mod general;
mod keys;
mod limits;
mod measures;
mod names;
mod numbers;
mod pay;
mod people;
mod print;
mod reader;
mod rules;
mod selector;
mod shadow;
mod words;
mod works;

#[cfg(test)]
pub mod any;
#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use crate::model::{points::Points, policy::Policy};

pub use fault::{Errors, Fault};
pub use keys::KEYS;
use names::Names;
pub use print::print;
use reader::{Sink, Table};

/// The most that a policy may pay for one contribution, factors included: a million points. It keeps every sum far inside 64 bits.
pub(super) const MOST_POINTS: Points = Points::from_thousandths(1_000_000_000);

/// The policy that `text` says; `file` is how messages name the text.
pub fn parse(file: &str, text: &str) -> Result<Policy, Errors> {
    let sink = Sink::new(text);
    let (document, broken) = DeTable::parse_recoverable(text);
    for error in &broken {
        sink.add(error.span().map_or(0, |span| span.start), "", format!("this is not TOML: {}", error.message()));
    }
    // What stands after a fault in the syntax may be read wrongly, and would be complained of for nothing.
    let policy = if broken.is_empty() { read(text, &Table::document(&sink, document.get_ref())) } else { None };
    match (policy, sink.into_faults()) {
        (Some(policy), faults) if faults.is_empty() => Ok(policy),
        (_, faults) => Err(Errors { file: file.to_owned(), faults }),
    }
}

/// `None` only where a fault was noted.
fn read(text: &str, document: &Table<'_>) -> Option<Policy> {
    let name = document.require("name", "the name that people know it by, in quotes").and_then(|entry| entry.text());
    let version = document.require("version", "which version it is, in quotes, such as \"2025.1\"").and_then(|entry| entry.text());
    let description = document.get("description").and_then(|entry| entry.text());
    let names = Names::of(document);
    let categories = general::categories(document);
    let (audience, years) = (general::audience(document), general::years(document));
    let (eligibility, repositories) = (general::eligibility(document), general::repositories(document));
    let rules = rules::read(document, &categories);
    let measures = measures::read(document, &categories, &names);
    let factors = conditions::factors(document, &names);
    let limits = limits::read(document, &categories, &names);
    let (units, works) = (works::units(document), works::works(document));
    let requirements = conditions::requirements(document, &names);
    let (payout, credits) = (credits::payout(document), credits::read(document));
    let (flags, decision) = (people::flags(document), people::decision(document));
    let policy = Policy {
        name: name?.to_owned(),
        version: version?.to_owned(),
        description: description.unwrap_or_default().to_owned(),
        hash: hex::encode(Sha256::digest(text.as_bytes())),
        audience,
        years,
        eligibility,
        repositories,
        categories,
        rules: rules?,
        measures: measures?,
        factors: factors?,
        limits: limits?,
        units,
        works,
        requirements: requirements?,
        payout,
        credits: credits?,
        flags,
        decision,
    };
    bounds::check(&policy, document);
    Some(policy)
}
