//! Where the time comes from: read once at a door, handed on as a value.
//! Nothing else in the house may read the system's clock; clippy.toml says so.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

/// The system's clock, or one that a test sets.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands still at `now` until it is set.
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(Mutex::new(now)))
    }

    /// The time, in whole microseconds: what Postgres can keep.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        use chrono::SubsecRound as _;
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(at) => *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// Sets a fixed clock; the system's clock is left alone.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Self::Fixed(at) = self {
            *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
        }
    }
}
