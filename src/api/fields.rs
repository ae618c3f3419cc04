//! The list of faults that the checks of `model::fields` find in a request.
//! It must not stop at the first fault: a caller wants to know all of them.

use std::fmt::Display;

use serde::Serialize;

use super::problem::Problem;
pub(super) use crate::model::fields::{LABEL, NAME, REASON, category, github_login, slug, text};

/// More faults than this help nobody.
const MOST_FAULTS: usize = 100;

/// One field that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FieldFault)]
pub struct Fault {
    #[schema(example = "category")]
    pub field: String,
    /// The line of the file, where the body was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[schema(example = "must not be empty")]
    pub message: String,
}

impl Fault {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), line: None, message: message.into() }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    line: Option<u64>,
    found: Vec<Fault>,
}

impl Faults {
    /// What is found from now on is on this line.
    pub fn on_line(&mut self, line: u64) {
        self.line = Some(line);
    }

    pub fn add(&mut self, field: &str, message: impl Display) {
        if self.found.len() < MOST_FAULTS {
            self.found.push(Fault { line: self.line, ..Fault::new(field, message.to_string()) });
        }
    }

    /// The value of a field, or `None` and one more fault.
    pub fn check<T>(&mut self, field: &str, value: Result<T, impl Display>) -> Option<T> {
        value.map_err(|why| self.add(field, why)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn into_problem(self) -> Problem {
        Problem::invalid_fields(self.found)
    }

    pub fn finish(self) -> Result<(), Problem> {
        if self.found.is_empty() { Ok(()) } else { Err(self.into_problem()) }
    }
}
