//! The sentences that people read, in English and in Chinese, each written once in a message file: from a code and its values.
//! It must not decide which code holds, nor format a number in another way than its type does.

mod bundle;
mod policy;
mod values;

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

pub use policy::explain;

use crate::model::{policy::ItemKind, score::Reason};

/// A language that sentences are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    pub const ALL: &[Self] = &[Self::English, Self::Chinese];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            _ => Err(format!("`{text}` is not a language that there are sentences in: use en or zh")),
        }
    }
}

/// The sentence of a reason. One that this version has no message for, or that lacks a value, is shown as its code and values.
pub fn sentence(language: Language, reason: &Reason) -> String {
    checked(language, reason).unwrap_or_else(|_| {
        let values = reason.values.iter().map(|(name, value)| format!(" {name}={value}"));
        std::iter::once(reason.code.to_string()).chain(values).collect()
    })
}

/// The sentence of a reason, or what is missing: no message of that code, or no value that the message names.
pub fn checked(language: Language, reason: &Reason) -> Result<String, String> {
    if let Some(sentence) = reason.values.get(Reason::SENTENCE) {
        return Ok(sentence.to_string());
    }
    bundle::format(language, &reason.code, None, &values::of(language, reason))
}

/// What stands in `credits_reason`: the JSON of a reason, or the sentence itself where an earlier version stored it.
pub fn kept(language: Language, text: &str) -> String {
    serde_json::from_str::<Reason>(text).map_or_else(|_| text.to_owned(), |reason| sentence(language, &reason))
}

/// A text that is no reason: a heading, a label, a sentence about a file.
pub fn text(language: Language, id: &str, values: &[(&'static str, String)]) -> String {
    let values = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    bundle::format(language, id, None, &values).unwrap_or_else(|missing| missing)
}

/// What one item of a kind is called.
pub fn kind(language: Language, kind: ItemKind) -> String {
    values::item_kind(language, kind.as_str(), None)
}

/// What a word of a line's answer says.
pub fn answer(language: Language, answer: crate::model::score::Answer) -> String {
    text(language, &format!("answer-{answer}"), &[])
}
