//! Reads which items a rule or a measure is about, and refuses a selector that nothing can meet.
//! It must not judge an item.

use chrono_tz::Tz;

use super::{
    general::{self, Categories},
    reader::{Entry, Table},
    words,
};
use crate::model::{
    contribution::{Kind, State},
    policy::{DatedBy, ItemKind, Requirement, Selector},
};

/// `kinds` are those that are meant, empty for all; `None` where they could not be read.
pub(super) fn read(table: &Table<'_>, kinds: Option<&[ItemKind]>, categories: &Categories) -> Option<Selector> {
    let states = table.optional("states", |entry| states(entry, kinds));
    let named = |entry: &Entry<'_>| general::declared(entry, categories);
    let categories = table.optional("categories", |entry| words::some_list(entry, "all categories", named));
    let names = table.optional("names", |entry| names(entry, kinds));
    let requires = table.optional("requires", |entry| words::list(entry, |word| requirement(word, kinds)));
    let confirmed_by = table.optional("confirmed_by", |entry| words::list(entry, |word| words::name(word, "who confirms")));
    let dated_by = table.optional("dated_by", |entry| dated_by(entry, kinds));
    let opened_by = table.optional("opened_by", |entry| opened_by(entry, kinds));
    let closed_by = table.optional("closed_by", |entry| closed_by(entry, kinds));
    let zone = table.optional("zone", zone);
    let selector = Selector {
        kinds: kinds?.to_vec(),
        states: states?.unwrap_or_default(),
        categories: categories?.unwrap_or_default(),
        names: names?.unwrap_or_default(),
        requires: requires?.unwrap_or_default(),
        confirmed_by: confirmed_by?.unwrap_or_default(),
        dated_by: dated_by?.unwrap_or_default(),
        opened_by: opened_by?,
        closed_by: closed_by?,
        zone: zone?,
    };
    check_days(&selector, table);
    check_as_a_whole(&selector, table);
    Some(selector)
}

fn states(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<Vec<State>> {
    let kinds = kinds?;
    if let Some(statement) = kinds.iter().find(|kind| kind.contribution().is_none()) {
        entry.fault(format!("{} has no state: leave the key out", words::a(statement)));
        return None;
    }
    let of = if kinds.is_empty() { Kind::ALL.to_vec() } else { kinds.iter().filter_map(|kind| kind.contribution()).collect() };
    let mut allowed: Vec<State> = of.iter().flat_map(|kind| kind.states()).copied().collect();
    allowed.sort_unstable();
    allowed.dedup();
    let called: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let called = if called.is_empty() { words::a("contribution") } else { words::a(called.join(" or ")) };
    let what = format!("a state that {called} can be in");
    let states = words::some_list(entry, "all states", |word| words::one_of(word, &what, &allowed))?;
    let never = of.iter().find(|kind| !kinds.is_empty() && !kind.states().iter().any(|state| states.contains(state)));
    if let Some(kind) = never.filter(|_| !states.is_empty()) {
        entry.fault(format!(
            "{} is in none of these states, so it would never be taken: add one of its states, or leave its kind out",
            words::a(kind)
        ));
        return None;
    }
    Some(states)
}

fn names(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<Vec<String>> {
    let kinds = kinds?;
    if kinds.is_empty() || kinds.iter().any(|kind| kind.contribution().is_some()) {
        entry.fault("only statements bear names (mark, time_log, role, achievement): leave the key out, or name only such kinds");
        return None;
    }
    words::some_list(entry, "all names", |word| words::name(word, "a statement"))
}

/// What it can be required of, for people and as kinds.
pub(super) const fn required_of(requirement: Requirement) -> (&'static str, &'static [Kind]) {
    match requirement {
        Requirement::Merged | Requirement::ReviewedMoreThanOnce | Requirement::SourceCode | Requirement::ChangesLines => {
            ("pull requests", &[Kind::PullRequest])
        }
        Requirement::ConfirmedByAnother => ("pull requests and issues", &[Kind::PullRequest, Kind::Issue]),
        Requirement::OnAnothersWork => {
            ("reviews and comments", &[Kind::Review, Kind::ReviewComment, Kind::IssueComment, Kind::DiscussionComment])
        }
        Requirement::OnAcceptedWork => {
            ("reviews and comments on pull requests and issues", &[Kind::Review, Kind::ReviewComment, Kind::IssueComment])
        }
        Requirement::InOwnPullRequest => ("commits", &[Kind::Commit]),
    }
}

fn requirement(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<Requirement> {
    let requirement = words::one_of(entry, "a requirement", Requirement::ALL)?;
    let (of, allowed) = required_of(requirement);
    if let Some(kind) = kinds?.iter().find(|kind| !kind.contribution().is_some_and(|kind| allowed.contains(&kind))) {
        entry.fault(format!("`{requirement}` can be required of {of} only, and {} can never meet it: leave it out", words::a(kind)));
        return None;
    }
    Some(requirement)
}

/// Only these are ever merged or closed.
pub(super) const fn can_close(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Contribution(Kind::PullRequest | Kind::Issue))
}

fn dated_by(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<DatedBy> {
    let dated_by = words::one_of(entry, "a date of a contribution", DatedBy::ALL)?;
    never_closed(entry, kinds?.iter().filter(|_| dated_by == DatedBy::Closed))?;
    Some(dated_by)
}

fn never_closed<'k>(entry: &Entry<'_>, mut kinds: impl Iterator<Item = &'k ItemKind>) -> Option<()> {
    let Some(kind) = kinds.find(|kind| !can_close(**kind)) else { return Some(()) };
    entry.fault(format!("{} is never closed, so it would never count: leave the key out", words::a(kind)));
    None
}

fn opened_by(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<chrono::NaiveDate> {
    let day = entry.day();
    if let Some(kind) = kinds?.iter().find(|kind| kind.contribution().is_none()) {
        entry.fault(format!("{} is stated and not opened: leave the key out", words::a(kind)));
        return None;
    }
    day
}

fn closed_by(entry: &Entry<'_>, kinds: Option<&[ItemKind]>) -> Option<chrono::NaiveDate> {
    let day = entry.day();
    never_closed(entry, kinds?.iter())?;
    day
}

fn zone(entry: &Entry<'_>) -> Option<Tz> {
    let text = entry.text()?;
    let zone = text.parse().ok();
    if zone.is_none() {
        entry.fault(format!("`{}` is not a time zone: write its IANA name, such as \"Asia/Shanghai\"", text.escape_debug()));
    }
    zone
}

fn check_days(selector: &Selector, table: &Table<'_>) {
    if let (Some(opened), Some(closed), Some(entry)) = (selector.opened_by, selector.closed_by, table.get("opened_by"))
        && opened > closed
    {
        entry.fault(format!(
            "what is closed by {closed} was opened by then, so {opened} narrows nothing: write an earlier day, or leave it out"
        ));
    }
    if let Some(entry) = table.get("zone").filter(|_| selector.opened_by.is_none() && selector.closed_by.is_none()) {
        entry.fault("it is the zone of opened_by and closed_by, and neither is here: leave it out");
    }
}

/// What each key allows and all of them together do not.
fn check_as_a_whole(selector: &Selector, table: &Table<'_>) {
    if selector.requires.contains(&Requirement::Merged) && !selector.states.is_empty() && !selector.states.contains(&State::Merged) {
        table.fault("it requires `merged` and its states leave merged out, so nothing can meet it: leave one of the two out");
    } else if !ItemKind::ALL.iter().any(|kind| can_meet(selector, *kind)) {
        table.fault("no kind of item can meet all of this at once: leave out what does not belong to it");
    }
}

pub(super) fn can_meet(selector: &Selector, kind: ItemKind) -> bool {
    let closes = selector.dated_by == DatedBy::Closed || selector.closed_by.is_some();
    let stands = |contribution: Kind| {
        (selector.states.is_empty() || contribution.states().iter().any(|state| selector.states.contains(state)))
            && selector.requires.iter().all(|requirement| required_of(*requirement).1.contains(&contribution))
    };
    let fits = match kind.contribution() {
        Some(contribution) => stands(contribution),
        None => selector.states.is_empty() && selector.requires.is_empty() && selector.opened_by.is_none(),
    };
    fits && (selector.kinds.is_empty() || selector.kinds.contains(&kind)) && (!closes || can_close(kind))
}
