//! The manifest of a bundle: which version it is, and which of its files are there.
//! It must not take a file for whole of which it says that it holds changes alone.

use std::collections::HashMap;

use super::{
    super::{
        archive::Archive,
        mistake::{Field, Mistakes},
    },
    files,
};

const VERSION: &str = "1.2";

/// How much of a register one file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Bulk,
    /// What changed.
    Delta,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extents {
    pub users: Extent,
    pub orgs: Extent,
    pub classes: Extent,
    pub enrollments: Extent,
}

pub(super) fn read(archive: &mut Archive<'_>) -> Result<Extents, Mistakes> {
    let refuse = |why: String| Mistakes::one(None, Field::File, why);
    let Some(text) = archive.text("manifest.csv")? else {
        return Err(refuse("is a ZIP file without manifest.csv: neither a workbook nor a OneRoster bundle".to_owned()));
    };
    let mut properties: HashMap<String, String> = HashMap::new();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|why| refuse(format!("holds manifest.csv, which cannot be read: {why}")))?;
        if let (Some(name), Some(value)) = (record.get(0), record.get(1)) {
            properties.insert(name.to_owned(), value.to_owned());
        }
    }
    let said = |name: &str| properties.get(name).map_or("", String::as_str);
    match said("oneroster.version") {
        VERSION => {}
        other => return Err(refuse(format!("is a OneRoster bundle of version `{other}`: export version {VERSION}"))),
    }
    let mut mistakes = Mistakes::default();
    let mut extent = |name: &'static str, needed: bool| {
        let said = said(name).to_lowercase();
        match &*said {
            "bulk" => Extent::Bulk,
            "delta" => Extent::Delta,
            "absent" | "" if !needed => Extent::Absent,
            _ => {
                let may = if needed { "bulk or delta" } else { "bulk, delta or absent" };
                mistakes.add_at(None, Field::File, format!("says in manifest.csv that {name} is `{said}`: it must be {may}"));
                Extent::Absent
            }
        }
    };
    let users = extent("file.users", true);
    let roles = extent("file.roles", true);
    let extents = Extents {
        users,
        orgs: extent("file.orgs", false),
        classes: extent("file.classes", false),
        enrollments: extent("file.enrollments", false),
    };
    if users == Extent::Bulk && roles == Extent::Delta {
        mistakes.add_at(None, Field::File, format!("has all of {} and only changes of {}: export both alike", files::USERS, files::ROLES));
    }
    mistakes.or(extents)
}
