//! Counts lines: all of them, and those in files that people write.
//! It must not count what is not known as none.

use super::{error::Fault, files};
use crate::model::github::ChangedFile;

/// Lines added and deleted in files that people write; `None` where GitHub gave no list of files.
pub(super) fn effective(files: Option<&[ChangedFile]>) -> Result<Option<i64>, Fault> {
    let Some(files) = files else { return Ok(None) };
    let mut sum: i64 = 0;
    for file in files {
        if file.path.is_empty() {
            return Err(Fault::NoPath);
        }
        let lines = add(&format_args!("of {}", file.path), file.additions, file.deletions)?;
        if files::class(&file.path).is_peoples() {
            sum = sum.checked_add(lines).ok_or(Fault::TooManyLines)?;
        }
    }
    Ok(Some(sum))
}

/// Lines added and deleted in all files; `None` where either count is missing.
pub(super) fn total(additions: Option<i64>, deletions: Option<i64>) -> Result<Option<i64>, Fault> {
    match (additions, deletions) {
        (Some(additions), Some(deletions)) => add(&"in all files", additions, deletions).map(Some),
        (Some(lines), None) | (None, Some(lines)) => add(&"in all files", lines, 0).map(|_| None),
        (None, None) => Ok(None),
    }
}

fn add(of: &dyn std::fmt::Display, additions: i64, deletions: i64) -> Result<i64, Fault> {
    match [("added", additions), ("deleted", deletions)].into_iter().find(|(_, lines)| *lines < 0) {
        Some((word, lines)) => Err(Fault::NegativeLines { what: format!("the lines {word} {of}"), lines }),
        None => additions.checked_add(deletions).ok_or(Fault::TooManyLines),
    }
}
