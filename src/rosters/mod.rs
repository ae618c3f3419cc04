//! Rosters: the bytes of a file to the people that it names, or to all that is wrong with it; and those people beside the register.
//! It must not repair what it reads, nor look into the register by itself.

mod archive;
mod columns;
mod compare;
mod csv;
mod decode;
mod garbled;
mod json;
mod mistake;
mod numbers;
mod one_roster;
mod people;
mod separator;
#[cfg(test)]
mod tests;
mod xlsx;

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

pub use compare::{Change, Comparison, compare};
pub use mistake::{Field, MOST_TOLD, Mistake, Mistakes, Place};

use self::archive::Archive;
use crate::model::{
    member::MemberRole,
    roster::{FileFacts, Format, Named},
};

/// The most people of one file.
pub const MOST_PEOPLE: usize = 200_000;
/// The largest file.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A person of the file, and where the file has him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    pub named: Named,
}

/// What somebody says beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// The numbers are right, though some look as if they had lost zeros.
    pub accept_numbers: bool,
    /// Columns that no roster has are not read.
    pub ignore_columns: bool,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    pub file: FileFacts,
    pub entries: Vec<Entry>,
    /// What somebody is who is new and of whom the file does not say it. `None`: such a person is left alone.
    pub newcomers: Option<MemberRole>,
    /// Whom the file says to take off the register, by number, where it names only what changed. `None`: it names everybody.
    pub leaving: Option<BTreeSet<String>>,
    /// How many people of the file are none of a register's.
    pub skipped: usize,
}

impl Roster {
    /// Of people who come from no file.
    pub fn of(people: impl IntoIterator<Item = Named>) -> Self {
        let entries = (1..).zip(people).map(|(at, named)| Entry { place: Place::Entry(at), named }).collect();
        Self {
            file: FileFacts { sha256: String::new(), ..facts(Format::Json, b"") },
            entries,
            newcomers: Some(MemberRole::Student),
            leaving: None,
            skipped: 0,
        }
    }
}

/// Reads a file, whatever it is: a workbook, a OneRoster bundle, JSON, or else CSV.
pub fn read(bytes: &[u8], wish: &Wish) -> Result<Roster, Mistakes> {
    const OLD_OFFICE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let refuse = |why: &str| Err(Mistakes::one(None, Field::File, why));
    if bytes.len() > MOST_BYTES {
        return refuse(&format!("has more than {} MiB: import it in parts", MOST_BYTES >> 20));
    }
    if bytes.starts_with(OLD_OFFICE) {
        return refuse("is an old workbook (.xls) or one with a password: save it as XLSX without one, or as CSV");
    }
    if archive::is_zip(bytes) {
        let archive = Archive::open(bytes)?;
        return if archive.is_workbook() {
            workbook(bytes, wish)
        } else {
            one_roster::read(archive, facts(Format::OneRoster, bytes), wish)
        };
    }
    let (text, encoding) = decode::decode(bytes).map_err(|why| Mistakes::one(None, Field::File, why))?;
    let mut file = FileFacts { encoding: Some(encoding.as_str()), ..facts(Format::Csv, bytes) };
    if text.trim_start().starts_with(['[', '{']) {
        let entries = json::read(&text, wish)?;
        file.format = Format::Json;
        return Ok(Roster { file, entries, newcomers: Some(MemberRole::Student), leaving: None, skipped: 0 });
    }
    let read = csv::read(&text, encoding, wish)?;
    file.separator = Some(read.separator.as_str());
    file.ignored_columns = read.columns.ignored;
    Ok(Roster { file, entries: read.entries, newcomers: Some(read.columns.newcomers), leaving: None, skipped: 0 })
}

fn workbook(bytes: &[u8], wish: &Wish) -> Result<Roster, Mistakes> {
    let read = xlsx::read(bytes, wish)?;
    let file = FileFacts { sheet: Some(read.sheet), ignored_columns: read.columns.ignored, ..facts(Format::Xlsx, bytes) };
    Ok(Roster { file, entries: read.entries, newcomers: Some(read.columns.newcomers), leaving: None, skipped: 0 })
}

fn facts(format: Format, bytes: &[u8]) -> FileFacts {
    let sha256 = hex::encode(Sha256::digest(bytes));
    FileFacts { format, encoding: None, separator: None, sheet: None, ignored_columns: Vec::new(), sha256 }
}
