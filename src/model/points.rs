//! Points are whole thousandths: exact to add, to compare and to print.
//! No float comes near them.

use std::{fmt, iter::Sum, ops, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Points in thousandths. Written as a decimal string: `"12.5"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Points(i64);

/// Why a text is not an amount of points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount of points: write a decimal with at most three places, such as 12.5")]
pub struct NotPoints(String);

impl Points {
    pub const ZERO: Self = Self(0);

    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn thousandths(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 3).normalize()
    }

    /// The same amount, exactly; `None` for one with more than three places or that does not fit.
    pub fn from_decimal(amount: Decimal) -> Option<Self> {
        let amount = amount.normalize();
        if amount.scale() > 3 {
            return None;
        }
        amount.checked_mul(Decimal::ONE_THOUSAND)?.to_i64().map(Self)
    }

    /// `self × factor`, rounded half up to a thousandth; `None` when it does not fit.
    pub fn scaled(self, factor: Decimal) -> Option<Self> {
        let exact = Decimal::from(self.0).checked_mul(factor)?;
        exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().map(Self)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(f)
    }
}

impl FromStr for Points {
    type Err = NotPoints;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotPoints(text.to_owned());
        let decimal = Decimal::from_str_exact(text).map_err(|_| refuse())?;
        Self::from_decimal(decimal).ok_or_else(refuse)
    }
}

impl ops::Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl ops::AddAssign for Points {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl ops::Sub for Points {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, ops::Add::add)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_read_back_as_they_were_written() {
        for (text, thousandths) in [("0", 0), ("12.5", 12_500), ("-3", -3_000), ("0.001", 1), ("100", 100_000)] {
            let points: Points = text.parse().unwrap();
            assert_eq!(points.thousandths(), thousandths);
            assert_eq!(points.to_string(), text);
        }
    }

    #[test]
    fn more_than_three_places_is_refused_and_not_rounded() {
        for text in ["0.0001", "1.2345", "", "1e3", "ten", "NaN", "99999999999999999999"] {
            assert!(text.parse::<Points>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_factor_rounds_half_up_to_a_thousandth() {
        let half: Decimal = "0.5".parse().unwrap();
        assert_eq!(Points::from_thousandths(3).scaled(half), Some(Points::from_thousandths(2)));
        assert_eq!(Points::from_thousandths(i64::MAX).scaled(Decimal::TWO), None);
    }
}
