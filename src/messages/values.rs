//! Puts the values of a reason into the language: words of the policy language are said, lists joined, what is empty called `none`.
//! It must not change a number.

use super::{
    Language,
    bundle::{self, Values},
};
use crate::model::{score::Reason, statement::StatementKind};

/// What a message can ask of a value that is not there.
pub(super) const NONE: &str = "none";

/// Values of which a reason of that code has some and lacks others: its message asks which.
pub(super) fn may_lack(code: &str) -> &'static [&'static str] {
    match code {
        "group_factor" | "condition_not_met" | "requirement_not_met" => &["from", "below"],
        "share" => &["rank", "team", "rest"],
        "unvouched_time" => &["days"],
        _ => &[],
    }
}

pub(super) fn of<'a>(language: Language, reason: &'a Reason) -> Values<'a> {
    let mut values: Values<'a> = reason.values.iter().map(|(name, value)| (&**name, said(language, name, value))).collect();
    for name in may_lack(&reason.code) {
        values.entry(name).or_insert_with(|| NONE.to_owned());
    }
    if reason.code.starts_with("cap_") && reason.code != "cap_unit" {
        limit(&reason.code, &mut values);
    }
    values
}

/// What became of an item that a limit cut: `how`.
fn limit(code: &str, values: &mut Values<'_>) {
    let Some(counts) = values.get("counts") else { return };
    let by_items = values.get("items").is_some_and(|items| items != NONE);
    let how = match counts.as_str() {
        "0" if by_items => "number",
        "0" => "nothing",
        _ if code == "cap_item" => "own",
        _ => "rest",
    };
    values.insert("how", how.to_owned());
}

fn said(language: Language, name: &str, value: &str) -> String {
    let items = || value.split(',').filter(|item| !item.is_empty());
    match name {
        _ if value.is_empty() => NONE.to_owned(),
        "kind" => item_kind(language, value, Some("many")),
        "kinds" => list(language, items().map(|item| item_kind(language, item, Some("many")))),
        "state" => state(language, value),
        "states" => either(language, items().map(|item| state(language, item))),
        "names" => either(language, items().map(str::to_owned)),
        "who" => who(language, value),
        "mark" | "measures" | "categories" | "groups" => list(language, items().map(str::to_owned)),
        _ => value.to_owned(),
    }
}

/// A kind of contribution or of statement. One that is in no file stands as it was written.
pub(super) fn item_kind(language: Language, word: &str, form: Option<&str>) -> String {
    let of = if word.parse::<StatementKind>().is_ok() { "statement" } else { "kind" };
    bundle::format(language, &format!("{of}-{word}"), form, &Values::new()).unwrap_or_else(|_| word.to_owned())
}

pub(super) fn state(language: Language, word: &str) -> String {
    bundle::format(language, &format!("state-{word}"), None, &Values::new()).unwrap_or_else(|_| word.to_owned())
}

/// Whose confirmation: an institution can ask for anybody's, so other words are its own.
pub(super) fn who(language: Language, word: &str) -> String {
    bundle::format(language, &format!("who-{word}"), None, &Values::new()).unwrap_or_else(|_| word.to_owned())
}

/// "a, b, c"
pub(super) fn list(language: Language, items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    items.join(&joint(language, "list-separator"))
}

/// "a, b or c"
pub(super) fn either(language: Language, items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{}{}{last}", list(language, items), joint(language, "list-or")),
        last => last.unwrap_or_default(),
    }
}

pub(super) fn joint(language: Language, id: &str) -> String {
    super::text(language, id, &[])
}
