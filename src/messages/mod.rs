//! The sentences that people read, in English and in Chinese, each written once: from a code and its values.
//! It must not decide which code holds, nor format a number in another way than its type does.

use crate::model::score::Reason;

/// A language that sentences are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Chinese,
}

/// The sentence of a reason.
pub fn sentence(_language: Language, reason: &Reason) -> String {
    let values: Vec<String> = reason.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {}", reason.code, values.join(" "))
}
