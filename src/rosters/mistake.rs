//! What is wrong with a roster, and where.
//! It must not keep more mistakes than anybody reads: the others are counted.

use std::fmt;

/// More than these help nobody.
pub const MOST_TOLD: usize = 100;

/// Of a text that somebody wrote into a file, as much as helps to find it, and nothing that a terminal would obey.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 64;
    let text = text.trim();
    let shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() { shown + "…" } else { shown }
}

/// Where in a file something stands, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Of a text.
    Line(u64),
    /// Of a sheet.
    Row(u64),
    /// Of a JSON array.
    Entry(u64),
    /// Of one of the files of a bundle.
    LineOf(&'static str, u64),
}

impl Place {
    pub const fn number(self) -> u64 {
        match self {
            Self::Line(at) | Self::Row(at) | Self::Entry(at) | Self::LineOf(_, at) => at,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(at) => write!(f, "line {at}"),
            Self::Row(at) => write!(f, "row {at}"),
            Self::Entry(at) => write!(f, "entry {at}"),
            Self::LineOf(file, at) => write!(f, "{file} line {at}"),
        }
    }
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    File,
    Header,
    Row,
    Number,
    Name,
    Role,
    Unit,
    Class,
    GithubLogin,
}

impl Field {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Header => "header",
            Self::Row => "row",
            Self::Number => "number",
            Self::Name => "name",
            Self::Role => "role",
            Self::Unit => "unit",
            Self::Class => "class",
            Self::GithubLogin => "github_login",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    pub place: Option<Place>,
    pub field: Field,
    /// Goes on after the field: `must not be empty`.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(f, "{place}: ")?;
        }
        match self.field {
            Field::File | Field::Row => write!(f, "it {}", self.message),
            field => write!(f, "the {} {}", field.as_str(), self.message),
        }
    }
}

/// All that is wrong with a file: the first of it word by word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mistakes {
    pub told: Vec<Mistake>,
    /// How many there are besides.
    pub more: usize,
}

impl Mistakes {
    pub fn one(place: Option<Place>, field: Field, message: impl Into<String>) -> Self {
        Self { told: vec![Mistake { place, field, message: message.into() }], more: 0 }
    }

    pub(super) fn add(&mut self, place: Place, field: Field, message: impl Into<String>) {
        self.add_at(Some(place), field, message);
    }

    pub(super) fn add_at(&mut self, place: Option<Place>, field: Field, message: impl Into<String>) {
        if self.told.len() < MOST_TOLD {
            self.told.push(Mistake { place, field, message: message.into() });
        } else {
            self.more += 1;
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// `value`, unless something is wrong: what is, in the order of the file.
    pub(super) fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            return Ok(value);
        }
        self.told.sort();
        Err(self)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.told.iter().enumerate() {
            write!(f, "{}{mistake}", if at == 0 { "" } else { "\n  " })?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for Mistakes {}
