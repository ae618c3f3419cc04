//! Days that count: working days with an institution's holidays, and calendar days, from one moment to the end of a day.
//! It must not know a holiday by itself: an institution says which there are.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use crate::model::{award::Holiday, policy::Days, term::start_of_day};

/// The days of an institution.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Tz,
    /// Whether people work, where the day of the week does not say it.
    exceptions: BTreeMap<NaiveDate, bool>,
}

impl Calendar {
    pub fn new(zone: Tz, holidays: &[Holiday]) -> Self {
        Self { zone, exceptions: holidays.iter().map(|holiday| (holiday.day, holiday.working)).collect() }
    }

    pub fn is_working(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.exceptions.get(&day).copied().unwrap_or(!weekend)
    }

    /// When so many whole days are over, counted from the day after `from`. None are over at once.
    pub fn after(&self, from: DateTime<Utc>, days: u32, which: Days) -> DateTime<Utc> {
        if days == 0 {
            return from;
        }
        let mut day = from.with_timezone(&self.zone).date_naive();
        let mut left = days;
        while left > 0 {
            let Some(next) = day.succ_opt() else { break };
            day = next;
            left -= u32::from(which == Days::Calendar || self.is_working(day));
        }
        start_of_day(day.succ_opt().unwrap_or(day), self.zone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn holiday(day: &str, working: bool) -> Holiday {
        Holiday { day: day.parse().unwrap(), working, name: None }
    }

    #[rstest]
    #[case::a_friday_and_a_weekend("2026-03-06T08:00:00Z", 1, Days::Working, "2026-03-09T16:00:00Z")]
    #[case::the_day_itself_does_not_count("2026-03-02T00:30:00Z", 5, Days::Working, "2026-03-09T16:00:00Z")]
    #[case::late_in_utc_is_the_next_day_there("2026-03-02T17:00:00Z", 1, Days::Working, "2026-03-04T16:00:00Z")]
    #[case::over_holidays_and_a_working_saturday("2026-02-13T04:00:00Z", 2, Days::Working, "2026-02-18T16:00:00Z")]
    #[case::calendar_days("2026-03-06T08:00:00Z", 2, Days::Calendar, "2026-03-08T16:00:00Z")]
    #[case::none("2026-03-06T08:00:00Z", 0, Days::Working, "2026-03-06T08:00:00Z")]
    fn days_end_at_midnight_there(#[case] from: &str, #[case] days: u32, #[case] which: Days, #[case] until: &str) {
        // An invented Monday and Tuesday off, and a Saturday on which people work.
        let calendar = Calendar::new(ZONE, &[holiday("2026-02-14", true), holiday("2026-02-16", false), holiday("2026-02-17", false)]);
        assert_eq!(calendar.after(from.parse().unwrap(), days, which), until.parse::<DateTime<Utc>>().unwrap());
    }

    proptest! {
        #[test]
        fn a_notice_is_never_shorter_than_its_working_days(
            hours in 0_i64..20_000, days in 1_u32..60, off in prop::collection::btree_map(0_i64..900, any::<bool>(), 0..60)
        ) {
            let first: NaiveDate = "2025-01-01".parse().unwrap();
            let holidays: Vec<Holiday> = off
                .into_iter()
                .map(|(n, working)| Holiday { day: first + chrono::TimeDelta::days(n), working, name: None })
                .collect();
            let calendar = Calendar::new(ZONE, &holidays);
            let from = start_of_day(first, ZONE) + chrono::TimeDelta::hours(hours);
            let until = calendar.after(from, days, Days::Working);
            // Whole days between: after the day of `from`, before the midnight that ends it.
            let begun = from.with_timezone(&ZONE).date_naive();
            let ended = until.with_timezone(&ZONE).date_naive();
            let counted = begun.iter_days().skip(1).take_while(|day| *day < ended).filter(|day| calendar.is_working(*day)).count();
            prop_assert_eq!(counted, days as usize);
            prop_assert!(calendar.is_working(ended.pred_opt().unwrap()), "it ends with a working day");
            prop_assert!(until - from >= chrono::TimeDelta::days(i64::from(days)));
        }
    }
}
