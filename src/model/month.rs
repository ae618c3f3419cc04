//! A month of the calendar, as an institution's zone has it.
//! It must not know what happened in it.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::term::Window;

/// A month, kept as its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(NaiveDate);

impl Month {
    /// The month in which a day lies.
    pub fn of_day(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day)) // every month has a first day
    }

    /// The month in which a moment lies, in `zone`.
    pub fn of(at: DateTime<Utc>, zone: Tz) -> Self {
        Self::of_day(at.with_timezone(&zone).date_naive())
    }

    /// The last month that is over at a moment, in `zone`.
    pub fn over_at(at: DateTime<Utc>, zone: Tz) -> Self {
        Self::of(at, zone).previous()
    }

    /// Every month of which some part lies in the window.
    pub fn overlapping(window: Window, zone: Tz) -> RangeInclusive<Self> {
        Self::of(window.from, zone)..=Self::of(window.until - TimeDelta::microseconds(1), zone)
    }

    pub const fn first_day(self) -> NaiveDate {
        self.0
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(NaiveDate::MIN))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = format!("{text}-01").parse::<NaiveDate>().ok().filter(|_| text.len() == "2025-10".len());
        day.map(Self).ok_or_else(|| format!("`{text}` is not a month: write it as 2025-10"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_reads_back_as_it_is_written_and_nothing_else_is_one() {
        assert_eq!(month("2025-10").to_string(), "2025-10");
        for text in ["2025-13", "2025-1", "2025", "2025-10-01", "", "october"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
        assert_eq!((month("2025-12").next(), month("2026-01").previous()), (month("2026-01"), month("2025-12")));
    }

    #[test]
    fn months_begin_at_midnight_in_the_institutions_zone() {
        let zone = chrono_tz::Asia::Shanghai;
        let (before, after) = ("2025-08-31T15:59:59Z".parse().unwrap(), "2025-08-31T16:00:00Z".parse().unwrap());
        assert_eq!((Month::of(before, zone), Month::of(after, zone)), (month("2025-08"), month("2025-09")));
        assert_eq!((Month::over_at(before, zone), Month::over_at(after, zone)), (month("2025-07"), month("2025-08")));
    }

    #[test]
    fn a_term_overlaps_the_months_of_its_days_and_no_other() {
        let window = Window { from: "2025-08-31T16:00:00Z".parse().unwrap(), until: "2026-01-31T16:00:00Z".parse().unwrap() };
        assert_eq!(Month::overlapping(window, chrono_tz::Asia::Shanghai), month("2025-09")..=month("2026-01"));
    }
}
