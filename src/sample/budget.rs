//! The points that a token may spend in an hour of the world's clock, on one of the two APIs.
//! It must not refill before the hour is over.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};

const LIMIT: u64 = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    pub remaining: u64,
    reset: DateTime<Utc>,
}

impl Budget {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { remaining: LIMIT, reset: now + TimeDelta::hours(1) }
    }

    /// Takes the points; false where there are not enough left, and then nothing is taken.
    pub fn spend(&mut self, points: u64, now: DateTime<Utc>) -> bool {
        if now >= self.reset {
            *self = Self::new(now);
        }
        match self.remaining.checked_sub(points) {
            Some(left) => {
                self.remaining = left;
                true
            }
            None => {
                self.remaining = 0;
                false
            }
        }
    }

    pub fn write(&self, headers: &mut HeaderMap, resource: &'static str) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(LIMIT));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-used", HeaderValue::from(LIMIT.saturating_sub(self.remaining)));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset.timestamp()));
        headers.insert("x-ratelimit-resource", HeaderValue::from_static(resource));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_refuses_until_the_hour_is_over() {
        let start = DateTime::UNIX_EPOCH;
        let mut budget = Budget::new(start);
        assert!(budget.spend(LIMIT - 1, start));
        assert!(!budget.spend(2, start + TimeDelta::minutes(59)));
        assert!(!budget.spend(1, start + TimeDelta::minutes(59)), "what was too much leaves nothing");
        assert!(budget.spend(2, start + TimeDelta::hours(1)));
        assert_eq!(budget.remaining, LIMIT - 2);
    }
}
