//! Reads a roster file, CSV or JSON, and tells every mistake with its line before anything is written.
//! It must not look into the database, nor repair what it reads.

use std::{collections::HashMap, fmt};

use serde::Deserialize;

use crate::{
    db::members::Profile,
    model::{fields, lines::Lines, member::MemberRole},
};

/// A person of the file, and where the file has him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub place: Place,
    pub profile: Profile,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of a CSV file, from 1.
    Line(u64),
    /// Of a JSON array, from 1.
    Entry(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Entry(entry) => write!(f, "entry {entry}"),
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("it is not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    NotUtf8,
    #[error("it is empty")]
    Empty,
    #[error("{0}")]
    Csv(String),
    #[error("it is not a JSON array of people: {0}")]
    Json(String),
    /// All mistakes, one a line.
    #[error("{}", .0.join("\n  "))]
    Mistakes(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonWire {
    number: String,
    name: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    github_login: Option<String>,
}

/// JSON where it begins as an array, otherwise CSV.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut mistakes = Vec::new();
    let people = if text.trim_start().starts_with('[') { json(text)? } else { csv(text, &mut mistakes)? };
    if people.is_empty() && mistakes.is_empty() {
        return Err(Error::Empty);
    }
    let mut entries = Vec::new();
    for (place, person) in people {
        match profile(person) {
            Ok(profile) => entries.push(Entry { place, profile }),
            Err(why) => mistakes.push(format!("{place}: {why}")),
        }
    }
    repeated(&entries, |profile| Some(profile.number.clone()), "number", &mut mistakes);
    repeated(&entries, |profile| profile.github_login.as_ref().map(|login| login.to_lowercase()), "github_login", &mut mistakes);
    if mistakes.is_empty() { Ok(entries) } else { Err(Error::Mistakes(mistakes)) }
}

fn json(text: &str) -> Result<Vec<(Place, PersonWire)>, Error> {
    let reader = &mut serde_json::Deserializer::from_str(text);
    let people: Vec<PersonWire> = serde_path_to_error::deserialize(reader).map_err(|error| Error::Json(error.to_string()))?;
    Ok(people.into_iter().enumerate().map(|(at, person)| (Place::Entry(at + 1), person)).collect())
}

fn csv(text: &str, mistakes: &mut Vec<String>) -> Result<Vec<(Place, PersonWire)>, Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Error::Csv(error.to_string()))?.clone();
    for required in ["number", "name"] {
        if !header.iter().any(|column| column == required) {
            return Err(Error::Csv(format!("line 1: there is no column `{required}`: the header is number,name,role,unit,github_login")));
        }
    }
    let mut people = Vec::new();
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let read = record.and_then(|record| {
            let place = Place::Line(lines.number(record.position().map(csv::Position::byte)));
            Ok((place, record.deserialize(Some(&header))?))
        });
        match read {
            Ok(person) => people.push(person),
            // The reader goes on behind it.
            Err(error) => {
                let place = Place::Line(lines.number(error.position().map(csv::Position::byte)));
                mistakes.push(format!("{place}: {}", why_not(&error)));
            }
        }
    }
    Ok(people)
}

/// What is wrong with a line, without the line's number.
fn why_not(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("it has {len} columns where the first line has {expected_len}"),
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    }
}

fn profile(person: PersonWire) -> Result<Profile, String> {
    let checked = |field: &str, value: Result<String, String>| value.map_err(|why| format!("the {field} {why}"));
    let number = checked("number", fields::text(person.number.trim().to_owned(), fields::LABEL))?;
    let name = checked("name", fields::text(person.name.trim().to_owned(), fields::NAME))?;
    let unit = filled(person.unit).map(|unit| checked("unit", fields::text(unit, fields::NAME))).transpose()?;
    let github_login = filled(person.github_login).map(|login| checked("github_login", fields::github_login(login))).transpose()?;
    if is_damaged(&number) {
        return Err(format!("the number {number} was damaged by a spreadsheet: format the column as text and enter it again"));
    }
    let role = filled(person.role).map_or(Ok(MemberRole::Student), |role| role.parse())?;
    Ok(Profile { number, name, role, unit, github_login })
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// `2.02E+11`: what a spreadsheet makes of a long number.
fn is_damaged(number: &str) -> bool {
    number.to_uppercase().split_once("E+").is_some_and(|(mantissa, exponent)| {
        mantissa.chars().all(|c| c.is_ascii_digit() || c == '.') && exponent.chars().all(|c| c.is_ascii_digit())
    })
}

fn repeated(entries: &[Entry], of: impl Fn(&Profile) -> Option<String>, what: &str, mistakes: &mut Vec<String>) {
    let mut first: HashMap<String, Place> = HashMap::new();
    for entry in entries {
        let Some(value) = of(&entry.profile) else { continue };
        if let Some(place) = first.get(&value) {
            mistakes.push(format!("{}: the {what} {value} is in {place} already", entry.place));
        } else {
            first.insert(value, entry.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn mistakes(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn csv_and_json_of_the_same_people_are_the_same() {
        let csv = "\u{feff}number,name,role,unit,github_login\r\n0020230001,林子涵,student,,lin\r\n\"007\",\"da Silva, J\",faculty,CS,\r\n";
        let json = r#"[{"number":"0020230001","name":"林子涵","github_login":"lin"},
                       {"number":"007","name":"da Silva, J","role":"faculty","unit":"CS"}]"#;
        let profiles = |text: &str| read(text.as_bytes()).unwrap().into_iter().map(|entry| entry.profile).collect::<Vec<_>>();
        assert_eq!(profiles(csv), profiles(json));
        assert_eq!(profiles(csv)[0].number, "0020230001", "leading zeros count");
        assert_eq!(profiles(csv)[1].github_login, None);
    }

    #[rstest]
    #[case("number,name\n1,a\n,b\n", "line 3: the number must not be empty")]
    #[case("number,name\n1,\n", "line 2: the name must not be empty")]
    #[case("number,name\n1,a\0b\n", "line 2: the name must not hold control characters")]
    #[case("number,name,github_login\n1,a,not a login\n", "line 2: the github_login must be a GitHub login")]
    #[case("number,name\n2.02E+11,a\n", "line 2: the number 2.02E+11 was damaged")]
    #[case("number,name,role\n1,a,dean\n", "line 2: `dean` is not a member's role")]
    #[case("number,name\n1,a\n2,b\n1,c\n", "line 4: the number 1 is in line 2 already")]
    #[case("number,name,github_login\n1,a,Lin\n2,b,lin\n", "line 3: the github_login lin is in line 2 already")]
    #[case("number,name\n1,a\n2,b,c,d\n", "line 3: it has 4 columns where the first line has 2")]
    #[case("number,name\r\n1,a\r\n\r\n,b\r\n", "line 4: the number must not be empty")]
    #[case("number,nmae\n1,a\n", "there is no column `name`")]
    #[case("number,name,e-mail\n1,a,b\n", "e-mail")]
    #[case("number,name\n", "it is empty")]
    #[case("", "there is no column")]
    #[case(r#"[{"number": 20230001, "name": "a"}]"#, "[0].number")]
    #[case(r#"[{"number": "1", "name": "a", "login": "b"}]"#, "login")]
    #[case(r#"[{"number": "1", "name": "a"}, {"number": "1", "name": "b"}]"#, "entry 2: the number 1 is in entry 1 already")]
    fn a_mistake_is_told_with_its_place(#[case] text: &str, #[case] told: &str) {
        let error = mistakes(text);
        assert!(error.contains(told), "{error}");
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let error = mistakes("number,name\n,a\n2,\n");
        assert!(error.contains("line 2") && error.contains("line 3"), "{error}");
    }

    #[test]
    fn another_encoding_is_refused() {
        assert_eq!(read(b"number,name\n1,\xc1\xd6\n").unwrap_err(), Error::NotUtf8);
    }
}
