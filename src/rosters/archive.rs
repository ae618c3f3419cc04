//! ZIP files, which workbooks and OneRoster bundles are: what is inside, and no more of it than a roster may be.
//! It must not believe what an archive says of its sizes.

use std::io::{self, Cursor, Read as _};

use zip::ZipArchive;

use super::mistake::{Field, Mistakes};

/// What may come out of an archive in all.
const MOST_UNPACKED: u64 = 128 * 1024 * 1024;
const MOST_FILES: usize = 1_000;

pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

impl<'a> Archive<'a> {
    /// Opens it, and unpacks all of it once to see how much there is.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Mistakes> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|why| broken(&why))?;
        if zip.len() > MOST_FILES {
            return Err(refuse(format!("holds {} files, more than any roster has", zip.len())));
        }
        let mut left = MOST_UNPACKED;
        for at in 0..zip.len() {
            let file = zip.by_index(at).map_err(|why| broken(&why))?;
            let size = io::copy(&mut file.take(left + 1), &mut io::sink()).map_err(|why| broken(&why))?;
            left = left.checked_sub(size).ok_or_else(|| refuse(format!("unpacks to more than {} MiB", MOST_UNPACKED >> 20)))?;
        }
        Ok(Self { zip })
    }

    pub fn is_workbook(&self) -> bool {
        self.zip.index_for_name("[Content_Types].xml").is_some()
    }

    /// The file of this name, in whatever folder it is; `None`: there is none.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Mistakes> {
        let names: Vec<String> = self.zip.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect();
        let mut fitting = names.iter().filter(|one| !one.starts_with("__MACOSX/") && one.rsplit('/').next() == Some(name));
        let Some(first) = fitting.next() else { return Ok(None) };
        if let Some(second) = fitting.next() {
            return Err(refuse(format!("holds {name} twice: {first} and {second}")));
        }
        let mut bytes = Vec::new();
        self.zip.by_name(first).map_err(|why| broken(&why))?.read_to_end(&mut bytes).map_err(|why| broken(&why))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse(format!("holds {name}, which is not UTF-8: OneRoster asks for UTF-8")))?;
        Ok(Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }))
    }
}

fn refuse(why: impl Into<String>) -> Mistakes {
    Mistakes::one(None, Field::File, why)
}

fn broken(why: &dyn std::fmt::Display) -> Mistakes {
    refuse(format!("is a broken ZIP file, or one with a password: {why}"))
}
