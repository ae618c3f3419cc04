//! A roster as an XLSX workbook: its sheet `members` or `名单`, otherwise the first one.
//! It must not show a number otherwise than the sheet does: what a cell holds and what it shows can differ, and then nobody knows which is meant.

use std::{borrow::Cow, io::Cursor};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use super::{
    Entry, Wish,
    columns::Columns,
    mistake::{Field, Mistakes, Place},
    people::{Cell, People},
};

const SHEETS: [&str; 2] = ["members", "名单"];
/// Columns further to the right than these hold no roster.
const MOST_COLUMNS: usize = 256;

pub(super) struct Read {
    pub entries: Vec<Entry>,
    pub columns: Columns,
    pub sheet: String,
}

/// The archive has been looked through for its size before.
pub(super) fn read(bytes: &[u8], wish: &Wish) -> Result<Read, Mistakes> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let is_named = |name: &&String| SHEETS.contains(&&*name.trim().to_lowercase());
    let sheet = names.iter().find(is_named).or(names.first()).cloned().ok_or_else(|| refuse("has no sheet"))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let padded: Vec<bool> =
        cells.styles().iter().map(|style| style.number_format.as_ref().is_some_and(|format| is_padded(&format.format_code))).collect();

    let mut table = Table { wish, people: None, row: Vec::new(), at: 0, full: false };
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        if row != table.at {
            table.end_row()?;
            table.at = row;
        }
        if table.full {
            break;
        }
        let is_padded = padded.get(style).copied().unwrap_or_default();
        table.put(usize::try_from(column).unwrap_or(usize::MAX), text_of(cell.get_value(), is_padded))?;
    }
    table.end_row()?;
    let people = table.people.ok_or_else(|| refuse(format!("has nothing on its sheet {sheet}")))?;
    let (entries, columns) = people.finish()?;
    Ok(Read { entries, columns, sheet })
}

/// The rows of a sheet, cell by cell.
struct Table<'a, 'w> {
    wish: &'w Wish,
    /// `None`: the header is still to come.
    people: Option<People<'w>>,
    row: Vec<Cell<'a>>,
    /// Where it is, from 0.
    at: u32,
    full: bool,
}

impl<'a> Table<'a, '_> {
    fn put(&mut self, column: usize, cell: Cell<'a>) -> Result<(), Mistakes> {
        if cell.is_blank() {
            return Ok(());
        }
        if column >= MOST_COLUMNS {
            let message = format!("has something behind the {MOST_COLUMNS}th column");
            return Err(Mistakes::one(Some(self.place()), Field::Row, message));
        }
        if self.row.len() <= column {
            self.row.resize(column + 1, Cell::Text(Cow::Borrowed("")));
        }
        self.row[column] = cell;
        Ok(())
    }

    fn place(&self) -> Place {
        Place::Row(u64::from(self.at) + 1)
    }

    fn end_row(&mut self) -> Result<(), Mistakes> {
        let (place, row) = (self.place(), std::mem::take(&mut self.row));
        if row.is_empty() {
            return Ok(());
        }
        match &mut self.people {
            Some(people) => self.full = !people.take(place, &row),
            None => {
                let header = row.iter().map(|cell| match cell {
                    Cell::Text(text) => Ok(&**text),
                    Cell::Bad(why) => Err(Mistakes::one(Some(place), Field::Header, why.clone())),
                });
                let header: Vec<&str> = header.collect::<Result<_, _>>()?;
                self.people = Some(People::new(Columns::read(&header, place, self.wish)?, self.wish, None));
            }
        }
        self.row = row;
        self.row.clear();
        Ok(())
    }
}

/// What a cell holds, where that is what it shows.
fn text_of<'a>(value: &DataRef<'a>, is_padded: bool) -> Cell<'a> {
    let text = match value {
        DataRef::Empty => "".into(),
        DataRef::SharedString(text) => Cow::Borrowed(*text),
        DataRef::String(text) => text.clone().into(),
        DataRef::Int(number) if !is_padded => number.to_string().into(),
        DataRef::Float(number) if !is_padded && number.fract() == 0.0 && number.abs() < 1e15 => number.to_string().into(),
        DataRef::Int(number) => return shown_otherwise(number),
        DataRef::Float(number) if number.abs() >= 1e15 => {
            return Cell::Bad(format!("{number} is a number, of which a spreadsheet keeps 15 digits: {REMEDY}"));
        }
        DataRef::Float(number) if is_padded => return shown_otherwise(number),
        DataRef::Float(number) => return Cell::Bad(format!("{number} is a number with places: {REMEDY}")),
        DataRef::Bool(truth) => return Cell::Bad(format!("is {truth}, and no text: {REMEDY}")),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => return Cell::Bad(format!("is a date: {REMEDY}")),
        DataRef::Error(error) => return Cell::Bad(format!("holds the error {error}")),
    };
    Cell::Text(text)
}

const REMEDY: &str = "format the column as text and enter it again";

fn shown_otherwise(number: &dyn std::fmt::Display) -> Cell<'static> {
    Cell::Bad(format!("{number} is a number whose format shows it with more than is there, such as leading zeros: {REMEDY}"))
}

/// Whether a number format shows what is not in the cell: zeros in front, or letters.
fn is_padded(format: &str) -> bool {
    let positive = format.split(';').next().unwrap_or_default();
    let whole = positive.split('.').next().unwrap_or_default();
    positive.contains(['"', '\\']) || whole.matches('0').count() > 1
}

fn refuse(why: impl Into<String>) -> Mistakes {
    Mistakes::one(None, Field::File, why)
}

fn broken(why: XlsxError) -> Mistakes {
    refuse(format!("is a workbook that cannot be read: {why}"))
}
