//! A file of days that are not as their place in the week says (CSV), and what is wrong with it, line by line.
//! It must not know a holiday by itself: an institution says which there are.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use super::{award::Holiday, fields, lines::Lines};

/// The years that can have any.
pub const YEARS: RangeInclusive<i32> = 1970..=2200;
/// The header; `working` and `name` may be left out.
pub const COLUMNS: &str = "day,working,name";

/// The days of each year that has any in the file.
pub type Years = BTreeMap<i32, Vec<Holiday>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowWire {
    day: String,
    #[serde(default)]
    working: String,
    #[serde(default)]
    name: String,
}

/// The years, or all that is wrong with the file. Lines in front of the header that begin with `#` are for people.
pub fn read_file(text: &str) -> Result<Years, Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let preface: usize = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&text.as_bytes()[preface..]);
    let header = reader.headers().map_err(|why| vec![format!("line 1: {why}")])?.clone();
    let (mut days, mut faults) = (BTreeMap::new(), Vec::new());
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let place = |position: Option<&csv::Position>| position.map(|position| position.byte() + preface as u64);
        let read = match &record {
            Ok(record) => (lines.number(place(record.position())), record.deserialize(Some(&header)).map_err(|why| why.to_string())),
            Err(why) => (lines.number(place(why.position())), Err(why.to_string())),
        };
        let (line, found) = (read.0, read.1.and_then(holiday));
        match found {
            Ok(holiday) if days.contains_key(&holiday.day) => faults.push(format!("line {line}: {} is there twice", holiday.day)),
            Ok(holiday) => drop(days.insert(holiday.day, holiday)),
            Err(why) => faults.push(format!("line {line}: {why}")),
        }
    }
    if days.is_empty() && faults.is_empty() {
        faults.push(format!("the file holds no day: write {COLUMNS} and a line for each"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut years = Years::new();
    for holiday in days.into_values() {
        years.entry(holiday.day.year()).or_default().push(holiday);
    }
    Ok(years)
}

fn holiday(wire: RowWire) -> Result<Holiday, String> {
    let day: NaiveDate = wire.day.parse().map_err(|_| format!("day `{}` must be a day such as 2026-02-17", wire.day))?;
    if !YEARS.contains(&day.year()) {
        return Err(format!("day {day} must be in the years {} to {}", YEARS.start(), YEARS.end()));
    }
    let working = match wire.working.as_str() {
        "" | "false" => false,
        "true" => true,
        other => return Err(format!("working `{other}` must be true (people work, although it is a weekend), false or empty")),
    };
    let name = Some(wire.name).filter(|name| !name.is_empty());
    let name = name.map(|name| fields::text(name, fields::NAME)).transpose().map_err(|why| format!("name {why}"))?;
    Ok(Holiday { day, working, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_the_days_of_several_years_in_any_order() {
        let years = read_file("# from a notice\n#\nday,working,name\n2026-02-17,,Off\r\n2025-12-31\n2026-02-14,true,\n");
        assert!(years.is_err(), "a line without its commas");
        let years = read_file("\u{feff}# from a notice\nday,working,name\n2026-02-17,,Off\n2025-12-31,false,\n2026-02-14,true,\n").unwrap();
        let told: Vec<_> = years[&2026].iter().map(|one| (one.day.to_string(), one.working, one.name.as_deref())).collect();
        assert_eq!(told, [("2026-02-14".to_owned(), true, None), ("2026-02-17".to_owned(), false, Some("Off"))]);
        assert_eq!((years.len(), years[&2025].len()), (2, 1));
        assert_eq!(read_file("day\n2026-01-01\n").unwrap()[&2026].len(), 1);
    }

    #[test]
    fn every_bad_line_is_named() {
        let faults = read_file("# a\n# b\nday,working,name\n2026-13-01,,\n2026-01-01,yes,\n\n1969-01-01,,\n2026-01-02,,\n2026-01-02,,\n")
            .unwrap_err();
        let places: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(places, ["line 4", "line 5", "line 7", "line 9"], "{faults:?}");
        assert!(read_file("").unwrap_err()[0].contains(COLUMNS));
        assert!(read_file("day,pay\n2026-01-01,2\n").unwrap_err()[0].contains("pay"));
    }
}
