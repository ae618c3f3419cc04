//! The CSV files of a OneRoster bundle, as far as a register needs them.
//! It must not read a column that it does not need: a bundle holds addresses and birthdays, which are nobody's business here.

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    super::{
        archive::Archive,
        mistake::{Field, Mistakes, Place},
    },
    manifest::Extent,
};
use crate::model::lines::Lines;

pub(super) const USERS: &str = "users.csv";
pub(super) const ROLES: &str = "roles.csv";
pub(super) const ORGS: &str = "orgs.csv";
pub(super) const CLASSES: &str = "classes.csv";
pub(super) const ENROLLMENTS: &str = "enrollments.csv";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub sourced_id: String,
    #[serde(default)]
    pub status: String,
    pub given_name: String,
    pub family_name: String,
    #[serde(default)]
    pub middle_name: String,
    pub identifier: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Role {
    #[serde(rename = "userSourcedId")]
    pub user: String,
    #[serde(default)]
    pub status: String,
    #[serde(rename = "roleType")]
    pub role_type: String,
    pub role: String,
    #[serde(rename = "orgSourcedId")]
    pub org: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Org {
    #[serde(rename = "sourcedId")]
    pub sourced_id: String,
    #[serde(default)]
    pub status: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Class {
    #[serde(rename = "sourcedId")]
    pub sourced_id: String,
    #[serde(default)]
    pub status: String,
    pub title: String,
    #[serde(rename = "classType")]
    pub kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Enrollment {
    #[serde(rename = "classSourcedId")]
    pub class: String,
    #[serde(rename = "userSourcedId")]
    pub user: String,
    #[serde(default)]
    pub status: String,
    pub role: String,
}

/// The rows of a file, unless the manifest says that it is not there.
pub(super) fn read_if<T: DeserializeOwned>(
    extent: Extent,
    archive: &mut Archive<'_>,
    file: &'static str,
    mistakes: &mut Mistakes,
) -> Result<Vec<(Place, T)>, Mistakes> {
    if extent == Extent::Absent { Ok(Vec::new()) } else { read(archive, file, mistakes) }
}

/// The rows of a file that must be there. A row that cannot be read is a mistake, and the next is read all the same.
pub(super) fn read<T: DeserializeOwned>(
    archive: &mut Archive<'_>,
    file: &'static str,
    mistakes: &mut Mistakes,
) -> Result<Vec<(Place, T)>, Mistakes> {
    let text = archive.text(file)?.ok_or_else(|| Mistakes::one(None, Field::File, format!("says that it holds {file}, and does not")))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|why| Mistakes::one(Some(Place::LineOf(file, 1)), Field::Header, why.to_string()))?.clone();
    let mut lines = Lines::of(&text);
    let mut rows = Vec::new();
    for record in reader.records() {
        let read = record.and_then(|record| {
            let place = Place::LineOf(file, lines.number(record.position().map(csv::Position::byte)));
            Ok((place, record.deserialize::<T>(Some(&header))?))
        });
        match read {
            Ok(row) => rows.push(row),
            Err(error) => {
                let place = Place::LineOf(file, lines.number(error.position().map(csv::Position::byte)));
                mistakes.add(place, Field::Row, why_not(&error));
            }
        }
    }
    Ok(rows)
}

fn why_not(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} columns where the header has {expected_len}"),
        csv::ErrorKind::Deserialize { err, .. } => format!("cannot be read: {err}"),
        _ => format!("cannot be read: {error}"),
    }
}
