//! Rows of a table to people: each cell is checked, each mistake told, and then all of them beside one another.
//! It must not repair what it reads: blanks around a cell fall away, nothing else.

use std::{borrow::Cow, collections::HashMap};

use super::{
    Entry, MOST_PEOPLE, Wish,
    columns::{self, Columns},
    decode::Encoding,
    garbled,
    mistake::{Field, Mistakes, Place},
    numbers,
};
use crate::model::{fields, roster::Named};

/// What stands in a cell.
#[derive(Debug, Clone)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    /// What cannot be the text that somebody wrote, and why.
    Bad(String),
}

impl Cell<'_> {
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// The people of a table, row by row.
pub(super) struct People<'a> {
    pub columns: Columns,
    pub entries: Vec<Entry>,
    pub mistakes: Mistakes,
    wish: &'a Wish,
    encoding: Option<Encoding>,
}

impl<'a> People<'a> {
    pub fn new(columns: Columns, wish: &'a Wish, encoding: Option<Encoding>) -> Self {
        Self { columns, entries: Vec::new(), mistakes: Mistakes::default(), wish, encoding }
    }

    /// Takes one row; says whether there is room for another.
    pub fn take(&mut self, place: Place, cells: &[Cell<'_>]) -> bool {
        if cells.iter().all(Cell::is_blank) {
            return true;
        }
        if self.entries.len() == MOST_PEOPLE {
            self.mistakes.add_at(Some(place), Field::File, format!("holds more than {MOST_PEOPLE} people: import it in parts"));
            return false;
        }
        // A quotation mark that is not closed swallows the lines behind it.
        if cells.iter().any(|cell| matches!(cell, Cell::Text(text) if text.contains(['\n', '\r']))) {
            self.mistakes.add(
                place,
                Field::Row,
                "has a line break inside of a cell; in a CSV file that is a quotation mark which is not closed",
            );
            return true;
        }
        if !self.wish.ignore_columns {
            let nameless =
                cells.iter().enumerate().find(|(at, cell)| self.columns.meanings.get(*at).is_none_or(Option::is_none) && !cell.is_blank());
            if let Some((at, _)) = nameless {
                self.mistakes.add(place, Field::Row, format!("has something in column {}, which has no name in the header", at + 1));
            }
        }
        if let Some(named) = self.person(place, cells) {
            self.entries.push(Entry { place, named });
        }
        true
    }

    fn person(&mut self, place: Place, cells: &[Cell<'_>]) -> Option<Named> {
        let encoding = self.encoding;
        let number = self.required(place, cells, Field::Number, check_number);
        let name = self.required(place, cells, Field::Name, |text| check_name(text, encoding));
        let role = self.optional(place, cells, Field::Role, columns::role);
        let unit = self.optional(place, cells, Field::Unit, check_unit);
        let class = self.optional(place, cells, Field::Class, check_unit);
        let github_login = self.optional(place, cells, Field::GithubLogin, |text| fields::github_login(text.to_owned()));
        Some(Named { number: number?, name: name?, role: role?, unit: unit?, class: class?, github_login: github_login? })
    }

    fn required<T>(&mut self, place: Place, cells: &[Cell<'_>], field: Field, check: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match self.optional(place, cells, field, check)? {
            Some(value) => Some(value),
            None => {
                self.mistakes.add(place, field, "must not be empty");
                None
            }
        }
    }

    /// `None`: it is wrong; `Some(None)`: the file does not say it.
    fn optional<T>(
        &mut self,
        place: Place,
        cells: &[Cell<'_>],
        field: Field,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        let at = self.columns.meanings.iter().position(|meaning| *meaning == Some(field));
        let checked = match at.and_then(|at| cells.get(at)) {
            None => return Some(None),
            Some(Cell::Text(text)) => match text.trim() {
                "" => return Some(None),
                text => check(text),
            },
            Some(Cell::Bad(why)) => Err(why.clone()),
        };
        match checked {
            Ok(value) => Some(Some(value)),
            Err(why) => {
                self.mistakes.add(place, field, why);
                None
            }
        }
    }

    /// Everybody, or all that is wrong.
    pub fn finish(mut self) -> Result<(Vec<Entry>, Columns), Mistakes> {
        beside_one_another(&self.entries, self.wish, &mut self.mistakes);
        if self.entries.is_empty() && self.mistakes.is_empty() {
            return Err(Mistakes::one(
                None,
                Field::File,
                "names nobody: write number and name in the first line, and a line for each person",
            ));
        }
        self.mistakes.or((self.entries, self.columns))
    }
}

pub(super) fn check_number(text: &str) -> Result<String, String> {
    let checked = fields::text(text.to_owned(), fields::LABEL)?;
    numbers::why(&checked).map_or(Ok(checked), Err)
}

pub(super) fn check_name(text: &str, encoding: Option<Encoding>) -> Result<String, String> {
    match garbled::why_name(text, encoding) {
        Some(why) => Err(why),
        None => fields::text(text.to_owned(), fields::NAME),
    }
}

pub(super) fn check_unit(text: &str) -> Result<String, String> {
    match garbled::why(text) {
        Some(why) => Err(why),
        None => fields::text(text.to_owned(), fields::NAME),
    }
}

/// What is wrong with people who are each right alone.
pub(super) fn beside_one_another(entries: &[Entry], wish: &Wish, mistakes: &mut Mistakes) {
    repeated(entries, |named| Some(Cow::Borrowed(&*named.number)), Field::Number, mistakes);
    repeated(entries, |named| named.github_login.as_ref().map(|login| Cow::Owned(login.to_lowercase())), Field::GithubLogin, mistakes);
    if !wish.accept_numbers {
        numbers::compare(entries, mistakes);
    }
    let names = entries.iter().map(|entry| &*entry.named.name).filter(|name| !name.is_ascii());
    let (garbled, all) = names.fold((0, 0), |(garbled, all), name| (garbled + usize::from(garbled::before_gbk(name).is_some()), all + 1));
    if garbled * 2 > all {
        let message = "was UTF-8 and somebody read it as GBK: names are ideographs that nobody wrote; export it again as UTF-8";
        mistakes.add_at(None, Field::File, message);
    }
}

fn repeated<'a>(entries: &'a [Entry], of: impl Fn(&'a Named) -> Option<Cow<'a, str>>, field: Field, mistakes: &mut Mistakes) {
    let mut first: HashMap<Cow<'a, str>, Place> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let Some(value) = of(&entry.named) else { continue };
        if let Some(place) = first.get(&value) {
            mistakes.add(entry.place, field, format!("{value} is in {place} already"));
        } else {
            first.insert(value, entry.place);
        }
    }
}
