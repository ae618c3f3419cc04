//! How many requests a key or a person may send: so many at once, then so many a second. What comes without a valid key counts for its address.
//! It must not ask the database: a caller that sends too much is to cost nothing.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};
use url::Url;

use super::{auth, manners::Manners, problem::Problem, server::Peer};
use crate::model::clock::Clock;

const LEFT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// With more callers than this, those whose bucket is full again are forgotten.
const MANY_CALLERS: usize = 10_000;

/// Whose bucket it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Caller {
    /// The SHA-256 of a key or of a session's token. Whether there is such a one does not matter here.
    Key([u8; 32]),
    Address(IpAddr),
}

/// The buckets of all callers.
#[derive(Clone)]
pub(super) struct Rate {
    buckets: Arc<RateLimiter<Caller, HashMapStateStore<Caller>, Ticks, StateInformationMiddleware>>,
    ticks: Ticks,
    per_second: NonZeroU32,
    burst: NonZeroU32,
}

impl Rate {
    pub fn new(manners: &Manners, clock: Clock) -> Self {
        let (per_second, burst) = (manners.per_second, manners.burst);
        let ticks = Ticks { clock, started: MonotonicClock.now(), latest: Arc::default() };
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let buckets = RateLimiter::hashmap_with_clock(quota, ticks.clone()).with_middleware::<StateInformationMiddleware>();
        Self { buckets: Arc::new(buckets), ticks, per_second, burst }
    }

    /// Takes one from the caller's bucket and says how many are left in it; or after how many seconds there is one again.
    fn take(&self, caller: &Caller) -> Result<u32, u64> {
        if self.buckets.len() > MANY_CALLERS {
            self.buckets.retain_recent();
        }
        match self.buckets.check_key(caller) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(not_until) => Err(whole_seconds(not_until.wait_time_from(self.ticks.now()))),
        }
    }

    /// Seconds until the bucket is full again.
    fn full_in(&self, left: u32) -> u32 {
        self.burst.get().saturating_sub(left).div_ceil(self.per_second.get())
    }

    fn tell(&self, headers: &mut HeaderMap, left: u32) {
        let policy = format!("\"key\";q={};w={}", self.burst, self.full_in(0));
        let state = format!("\"key\";r={left};t={}", self.full_in(left));
        for (name, value) in [(POLICY, policy), (LEFT, state)] {
            headers.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
        }
    }

    fn refuse(&self, seconds: u64) -> Response {
        let mut response = Problem::too_many(seconds).into_response();
        self.tell(response.headers_mut(), 0);
        response
    }
}

/// Waiting for less is in vain.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// With the address of ours, by which the cookie of a session has its name.
pub(super) async fn hold(State((rate, public_url)): State<(Rate, Url)>, request: Request, next: Next) -> Response {
    let peer = Caller::Address(request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0));
    let key = auth::hash_of_secret(request.headers(), &public_url).map(|hash| Caller::Key(hash.0));
    let left = match rate.take(key.as_ref().unwrap_or(&peer)) {
        Ok(left) => left,
        Err(seconds) => return rate.refuse(seconds),
    };
    let mut response = next.run(request).await;
    // Keys that are tried one after the other have a bucket each; whoever tries them has one for all.
    if key.is_some()
        && response.status() == StatusCode::UNAUTHORIZED
        && let Err(seconds) = rate.take(&peer)
    {
        return rate.refuse(seconds);
    }
    rate.tell(response.headers_mut(), left);
    response
}

/// The time since the start, which no correction of the machine's clock turns back; a test's clock is followed where it is set forward.
#[derive(Debug, Clone)]
struct Ticks {
    clock: Clock,
    started: std::time::Instant,
    /// In nanoseconds: buckets know no way back.
    latest: Arc<AtomicU64>,
}

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now = match &self.clock {
            Clock::System => u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX),
            fixed @ Clock::Fixed(_) => fixed.now().timestamp_nanos_opt().and_then(|nanos| nanos.try_into().ok()).unwrap_or(0),
        };
        Duration::from_nanos(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;

    fn rate(per_second: u32, burst: u32) -> (Rate, Clock) {
        let clock = Clock::fixed("2026-02-01T08:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let number = |n| NonZeroU32::new(n).unwrap();
        let manners =
            Manners { per_second: number(per_second), burst: number(burst), at_once: 1, allowed_origins: Vec::new(), https: false };
        (Rate::new(&manners, clock.clone()), clock)
    }

    #[test]
    fn a_bucket_holds_the_burst_and_fills_at_the_rate() {
        let (rate, clock) = rate(2, 3);
        let caller = Caller::Key([1; 32]);
        let take = |times: usize| (0..times).map(|_| rate.take(&caller)).collect::<Vec<_>>();
        assert_eq!(take(4), [Ok(2), Ok(1), Ok(0), Err(1)]);
        let start = clock.now();
        clock.set(start + TimeDelta::milliseconds(499));
        assert_eq!(take(1), [Err(1)]);
        clock.set(start + TimeDelta::milliseconds(500));
        assert_eq!(take(2), [Ok(0), Err(1)]);
        clock.set(start + TimeDelta::seconds(60));
        assert_eq!(take(4), [Ok(2), Ok(1), Ok(0), Err(1)], "more than the burst is never saved up");
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let (rate, clock) = rate(1, 2);
        let caller = Caller::Key([1; 32]);
        assert_eq!(rate.take(&caller), Ok(1));
        clock.set(clock.now() - TimeDelta::hours(1));
        assert_eq!((rate.take(&caller), rate.take(&caller)), (Ok(0), Err(1)));
    }

    #[test]
    fn every_key_and_every_address_has_a_bucket_of_its_own() {
        let (rate, _) = rate(1, 1);
        let callers =
            [Caller::Key([1; 32]), Caller::Key([2; 32]), Caller::Address([10, 0, 0, 1].into()), Caller::Address([10, 0, 0, 2].into())];
        for caller in &callers {
            assert_eq!((rate.take(caller), rate.take(caller)), (Ok(0), Err(1)));
        }
    }

    #[test]
    fn callers_whose_bucket_is_full_again_are_forgotten() {
        let (rate, clock) = rate(1, 1);
        for n in 0..=MANY_CALLERS {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&n.to_le_bytes());
            assert_eq!(rate.take(&Caller::Key(key)), Ok(0));
        }
        clock.set(clock.now() + TimeDelta::seconds(10));
        assert_eq!(rate.take(&Caller::Key([9; 32])), Ok(0));
        assert_eq!(rate.buckets.len(), 1);
    }
}
