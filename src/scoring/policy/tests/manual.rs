//! docs/SCORING.md explains every key with its range, its default and an example, and what it says of defaults is so.

use super::super::{KEYS, parse};
use crate::model::{
    contribution::Kind,
    policy::{
        Audience, Automation, Count, DatedBy, Days, ItemKind, Normalise, OwnRepository, PayoutPer, Per, Policy, Requirement, Rounding, Same,
    },
};

const MANUAL: &str = include_str!("../../../../docs/SCORING.md");

/// One row of a table of keys: range, default and example.
struct Row {
    section: &'static str,
    key: &'static str,
    cells: [String; 3],
}

fn rows() -> Vec<Row> {
    let pairs = KEYS.iter().flat_map(|(section, keys)| keys.iter().map(move |key| (*section, *key)));
    pairs.map(|(section, key)| row(section, key)).collect()
}

fn row(section: &'static str, key: &'static str) -> Row {
    let headed = |heading: &str| heading == section || heading.starts_with(&format!("`{section}`"));
    let mut parts = MANUAL.split("\n### ").filter(|part| headed(part.lines().next().unwrap_or_default()));
    let part = parts.next().unwrap_or_else(|| panic!("docs/SCORING.md has no section {section}"));
    let line = part.lines().find(|line| line.starts_with(&format!("| `{key}` | ")));
    let line = line.unwrap_or_else(|| panic!("docs/SCORING.md has no row for `{key}` in {section}"));
    let cells: Vec<String> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    let [_, means, range, default, example] = cells.as_slice() else { panic!("{section} `{key}` has not five cells: {line}") };
    assert!([means, range, default, example].iter().all(|cell| !cell.is_empty()), "{section} `{key}` has an empty cell");
    Row { section, key, cells: [range, default, example].map(Clone::clone) }
}

#[test]
fn every_key_has_its_meaning_range_default_and_example() {
    assert!(rows().len() > 100);
}

#[test]
fn every_example_is_read_as_that_key() {
    for Row { section, key, cells: [_, _, example] } in rows() {
        let line = code(&example).unwrap_or_else(|| panic!("{section} `{key}`: the example is no code"));
        if line.starts_with('[') {
            assert_eq!(line.trim_matches(['[', ']']).split('.').next(), Some(key));
            continue;
        }
        assert_eq!(line.split(" = ").next(), Some(key), "the example of {section} `{key}` is one of another key");
        let text = policy_with(section, key, line);
        parse("example.toml", &text).unwrap_or_else(|errors| panic!("{section} `{key}`: {errors}\n{text}"));
    }
}

#[test]
fn the_defaults_of_the_manual_are_those_of_the_code() {
    let mut checked = 0;
    for Row { section, key, cells: [_, default, _] } in rows() {
        let Some(value) = code(&default) else { continue };
        let read = |line: &str| {
            let text = policy_with(section, key, line);
            let policy = parse("default.toml", &text).unwrap_or_else(|errors| panic!("{section} `{key}`: {errors}\n{text}"));
            Policy { hash: String::new(), ..policy }
        };
        assert_eq!(read(&format!("{key} = {value}")), read(""), "{section} `{key}`: its default is not {value}");
        checked += 1;
    }
    assert!(checked > 25, "only {checked} defaults are said");
}

#[test]
fn every_word_is_explained() {
    fn of<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(T::to_string).collect()
    }
    let states: Vec<String> = Kind::ALL.iter().flat_map(|kind| of(kind.states())).collect();
    let words = [
        states,
        of(ItemKind::ALL),
        of(Audience::ALL),
        of(Automation::ALL),
        of(Count::ALL),
        of(DatedBy::ALL),
        of(Days::ALL),
        of(Normalise::ALL),
        of(OwnRepository::ALL),
        of(PayoutPer::ALL),
        of(Per::ALL),
        of(Requirement::ALL),
        of(Rounding::ALL),
        of(Same::ALL),
        of(&["osi", "any", "refuse", "as_written", "repository"]),
    ];
    for word in words.iter().flatten() {
        assert!(MANUAL.contains(&format!("`{word}`")), "docs/SCORING.md does not explain `{word}`");
    }
}

/// What stands in backticks, if the whole cell does.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`').filter(|code| !code.contains('`'))
}

/// A sound policy in which this line stands where the key belongs.
fn policy_with(section: &str, key: &str, line: &str) -> String {
    let (header, lines) = place(section, key);
    let inside = lines.iter().any(|beside| beside.contains("HERE"));
    let beside = lines.iter().filter(|beside| beside.contains("HERE") || !beside.starts_with(&format!("{key} = ")));
    let mut table: Vec<String> = beside.map(|beside| beside.replace("HERE", line)).collect();
    table.extend((!inside).then(|| line.to_owned()));
    let general = "name = \"P\"\nversion = \"1\"";
    let rest =
        "[[rules]]\nid = \"other\"\nkind = \"commit\"\ngroup = \"work\"\npoints = 1\n[[measures]]\nid = \"accepted\"\ncount = \"items\"\n";
    let course = if header.starts_with("[categories") { "" } else { "[categories.course]\n" };
    let credits = if header == "[credits]" { "" } else { "[credits]\npoints_per_credit = 40\n" };
    let general = if header.is_empty() { "" } else { general };
    format!("{general}\n{header}\n{}\n{course}{rest}{credits}", table.join("\n"))
}

/// The table of a key, and what else must stand in it. HERE is where the line goes; without it, at the end.
fn place(section: &str, key: &str) -> (&'static str, Vec<&'static str>) {
    let pull_request = vec!["id = \"r\"", "kind = \"pull_request\"", "points = 1"];
    let logs = vec!["id = \"m\"", "count = \"hours\""];
    match (section, key) {
        ("The policy itself", _) => ("", vec!["name = \"P\"", "version = \"1\""]),
        ("[categories.NAME]", _) => ("[categories.course]", vec![]),
        ("Which items are meant", "names") => ("[[rules]]", vec!["id = \"r\"", "kind = \"achievement\"", "points = 1"]),
        ("Which items are meant", "zone") => ("[[rules]]", [pull_request, vec!["closed_by = 2025-10-31"]].concat()),
        ("[[rules]]" | "Which items are meant", _) => ("[[rules]]", pull_request),
        ("What they earn", "most") => ("[[measures]]", [logs, vec!["points_each = 1"]].concat()),
        ("What they earn", _) => ("[[measures]]", logs),
        ("Steps of size", "from") => ("[[rules]]", [pull_request, vec!["size = [{ HERE, factor = 1 }]"]].concat()),
        ("Steps of size", _) => ("[[rules]]", [pull_request, vec!["size = [{ from = 0, HERE }]"]].concat()),
        ("Steps of a ladder", "points") => ("[[measures]]", [logs, vec!["ladder = [{ from = 0, HERE }]"]].concat()),
        ("Steps of a ladder", _) => ("[[measures]]", [logs, vec!["ladder = [{ HERE, points = 1 }]"]].concat()),
        ("[[measures]]", "serves_later_weeks") => ("[[measures]]", vec!["id = \"m\"", "count = \"weeks\""]),
        ("[[measures]]", "normalise") => ("[[measures]]", vec!["id = \"m\"", "count = \"openrank\""]),
        ("[[measures]]", _) => ("[[measures]]", vec!["id = \"m\"", "count = \"items\"", "points_each = 1"]),
        ("Conditions", "measure") => ("[[measures]]", [logs, vec!["points_each = 1", "when = { HERE, from = 1 }"]].concat()),
        ("Conditions", _) => ("[[measures]]", [logs, vec!["points_each = 1", "when = { measure = \"accepted\", HERE }"]].concat()),
        ("[[factors]]", _) => {
            ("[[factors]]", vec!["id = \"f\"", "group = \"work\"", "factor = 1", "when = { measure = \"accepted\", below = 1 }"])
        }
        ("[[limits]]", "items") => ("[[limits]]", vec!["per = \"day\""]),
        ("[[limits]]", _) => ("[[limits]]", vec!["per = \"day\"", "points = 1"]),
        ("[units]", _) => ("[units]", vec![]),
        ("[works]", "over_one") => ("[works]", vec!["teams = [[1]]"]),
        ("[works]", _) => ("[works]", vec![]),
        ("[[requirements]]", "below") => ("[[requirements]]", vec!["measure = \"accepted\""]),
        ("[[requirements]]", _) => ("[[requirements]]", vec!["measure = \"accepted\"", "from = 1"]),
        ("[payout]", _) => ("[payout]", vec!["step = 40"]),
        ("[credits]", _) => ("[credits]", vec!["points_per_credit = 40"]),
        ("[decision]", "appeal_days_are") => ("[decision]", vec!["appeal_days = 7"]),
        ("[eligibility]", _) => ("[eligibility]", vec![]),
        ("[repositories]", _) => ("[repositories]", vec![]),
        ("[flags]", _) => ("[flags]", vec![]),
        ("[decision]", _) => ("[decision]", vec![]),
        _ => panic!("nobody said where {section} `{key}` goes"),
    }
}
