//! Numbers that a spreadsheet damaged: by how they look, and beside the others of their file.
//! It must not put one right: which number it was only the university knows.

use std::collections::{HashMap, HashSet};

use super::{
    Entry, garbled,
    mistake::{Field, Mistakes},
};
use crate::model::member::MemberRole;

/// A spreadsheet keeps so many digits of a number.
const KEPT_DIGITS: usize = 15;
/// Numbers of one length are the rule where so many have it,
const RULE_FROM: usize = 10;
/// and so many of ten.
const RULE_OF_TEN: usize = 9;
/// More zeros than these are not lost at once: it is another kind of number.
const MOST_LOST: usize = 3;
const REMEDY: &str = "format the column as text and enter it again";

/// What is wrong with a number as it stands.
pub(super) fn why(number: &str) -> Option<String> {
    let damaged = |how: &str| Some(format!("{number} {how}: {REMEDY}"));
    if number.chars().any(|c| c.is_numeric() && !c.is_ascii_digit() && !garbled::is_han(c)) {
        return Some(format!("{number} has full-width or foreign digits: write 0 to 9"));
    }
    if number.chars().any(char::is_whitespace) {
        return Some(format!("{number} holds white space"));
    }
    if number.starts_with(['=', '\'', '"']) {
        return Some(format!("{number} has the sign of a formula or a quotation mark in front: write the number alone"));
    }
    if is_exponential(number) {
        return damaged("was damaged by a spreadsheet");
    }
    if number.split_once('.').is_some_and(|(whole, places)| digits(whole) && !places.is_empty() && places.bytes().all(|byte| byte == b'0'))
    {
        return damaged("was taken for a decimal");
    }
    if is_grouped(number) {
        return damaged("has its thousands set apart");
    }
    if number.ends_with('日') && number.contains('月') {
        return damaged("was taken for a date");
    }
    garbled::why(number).map(|why| format!("{number} {why}"))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2.02E+11`: what a spreadsheet makes of a long number. `2E11` may be somebody's number.
fn is_exponential(number: &str) -> bool {
    let Some((mantissa, exponent)) = number.split_once(['E', 'e']) else { return false };
    let (whole, places) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let signed = exponent.strip_prefix('+');
    digits(whole) && digits(places) && digits(signed.unwrap_or(exponent)) && (signed.is_some() || whole.len() < mantissa.len())
}

/// `20,230,001`
fn is_grouped(number: &str) -> bool {
    let mut groups = number.split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_some() && digits(first) && first.len() <= 3 && rest.all(|group| digits(group) && group.len() == 3)
}

/// What is wrong with numbers beside the others. Somebody who knows that they are right can say so (`accept_numbers`).
pub(super) fn compare(entries: &[Entry], mistakes: &mut Mistakes) {
    let padded = Padded::of(entries);
    let common = common_lengths(entries);
    let rounded = all_rounded(entries);
    for entry in entries.iter().filter(|entry| digits(&entry.named.number)) {
        let number = &entry.named.number;
        let right = "; where it is right, say so (accept_numbers)";
        if let Some(whole) = padded.whole(number) {
            mistakes.add(
                entry.place,
                Field::Number,
                format!("{number} has lost its leading zeros: others are written as {whole} is{right}"),
            );
        } else if let Some((length, have, of)) = common.get(&entry.named.role).filter(|(length, ..)| {
            // One kind of number, a little too short.
            number.len() < *length && number.len() + MOST_LOST >= *length && !number.starts_with('0')
        }) {
            let message =
                format!("{number} has {} digits where {have} of {of} have {length}: were leading zeros lost?{right}", number.len());
            mistakes.add(entry.place, Field::Number, message);
        } else if rounded && is_rounded(number) {
            let message = format!("{number} ends in zeros behind the {KEPT_DIGITS}th digit, as a spreadsheet leaves it: {REMEDY}{right}");
            mistakes.add(entry.place, Field::Number, message);
        }
    }
}

/// Numbers with zeros in front, by what they begin with.
struct Padded<'a> {
    /// The zeros and the two digits behind them → lengths, and one that is so.
    beginnings: HashMap<(&'a str, usize), &'a str>,
    lengths: HashSet<usize>,
}

impl<'a> Padded<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut padded = Self { beginnings: HashMap::new(), lengths: HashSet::new() };
        for number in entries.iter().map(|entry| &*entry.named.number).filter(|number| digits(number)) {
            let zeros = number.bytes().take_while(|byte| *byte == b'0').count();
            if let (true, Some(beginning)) = (zeros > 0, number.get(..zeros + 2)) {
                padded.beginnings.entry((beginning, number.len())).or_insert(number);
                padded.lengths.insert(number.len());
            }
        }
        padded
    }

    /// A number that this one looks like, once it has zeros in front again.
    fn whole(&self, number: &str) -> Option<&'a str> {
        let begins = number.get(..2).filter(|_| !number.starts_with('0'))?;
        self.lengths.iter().filter(|length| **length > number.len()).find_map(|length| {
            let beginning = format!("{}{begins}", "0".repeat(length - number.len()));
            self.beginnings.get(&(&*beginning, *length)).copied()
        })
    }
}

/// The length that nearly all numbers of a role have, how many have it, and of how many.
fn common_lengths(entries: &[Entry]) -> HashMap<Option<MemberRole>, (usize, usize, usize)> {
    let mut counts: HashMap<Option<MemberRole>, HashMap<usize, usize>> = HashMap::new();
    for entry in entries.iter().filter(|entry| digits(&entry.named.number)) {
        *counts.entry(entry.named.role).or_default().entry(entry.named.number.len()).or_default() += 1;
    }
    let common = counts.into_iter().filter_map(|(role, lengths)| {
        let of: usize = lengths.values().sum();
        let (length, have) = lengths.into_iter().max_by_key(|(_, have)| *have)?;
        (have >= RULE_FROM && have * 10 >= of * RULE_OF_TEN).then_some((role, (length, have, of)))
    });
    common.collect()
}

fn is_rounded(number: &str) -> bool {
    number.get(KEPT_DIGITS..).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte == b'0'))
}

/// Whether every number that is too long for a spreadsheet ends as one would leave it.
fn all_rounded(entries: &[Entry]) -> bool {
    entries
        .iter()
        .map(|entry| &entry.named.number)
        .filter(|number| digits(number) && number.len() > KEPT_DIGITS)
        .all(|number| is_rounded(number))
}
