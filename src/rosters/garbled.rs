//! Text that was decoded wrongly before it came here: it looks like text, and is nobody's name.
//! It must not mend it: who exported the file can export it again.

use encoding_rs::{Encoding, GB18030, WINDOWS_1252};

use super::decode;

/// What is wrong with a text that no person wrote so.
pub(super) fn why(text: &str) -> Option<String> {
    if text.contains('\u{fffd}') {
        return Some("holds \u{fffd}, where an export lost a character".to_owned());
    }
    if let Some(c) = text.chars().find(|c| is_invisible(*c)) {
        return Some(format!("holds the invisible character U+{:04X}", u32::from(c)));
    }
    let meant = as_utf8(text, WINDOWS_1252)?;
    Some(format!("is UTF-8 that was read as Latin-1 (it was {meant}): export it again"))
}

/// What stands in a name only where something was lost.
pub(super) fn why_name(name: &str, encoding: Option<decode::Encoding>) -> Option<String> {
    if name.contains('?') {
        return Some("holds a question mark, where an export lost a character".to_owned());
    }
    // Latin-1 reads as GB18030 in many places: an accented letter and the one behind it become an ideograph in the middle of a word.
    let in_a_word = || {
        name.chars()
            .zip(name.chars().skip(1))
            .zip(name.chars().skip(2))
            .any(|((a, b), c)| a.is_ascii_alphabetic() && is_han(b) && c.is_ascii_lowercase())
    };
    if encoding == Some(decode::Encoding::Gb18030) && in_a_word() {
        return Some("has an ideograph inside of a word: the file is not GB18030; save it as UTF-8".to_owned());
    }
    why(name)
}

/// The text as it was before somebody read UTF-8 as GBK. One text alone can be so by chance: ask for more than one.
pub(super) fn before_gbk(text: &str) -> Option<String> {
    as_utf8(text, GB18030)
        .filter(|meant| meant.chars().all(|c| c.is_ascii() || is_han(c)) && meant.chars().filter(|c| is_han(*c)).count() >= 2)
}

/// The header as it was before somebody read it wrongly.
pub(super) fn before(text: &str) -> Option<String> {
    as_utf8(text, WINDOWS_1252).or_else(|| before_gbk(text))
}

/// What the bytes of a text in `read_as` say in UTF-8, where they do.
fn as_utf8(text: &str, read_as: &'static Encoding) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, lossy) = read_as.encode(text);
    if lossy { None } else { String::from_utf8(bytes.into_owned()).ok() }
}

pub(super) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What takes no room and turns the direction of nothing that it should. Joiners stay: some scripts write names with them.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
