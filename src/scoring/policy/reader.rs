//! Walks a TOML document and remembers where each value stands; whatever is wrong is noted, never thrown.
//! It must not know what a policy is.

use std::cell::RefCell;

use chrono::{Datelike as _, NaiveDate};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
    value::Datetime,
};

use super::{fault::Fault, words};

/// Where faults are noted.
pub(super) struct Sink<'a> {
    text: &'a str,
    found: RefCell<Vec<Fault>>,
}

impl<'a> Sink<'a> {
    pub const fn new(text: &'a str) -> Self {
        Self { text, found: RefCell::new(Vec::new()) }
    }

    /// `at` is the place in bytes.
    pub fn add(&self, at: usize, key: &str, message: impl Into<String>) {
        let line = 1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let message = message.into().replace(['\n', '\r'], " ");
        self.found.borrow_mut().push(Fault { line, key: key.to_owned(), message });
    }

    /// By line; of one line in the order in which they were found.
    pub fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.found.into_inner();
        faults.sort_by_key(|fault| fault.line);
        faults
    }
}

/// A value, where it stands and under which key.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    sink: &'a Sink<'a>,
    key: String,
    at: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Entry<'a> {
    fn new(sink: &'a Sink<'a>, key: String, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { sink, key, at: value.span().start, value: value.get_ref() }
    }

    pub const fn value(&self) -> &'a DeValue<'a> {
        self.value
    }

    pub fn fault(&self, message: impl Into<String>) {
        self.sink.add(self.at, &self.key, message);
    }

    /// Notes that the value is not of the kind that it must be.
    pub fn wants(&self, what: &str) {
        let given = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fault(format!("this is {given}: write {what}"));
    }

    /// A text that is not empty.
    pub fn text(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => self.fault("this is empty: write a text, or leave the key out"),
            DeValue::String(text) => return Some(text),
            _ => self.wants("a text in quotes"),
        }
        None
    }

    pub fn truth(&self) -> Option<bool> {
        let DeValue::Boolean(truth) = self.value else {
            self.wants("true or false");
            return None;
        };
        Some(*truth)
    }

    /// A day without a time, as TOML writes it or in quotes.
    pub fn day(&self) -> Option<NaiveDate> {
        let day = match self.value {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Datetime(Datetime { date: Some(date), time: None, offset: None }) => {
                NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            }
            DeValue::Datetime(_) => {
                self.fault("this is more than a day: write the day alone, such as 2025-10-15");
                return None;
            }
            _ => {
                self.wants("a day such as 2025-10-15");
                return None;
            }
        };
        let sensible = day.filter(|day| (2000..2200).contains(&day.year()));
        if sensible.is_none() {
            self.fault("this is not a day of the years 2000 to 2199: write one such as 2025-10-15");
        }
        sensible
    }

    /// A value inside this one, if this is a table that has it. It notes nothing.
    pub fn inside(&self, name: &str) -> Option<Self> {
        let DeValue::Table(entries) = self.value else { return None };
        entries.get(name).map(|value| Self::new(self.sink, format!("{}.{name}", self.key), value))
    }

    /// The text that this is, if it is one. It notes nothing.
    pub fn as_text(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(list) = self.value else {
            self.wants("a list in square brackets");
            return None;
        };
        Some((1..).zip(list.iter()).map(|(number, value)| Self::new(self.sink, format!("{}[{number}]", self.key), value)).collect())
    }

    /// A table with these keys and no others.
    pub fn table(&self, known: &[&str]) -> Option<Table<'a>> {
        let entries = self.open_table()?;
        let table = Table { sink: self.sink, key: self.key.clone(), at: self.at, entries };
        table.refuse_unknown(known);
        Some(table)
    }

    /// A table whose keys the writer chooses.
    pub fn named_entries(&self) -> Vec<(&'a str, Self)> {
        let Some(entries) = self.open_table() else { return Vec::new() };
        let named = entries.iter().map(|(name, value)| {
            let name: &str = name.get_ref();
            (name, Self::new(self.sink, format!("{}.{name}", self.key), value))
        });
        named.collect()
    }

    fn open_table(&self) -> Option<&'a DeTable<'a>> {
        match self.value {
            DeValue::Table(entries) => Some(entries),
            _ => {
                self.wants("a table");
                None
            }
        }
    }
}

/// A table whose keys are known.
pub(super) struct Table<'a> {
    sink: &'a Sink<'a>,
    /// Empty: the document itself.
    key: String,
    at: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    pub fn document(sink: &'a Sink<'a>, entries: &'a DeTable<'a>) -> Self {
        let table = Self { sink, key: String::new(), at: 0, entries };
        table.refuse_unknown(super::keys::POLICY);
        table
    }

    pub fn get(&self, name: &str) -> Option<Entry<'a>> {
        self.entries.get(name).map(|value| Entry::new(self.sink, self.path(name), value))
    }

    /// The elements of the list of that name, or none. It notes nothing.
    pub fn elements(&self, name: &str) -> Vec<Entry<'a>> {
        let list = self.get(name).filter(|entry| matches!(entry.value, DeValue::Array(_)));
        list.and_then(|entry| entry.list()).unwrap_or_default()
    }

    /// Which of these keys are there.
    pub fn present<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        names.iter().copied().filter(|name| self.entries.contains_key(*name)).collect()
    }

    /// `what` says what to write where the key is missing.
    pub fn require(&self, name: &str, what: &str) -> Option<Entry<'a>> {
        let entry = self.get(name);
        if entry.is_none() {
            self.sink.add(self.at, &self.path(name), format!("this key is missing: write {what}"));
        }
        entry
    }

    /// `None` where the key is there and its value is faulty; `Some(None)` where it is not there.
    pub fn optional<T>(&self, name: &str, read: impl FnOnce(&Entry<'a>) -> Option<T>) -> Option<Option<T>> {
        match self.get(name) {
            Some(entry) => read(&entry).map(Some),
            None => Some(None),
        }
    }

    /// Notes a fault of the table as a whole.
    pub fn fault(&self, message: impl Into<String>) {
        self.sink.add(self.at, &self.key, message);
    }

    fn path(&self, name: &str) -> String {
        if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) }
    }

    fn refuse_unknown(&self, known: &[&str]) {
        for name in self.entries.keys().filter(|name| !known.contains(&name.get_ref().as_ref())) {
            let (at, written): (usize, &str) = (name.span().start, name.get_ref());
            let advice = words::advice(written, known);
            self.sink.add(at, &self.path(written), format!("there is no such key here: {advice}"));
        }
    }
}
