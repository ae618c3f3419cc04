//! A term: whole days in the institution's zone.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::TermId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub id: TermId,
    /// Such as `2025-2026-1`.
    pub code: String,
    pub name: String,
    pub starts_on: NaiveDate,
    /// The last day that belongs to the term.
    pub ends_on: NaiveDate,
}

/// A half-open span of time: `from` belongs to it, `until` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Window {
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

impl Term {
    /// The term's span: from the first midnight of `starts_on` to the midnight after `ends_on`, in `zone`.
    pub fn window(&self, zone: Tz) -> Window {
        let after = self.ends_on.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        Window { from: start_of_day(self.starts_on, zone), until: start_of_day(after, zone) }
    }
}

/// How long after its last day a term's results are kept up to date with what is fetched and stated.
const DAYS_AFTER_TERM: u64 = 60;

/// A term that ended before this day is left alone.
pub fn still_current_since(now: DateTime<Utc>) -> NaiveDate {
    now.date_naive().checked_sub_days(Days::new(DAYS_AFTER_TERM)).unwrap_or(NaiveDate::MIN)
}

/// Outside of these a year is a slip of the finger.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;
/// Two years and a leap day: a longer term is a slip of the finger.
const MOST_DAYS: i64 = 2 * 365 + 1;

/// What is wrong with the days of a term: which field, and why.
pub fn faults_of_days(starts_on: NaiveDate, ends_on: NaiveDate) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    for (field, day) in [("starts_on", starts_on), ("ends_on", ends_on)] {
        if !YEARS.contains(&day.year()) {
            faults.push((field, format!("must be in the years {} to {}", YEARS.start(), YEARS.end())));
        }
    }
    let days = (ends_on - starts_on).num_days();
    if days < 0 {
        faults.push(("ends_on", "must not be before starts_on".to_owned()));
    } else if days > MOST_DAYS {
        faults.push(("ends_on", "must be at most two years after starts_on".to_owned()));
    }
    faults
}

/// The first moment of `day` in `zone`; where clocks skip midnight, the first moment after the gap.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=24 * 4)
        .find_map(|quarters| zone.from_local_datetime(&(midnight + chrono::TimeDelta::minutes(15 * quarters))).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(starts_on: &str, ends_on: &str) -> Term {
        Term {
            id: TermId(uuid::Uuid::nil()),
            code: "t".into(),
            name: "t".into(),
            starts_on: starts_on.parse().unwrap(),
            ends_on: ends_on.parse().unwrap(),
        }
    }

    #[test]
    fn a_term_holds_its_whole_last_day_in_the_institutions_zone() {
        let window = term("2025-09-01", "2026-01-31").window(chrono_tz::Asia::Shanghai);
        assert_eq!(window.from.to_rfc3339(), "2025-08-31T16:00:00+00:00");
        assert_eq!(window.until.to_rfc3339(), "2026-01-31T16:00:00+00:00");
        assert!(window.contains(window.from) && !window.contains(window.until));
    }

    #[test]
    fn a_day_whose_midnight_does_not_exist_begins_after_the_gap() {
        // In Havana clocks went from 00:00 to 01:00 on 2024-03-10.
        let window = term("2024-03-10", "2024-03-10").window(chrono_tz::America::Havana);
        assert_eq!(window.from.to_rfc3339(), "2024-03-10T05:00:00+00:00");
        assert_eq!(window.until.to_rfc3339(), "2024-03-11T04:00:00+00:00");
    }
}
