//! Between a moment and the next one at which a result is said to change nothing but time passes, and it stays.
//! It must not say when it does change: that is told case by case elsewhere.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::cases;
use crate::scoring::{Context, changes_at, score};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_result_stays_until_the_moment_at_which_it_is_said_to_change(
        bytes in prop::collection::vec(any::<u8>(), 12..60),
        hours in 1..4_000_i64,
    ) {
        let case = cases::case(&bytes);
        let at = |as_of: DateTime<Utc>| {
            let context = Context { as_of, ..case.context.clone() };
            score(&case.policy, &case.subject, &context, &case.contributions)
        };
        let as_of = case.context.as_of;
        let later = as_of + TimeDelta::hours(hours);
        let last = changes_at(&case.policy, &case.subject, &case.context, &case.contributions)
            .map_or(later, |changes| later.min(changes - TimeDelta::nanoseconds(1)));
        prop_assert_eq!(at(as_of), at(last));
    }
}
