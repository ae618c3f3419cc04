//! Reads words of closed lists, and finds the one that was probably meant.
//! It must not take a word for another: a likely one is named, never assumed.

use std::fmt::Display;

use super::reader::Entry;

/// The words that a list may hold, as the entries of a TOML list; each at most once. `None` where one of them is not among them.
pub(super) fn list<'a, T: PartialEq>(entry: &Entry<'a>, read: impl Fn(&Entry<'a>) -> Option<T>) -> Option<Vec<T>> {
    let mut words = Vec::new();
    let mut whole = true;
    for element in entry.list()? {
        match read(&element) {
            Some(word) if words.contains(&word) => {
                element.fault("this stands in the list already: write it once");
                whole = false;
            }
            Some(word) => words.push(word),
            None => whole = false,
        }
    }
    whole.then_some(words)
}

/// The same, of a list in which something must stand: `empty` says what an empty one would mean.
pub(super) fn some_list<'a, T: PartialEq>(entry: &Entry<'a>, empty: &str, read: impl Fn(&Entry<'a>) -> Option<T>) -> Option<Vec<T>> {
    let words = list(entry, read)?;
    if words.is_empty() {
        entry.fault(format!("this list is empty, which would mean {empty}: leave the key out, or write what is meant"));
    }
    Some(words)
}

/// A name that the institution chooses, `of` something.
pub(super) fn name(entry: &Entry<'_>, of: &str) -> Option<String> {
    let text = entry.text()?;
    if !is_name(text) {
        entry.fault(format!("`{}` cannot name {of}: write {NAME}", text.escape_debug()));
    }
    Some(text.to_owned())
}

/// One of `allowed`. `what` says what it is a word for: "a kind of contribution".
pub(super) fn one_of<T: Copy + Display>(entry: &Entry<'_>, what: &str, allowed: &[T]) -> Option<T> {
    let text = entry.text()?;
    let found = allowed.iter().copied().find(|word| word.to_string() == text);
    if found.is_none() {
        let names: Vec<String> = allowed.iter().map(T::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        entry.fault(format!("`{}` is not {what}: {}", text.escape_debug(), advice(text, &names)));
    }
    found
}

/// What to write instead: the nearest word, where one is near, and all of them.
pub(super) fn advice(written: &str, allowed: &[&str]) -> String {
    let nearest = allowed.iter().map(|word| (distance(written, word), *word)).min().filter(|(far, word)| *far * 3 <= word.len());
    match nearest {
        Some((_, word)) => format!("did you mean `{word}`? There are {}", allowed.join(", ")),
        None if allowed.is_empty() => "there is none to write".to_owned(),
        None => format!("write one of {}", allowed.join(", ")),
    }
}

/// How many letters must be put in, taken out or changed to make one word the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// `a` or `an`, and the word.
pub(super) fn a(word: impl Display) -> String {
    let word = word.to_string();
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

/// A name that an institution chooses: of a category, a rule, a role.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_'))
}

/// How a name must look.
pub(super) const NAME: &str = "at most 40 small letters, digits, - and _, the first a letter";
