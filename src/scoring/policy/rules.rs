//! Reads `[[rules]]`, and refuses a rule that no contribution can ever meet.
//! It must not judge whether a rule is fair.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    MOST_POINTS, general, keys, numbers,
    reader::{Entry, Table},
    words,
};
use crate::model::{
    contribution::{Kind, State},
    points::Points,
    policy::{Category, DatedBy, ItemKind, Pay, Requirement, Rule, Selector, SizeStep},
};

type Categories = BTreeMap<String, Category>;

/// All rules, or `None` where one of them is faulty.
pub(super) fn read(document: &Table<'_>, categories: &Categories) -> Option<Vec<Rule>> {
    let list = document.require("rules", "at least one [[rules]]")?;
    let entries = list.list()?;
    if entries.is_empty() {
        list.fault("there is no rule, so nothing could earn anything: write at least one [[rules]]");
    }
    let read: Vec<Option<Rule>> = entries.iter().map(|entry| rule(&entry.table(keys::RULE)?, categories)).collect();
    for (number, (entry, later)) in entries.iter().zip(&read).enumerate() {
        let earlier = || read.iter().take(number).flatten();
        let Some(later) = later else { continue };
        if earlier().any(|rule| rule.id == later.id) {
            entry.fault(format!("the id `{}` is an earlier rule's: give each rule its own", later.id));
        } else if let Some(rule) = earlier().find(|rule| takes_all_of(rule, later)) {
            entry.fault(format!("this rule is never asked: `{}` takes whatever it could; put the narrower one first", rule.id));
        }
    }
    read.into_iter().collect()
}

fn rule(table: &Table<'_>, categories: &Categories) -> Option<Rule> {
    let id = table.require("id", "a name of its own, such as \"merged\"").and_then(|entry| id(&entry));
    let kind = table.require("kind", "a kind of contribution, such as \"pull_request\"");
    let kind = kind.and_then(|entry| words::one_of(&entry, "a kind of contribution", Kind::ALL));
    let named = |entry: &Entry<'_>| general::declared(entry, categories);
    let only_in = table.optional("categories", |entry| words::list(entry, named));
    let states = table.optional("states", |entry| words::list(entry, |word| state(word, kind)));
    let requires = table.optional("requires", |entry| words::list(entry, |word| requirement(word, kind)));
    let dated_by = table.optional("dated_by", |entry| dated_by(entry, kind));
    let points_entry = table.require("points", "what it earns, such as 10");
    let points = points_entry.as_ref().and_then(numbers::points);
    let points_in = table.optional("points_in", |entry| points_in(entry, categories));
    let size = table.optional("size", |entry| size(entry, kind));
    let rule = Rule {
        id: id?,
        group: None,
        selector: Selector {
            kinds: vec![ItemKind::Contribution(kind?)],
            states: states?.unwrap_or_default(),
            categories: only_in?.unwrap_or_default(),
            requires: requires?.unwrap_or_default(),
            dated_by: dated_by?.unwrap_or(DatedBy::Opened),
            ..Selector::default()
        },
        pay: Pay::Points(points?),
        points_in: points_in?.unwrap_or_default(),
        size: size?.unwrap_or_default(),
    };
    check_as_a_whole(&rule, table, &points_entry?, categories);
    Some(rule)
}

fn id(entry: &Entry<'_>) -> Option<String> {
    let text = entry.text()?;
    if !words::is_name(text) {
        entry.fault(format!("`{}` cannot name a rule: write {}", text.escape_debug(), words::NAME));
    }
    Some(text.to_owned())
}

fn state(entry: &Entry<'_>, kind: Option<Kind>) -> Option<State> {
    let kind = kind?;
    words::one_of(entry, &format!("a state that a {kind} can be in"), kind.states())
}

fn requirement(entry: &Entry<'_>, kind: Option<Kind>) -> Option<Requirement> {
    let requirement = words::one_of(entry, "a requirement", Requirement::ALL)?;
    let kind = kind?;
    let fits = match requirement {
        Requirement::Merged | Requirement::ConfirmedByAnother => kind == Kind::PullRequest,
        Requirement::OnAcceptedWork | Requirement::InOwnPullRequest | Requirement::ReviewedMoreThanOnce | Requirement::SourceCode => true,
        Requirement::OnAnothersWork => {
            matches!(kind, Kind::Review | Kind::ReviewComment | Kind::IssueComment | Kind::DiscussionComment)
        }
    };
    if !fits {
        let of = if requirement == Requirement::OnAnothersWork { "reviews and comments" } else { "pull requests" };
        entry.fault(format!("`{requirement}` can be required of {of} only, and this rule is for the kind {kind}: leave it out"));
    }
    fits.then_some(requirement)
}

fn dated_by(entry: &Entry<'_>, kind: Option<Kind>) -> Option<DatedBy> {
    let dated_by = words::one_of(entry, "a date of a contribution", DatedBy::ALL)?;
    let kind = kind?;
    let fits = dated_by == DatedBy::Opened || matches!(kind, Kind::PullRequest | Kind::Issue);
    if !fits {
        entry.fault(format!("a {kind} is never closed, so it would never count: leave the key out"));
    }
    fits.then_some(dated_by)
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

fn size(entry: &Entry<'_>, kind: Option<Kind>) -> Option<Vec<SizeStep>> {
    if kind.is_some_and(|kind| kind != Kind::PullRequest) {
        entry.fault("only of pull requests is it known which files changed, so only their size can count: leave the key out");
        return None;
    }
    let entries = entry.list()?;
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

/// More lines than any pull request that GitHub can show.
const MOST_LINES: i64 = 1_000_000_000;

fn step(entry: &Entry<'_>) -> Option<SizeStep> {
    let table = entry.table(keys::SIZE)?;
    let from = table.require("from", "from how many lines on, such as 0").and_then(|entry| numbers::whole(&entry, 0, MOST_LINES));
    let factor = table.require("factor", "what the points are multiplied by, such as 1.5").and_then(|entry| numbers::factor(&entry));
    Some(SizeStep { from: from?, factor: factor? })
}

/// What each key allows and all of them together do not.
fn check_as_a_whole(rule: &Rule, table: &Table<'_>, points: &Entry<'_>, categories: &Categories) {
    if rule.selector.requires.contains(&Requirement::Merged)
        && !rule.selector.states.is_empty()
        && !rule.selector.states.contains(&State::Merged)
    {
        table.fault("it requires `merged` and its states leave merged out, so nothing can meet it: leave one of the two out");
    }
    if let Some(name) = rule.points_in.keys().find(|name| !rule.selector.categories.is_empty() && !rule.selector.categories.contains(name))
    {
        table.fault(format!("points_in names the category `{name}`, which its categories leave out: name it in both or in neither"));
    }
    let steps = rule.size.iter().map(|step| step.factor).max().unwrap_or(Decimal::ONE).max(Decimal::ONE);
    let most = categories.values().filter_map(|category| category.factor).max().unwrap_or(Decimal::ONE).max(Decimal::ONE);
    let base = rule.points_in.values().copied().max().unwrap_or_default().max(match rule.pay {
        Pay::Points(points) => points,
        Pay::Each { .. } | Pay::Ladder(_) => Points::ZERO,
    });
    if base.scaled(steps * most).is_none_or(|paid| paid > MOST_POINTS) {
        points.fault(format!("with the largest factors one contribution could earn more than {MOST_POINTS} points: write less"));
    }
}

/// Whatever `later` could take, `earlier` takes.
fn takes_all_of(earlier: &Rule, later: &Rule) -> bool {
    let states = |rule: &Rule| {
        if rule.selector.states.is_empty() {
            rule.selector.kinds.iter().filter_map(|kind| kind.contribution()).flat_map(Kind::states).copied().collect()
        } else {
            rule.selector.states.clone()
        }
    };
    let of_every = |narrow: &[String], wide: &[String]| !narrow.is_empty() && narrow.iter().all(|name| wide.contains(name));
    earlier.selector.kinds == later.selector.kinds
        && (earlier.selector.categories.is_empty() || of_every(&later.selector.categories, &earlier.selector.categories))
        && states(later).iter().all(|state| states(earlier).contains(state))
        && earlier.selector.requires.iter().all(|requirement| later.selector.requires.contains(requirement))
}
