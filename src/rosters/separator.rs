//! Finds out what stands between the columns of a text, by its header.
//! It must not choose between two that could be.

use std::{borrow::Cow, ops::Range};

use super::{
    columns,
    mistake::{Field, shown},
};

/// Stands for a full-width comma where the CSV reader looks for one byte. No text holds one: `csv` sees to it.
pub(super) const STAND_IN: u8 = 0x1f;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Comma,
    Semicolon,
    Tab,
    WideComma,
}

impl Separator {
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::WideComma];

    pub const fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
            Self::WideComma => '，',
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Semicolon => ";",
            Self::Tab => "tab",
            Self::WideComma => "，",
        }
    }

    /// The byte that the CSV reader is to split at, and the text in which it does.
    pub fn prepare(self, text: &str) -> (u8, Cow<'_, str>) {
        match self {
            Self::Comma => (b',', Cow::Borrowed(text)),
            Self::Semicolon => (b';', Cow::Borrowed(text)),
            Self::Tab => (b'\t', Cow::Borrowed(text)),
            Self::WideComma => (STAND_IN, Cow::Owned(stand_in(text))),
        }
    }
}

/// The separator, and where the table begins: behind a first line `sep=;`, which some spreadsheets write.
pub(super) fn detect(text: &str) -> Result<(Separator, Range<usize>), String> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(said) = first.trim_start().strip_prefix("sep=") {
        let said = said.trim_end_matches(' ');
        let separator = Separator::ALL.into_iter().find(|one| said.chars().eq([one.char()]));
        let separator = separator.ok_or_else(|| format!("says {}, and a separator is one of , ; tab and ，", shown(first)))?;
        let ends = text.find(first).unwrap_or_default() + first.len();
        return Ok((separator, ends..text.len()));
    }
    let header = header_of(text);
    let knows = |separator: &Separator| {
        let cells = cells(header, *separator);
        [Field::Number, Field::Name].iter().all(|field| cells.iter().any(|cell| columns::meaning(cell) == Some(*field)))
    };
    let there: Vec<Separator> = Separator::ALL.into_iter().filter(|one| cells(header, *one).len() > 1).collect();
    let known: Vec<Separator> = there.iter().copied().filter(knows).collect();
    match (&*known, &*there) {
        ([one], _) | ([], [one]) => Ok((*one, 0..text.len())),
        ([], []) => Err("has one column only: put , ; a tab or ， between number and name".to_owned()),
        _ => {
            let them: Vec<&str> = there.iter().map(|one| one.as_str()).collect();
            Err(format!("may be split at {}: use one of them, and put what holds another in quotation marks", them.join(" or at ")))
        }
    }
}

/// The first record that is not blank, with line ends inside of quotation marks.
fn header_of(text: &str) -> &str {
    let text = text.trim_start_matches(['\r', '\n', ' ', '\t', '\u{3000}']);
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '"';
        !quoted && matches!(c, '\r' | '\n')
    });
    &text[..end.unwrap_or(text.len())]
}

fn cells(record: &str, separator: Separator) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in record.chars() {
        quoted ^= c == '"';
        if c == separator.char() && !quoted {
            cells.push(String::new());
        } else if let (Some(cell), true) = (cells.last_mut(), c != '"') {
            cell.push(c);
        }
    }
    cells
}

/// The text with a stand-in for each full-width comma that separates, and none inside of quotation marks. It reads quotation marks as the
/// CSV reader does: only at the beginning of a cell do they open.
fn stand_in(text: &str) -> String {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        /// Behind a quotation mark inside of quotation marks: it closed, or it is one of two.
        Quote,
    }
    let mut at = At::Start;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let separates = c == Separator::WideComma.char() && at != At::Quoted;
        at = match (at, c) {
            (At::Start, '"') => At::Quoted,
            (At::Quoted, '"') => At::Quote,
            (At::Quote, '"') | (At::Quoted, _) => At::Quoted,
            (_, '\r' | '\n') => At::Start,
            _ if separates => At::Start,
            _ => At::Plain,
        };
        out.push(if separates { char::from(STAND_IN) } else { c });
    }
    out
}
