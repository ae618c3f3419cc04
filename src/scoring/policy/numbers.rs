//! Reads numbers exactly, from a TOML number's own text or from a decimal in quotes.
//! It must not round: a number with too many places is refused.

use rust_decimal::Decimal;
use toml::de::DeValue;

use super::{MOST_POINTS, reader::Entry};
use crate::model::{credit::Credits, points::Points};

/// Factors, points and credits have no more places than this.
const PLACES: u32 = 3;
/// A contribution's worth may be multiplied by no more, each time.
const MOST_FACTOR: Decimal = Decimal::ONE_HUNDRED;
/// More lines than any pull request that GitHub can show.
pub(super) const MOST_LINES: i64 = 1_000_000_000;
/// Nothing is counted further.
const MOST_AMOUNT: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// No term brings anybody more credits than this.
const MOST_CREDITS: Decimal = Decimal::ONE_THOUSAND;

/// From 0 to `MOST_POINTS`.
pub(super) fn points(entry: &Entry<'_>) -> Option<Points> {
    within(entry, Decimal::ZERO, MOST_POINTS.to_decimal()).and_then(Points::from_decimal)
}

/// Above 0, to `MOST_POINTS`.
pub(super) fn some_points(entry: &Entry<'_>) -> Option<Points> {
    within(entry, Decimal::new(1, PLACES), MOST_POINTS.to_decimal()).and_then(Points::from_decimal)
}

/// A part of a whole: from 0 to 1.
pub(super) fn part(entry: &Entry<'_>) -> Option<Decimal> {
    within(entry, Decimal::ZERO, Decimal::ONE)
}

/// What can be counted: from 0 to `MOST_AMOUNT`.
pub(super) fn amount(entry: &Entry<'_>) -> Option<Decimal> {
    within(entry, Decimal::ZERO, MOST_AMOUNT)
}

/// Above 0, to `MOST_AMOUNT`.
pub(super) fn some_amount(entry: &Entry<'_>) -> Option<Decimal> {
    within(entry, Decimal::new(1, PLACES), MOST_AMOUNT)
}

pub(super) fn factor(entry: &Entry<'_>) -> Option<Decimal> {
    within(entry, Decimal::ZERO, MOST_FACTOR)
}

pub(super) fn credits(entry: &Entry<'_>) -> Option<Credits> {
    within(entry, Decimal::ZERO, MOST_CREDITS).map(Credits::new)
}

/// Above 0.
pub(super) fn some_credits(entry: &Entry<'_>) -> Option<Credits> {
    within(entry, Decimal::new(1, PLACES), MOST_CREDITS).map(Credits::new)
}

/// A whole number from `least` on.
pub(super) fn whole<T: TryFrom<Decimal> + std::fmt::Display + Copy>(entry: &Entry<'_>, least: T, most: T) -> Option<T>
where
    Decimal: From<T>,
{
    let number = exact(entry)?;
    let fits = number.is_integer() && Decimal::from(least) <= number && number <= Decimal::from(most);
    if !fits {
        entry.fault(format!("{number} will not do: write a whole number from {least} to {most}"));
    }
    T::try_from(number).ok().filter(|_| fits)
}

fn within(entry: &Entry<'_>, least: Decimal, most: Decimal) -> Option<Decimal> {
    let number = exact(entry)?.normalize();
    if number < least || number > most {
        entry.fault(format!("{number} will not do: write a number from {least} to {most}"));
    } else if number.scale() > PLACES {
        entry.fault(format!("{number} has more than {PLACES} places: write no more, so that nothing must be rounded"));
    } else {
        return Some(number);
    }
    None
}

fn exact(entry: &Entry<'_>) -> Option<Decimal> {
    let text = match entry.value() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        DeValue::String(text) => text,
        _ => {
            entry.wants("a number such as 12 or 12.5");
            return None;
        }
    };
    let plain = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+'));
    let number = Decimal::from_str_exact(text).ok().filter(|_| plain);
    if number.is_none() {
        entry.fault(format!("`{}` is not a plain number: write one such as 12 or 12.5", text.escape_debug()));
    }
    number
}
