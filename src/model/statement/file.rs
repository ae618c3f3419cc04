//! Reads a file of statements (CSV with a header), and tells every mistake with its line.
//! It must not look into a register, nor repair what it reads.

use serde::Deserialize;

use super::{Draft, Mentioned, Whose};
use crate::model::lines::Lines;

/// The largest file.
pub const MOST_ROWS: usize = 5_000;
/// The header. The columns may come in any order; those that no line needs may be left out.
pub const COLUMNS: &str = "kind,member_number,name,value,rank,team,about,happened_on,until_on,on_behalf_of,reason";

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub draft: Draft,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    pub line: u64,
    pub field: &'static str,
    pub message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowWire {
    kind: String,
    member_number: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    rank: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    about: String,
    happened_on: String,
    #[serde(default)]
    until_on: String,
    #[serde(default)]
    on_behalf_of: String,
    reason: String,
}

/// The rows, or all that is wrong with them as they stand.
pub fn read_file(text: &str) -> Result<Vec<Row>, Vec<RowFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let whole = |line, message: String| vec![RowFault { line, field: "row", message }];
    let header = reader.headers().map_err(|why| whole(1, why.to_string()))?.clone();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let read = record.and_then(|record| {
            Ok((lines.number(record.position().map(csv::Position::byte)), record.deserialize::<RowWire>(Some(&header))?))
        });
        match read {
            Ok((line, _)) if rows.len() == MOST_ROWS => {
                faults.extend(whole(line, format!("a file may hold at most {MOST_ROWS} statements")));
                break;
            }
            Ok((line, wire)) => match draft(wire) {
                Ok(draft) => rows.push(Row { line, draft }),
                Err(wrong) => faults.extend(wrong.into_iter().map(|(field, message)| RowFault { line, field, message })),
            },
            Err(why) => faults.extend(whole(lines.number(why.position().map(csv::Position::byte)), why_not(&why))),
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults = whole(1, format!("the file holds no statement: write {COLUMNS} and a line for each"));
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// What is wrong with a line, without the line's number, which the fault has anyway.
fn why_not(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} columns where the first line has {expected_len}"),
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    }
}

type Wrong = Vec<(&'static str, String)>;

fn draft(wire: RowWire) -> Result<Draft, Wrong> {
    let mut wrong = Wrong::new();
    let day = |text: &str| text.parse().map_err(|_| "must be a day such as 2025-10-15".to_owned());
    let place = |text: &str| text.parse().map_err(|_| "must be a whole number".to_owned());
    let kind = read(&mut wrong, "kind", Some(wire.kind), str::parse);
    let rank = read(&mut wrong, "rank", filled(wire.rank), place);
    let team = read(&mut wrong, "team", filled(wire.team), place);
    let about = read(&mut wrong, "about", filled(wire.about), str::parse::<Mentioned>);
    let happened_on = read(&mut wrong, "happened_on", Some(wire.happened_on), day);
    let until_on = read(&mut wrong, "until_on", filled(wire.until_on), day);
    let (Some(kind), Some(happened_on), true) = (kind, happened_on, wrong.is_empty()) else { return Err(wrong) };
    Ok(Draft {
        kind,
        member: Whose::Number(wire.member_number),
        name: filled(wire.name),
        value: filled(wire.value),
        rank,
        team,
        about,
        happened_on,
        until_on,
        on_behalf_of: filled(wire.on_behalf_of),
        reason: wire.reason,
    })
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn read<T>(wrong: &mut Wrong, field: &'static str, text: Option<String>, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    parse(&text?).map_err(|why| wrong.push((field, why))).ok()
}
