//! A roster as a table of text: CSV, whatever stands between its columns.
//! It must not stop at the first bad line: whoever wrote the file wants to know all of them.

use std::borrow::Cow;

use super::{
    Entry, Wish,
    columns::Columns,
    decode::Encoding,
    mistake::{Field, Mistakes, Place},
    people::{Cell, People},
    separator::{self, Separator},
};
use crate::model::lines::Lines;

pub(super) struct Read {
    pub entries: Vec<Entry>,
    pub columns: Columns,
    pub separator: Separator,
}

pub(super) fn read(text: &str, encoding: Encoding, wish: &Wish) -> Result<Read, Mistakes> {
    if text.trim().is_empty() {
        return Err(Mistakes::one(None, Field::File, "is empty"));
    }
    if let Some(at) = text.bytes().position(|byte| byte == separator::STAND_IN) {
        let line = Lines::of(text).number(u64::try_from(at).ok());
        return Err(Mistakes::one(Some(Place::Line(line)), Field::File, "holds the control character U+001F"));
    }
    let (separator, table) = separator::detect(text).map_err(|why| Mistakes::one(Some(Place::Line(1)), Field::File, why))?;
    // The lines in front of the table count, too.
    let before: u64 = text[..table.start].matches('\n').map(|_| 1).sum();
    let (delimiter, table) = separator.prepare(&text[table]);
    let mut lines = Lines::of(&table);
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(table.as_bytes());
    let mut record = ::csv::StringRecord::new();
    let mut people: Option<People<'_>> = None;
    while reader.read_record(&mut record).map_err(|why| Mistakes::one(None, Field::File, format!("cannot be read: {why}")))? {
        let at = Place::Line(before + lines.number(record.position().map(::csv::Position::byte)));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(people) = &mut people else {
            let header: Vec<&str> = record.iter().collect();
            people = Some(People::new(Columns::read(&header, at, wish)?, wish, Some(encoding)));
            continue;
        };
        let width = people.columns.meanings.len();
        if record.len() != width {
            people.mistakes.add(at, Field::Row, format!("has {} columns where the header has {width}", record.len()));
            continue;
        }
        let cells: Vec<Cell<'_>> = record.iter().map(|text| Cell::Text(Cow::Borrowed(text))).collect();
        if !people.take(at, &cells) {
            break;
        }
    }
    let people = people.ok_or_else(|| Mistakes::one(None, Field::File, "is empty"))?;
    let (entries, columns) = people.finish()?;
    Ok(Read { entries, columns, separator })
}
