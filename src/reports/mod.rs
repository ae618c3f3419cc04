//! Reports: one renderer for each format, over the same rows.
//! They must not compute: every number comes from the rows as it was stored.

mod csv;
mod json;
mod line;
mod working;

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

pub use line::{LineView, ReasonView};
pub use working::Working;

use crate::model::credit_report::{CreditReport, CreditRow};

/// What a report can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub const ALL: &[Self] = &[Self::Csv, Self::Json];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|f| f.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a format of this report: use csv or json"))
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the report could not be written as {format}: {why}")]
pub struct Error {
    format: Format,
    why: String,
}

/// Writes the report in a format.
pub fn render(report: &CreditReport, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Csv => csv::render(report).map_err(|e| Error { format, why: e.to_string() }),
        Format::Json => json::render(report).map_err(|e| Error { format, why: e.to_string() }),
    }
}

/// A moment as every report writes it: RFC 3339, UTC, whole seconds.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
