//! A roster as a JSON array of people.
//! It must not take a number for a text: `20230001` without quotation marks has no leading zeros any more.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Entry, MOST_PEOPLE, Wish,
    mistake::{Field, Mistakes, Place},
    people,
};
use crate::model::{fields, member::MemberRole, roster::Named};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonWire {
    number: String,
    name: String,
    role: Option<MemberRole>,
    unit: Option<String>,
    class: Option<String>,
    github_login: Option<String>,
}

pub(super) fn read(text: &str, wish: &Wish) -> Result<Vec<Entry>, Mistakes> {
    // Each by itself, so that one that is wrong does not hide the next.
    let people: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|why| Mistakes::one(None, Field::File, format!("is not a JSON array of people: {why}")))?;
    if people.is_empty() {
        return Err(Mistakes::one(None, Field::File, "names nobody"));
    }
    if people.len() > MOST_PEOPLE {
        return Err(Mistakes::one(None, Field::File, format!("holds more than {MOST_PEOPLE} people: import it in parts")));
    }
    let mut mistakes = Mistakes::default();
    let mut entries = Vec::with_capacity(people.len());
    for (at, one) in (1..).zip(people) {
        let place = Place::Entry(at);
        let mut reader = serde_json::Deserializer::from_str(one.get());
        match serde_path_to_error::deserialize::<_, PersonWire>(&mut reader) {
            Ok(wire) => entries.extend(person(wire, place, &mut mistakes).map(|named| Entry { place, named })),
            Err(why) => mistakes.add(place, Field::Row, format!("is not a person: {why}")),
        }
    }
    people::beside_one_another(&entries, wish, &mut mistakes);
    mistakes.or(entries)
}

fn person(wire: PersonWire, place: Place, mistakes: &mut Mistakes) -> Option<Named> {
    let mut told = |field: Field, value: Result<String, String>| value.map_err(|why| mistakes.add(place, field, why)).ok();
    let number = told(Field::Number, people::check_number(&wire.number));
    let name = told(Field::Name, people::check_name(&wire.name, None));
    let mut optional = |field: Field, value: Option<String>, check: fn(&str) -> Result<String, String>| match value {
        None => Some(None),
        Some(text) => told(field, check(&text)).map(Some),
    };
    let unit = optional(Field::Unit, wire.unit, people::check_unit);
    let class = optional(Field::Class, wire.class, people::check_unit);
    let github_login = optional(Field::GithubLogin, wire.github_login, |login| fields::github_login(login.to_owned()));
    Some(Named { number: number?, name: name?, role: wire.role, unit: unit?, class: class?, github_login: github_login? })
}
