//! What the door holds its callers to: how much they may ask, and which browsers may ask at all.
//! It must not read the settings' files: it is made from settings that were checked.

use std::num::NonZeroU32;

use axum::http::HeaderValue;

use crate::config::Settings;

#[derive(Debug, Clone)]
pub struct Manners {
    /// How many requests a key may send in a second, in the long run.
    pub per_second: NonZeroU32,
    /// How many it may send at once.
    pub burst: NonZeroU32,
    /// How many requests of one institution are answered at the same time.
    pub at_once: usize,
    /// The pages that may call from a browser.
    pub allowed_origins: Vec<HeaderValue>,
    /// Others reach us by https alone.
    pub https: bool,
}

impl Manners {
    /// Half of the connections are left to all the others, whatever one institution asks for; and more of one than there are cores would only
    /// wait for each other, and have the others wait.
    pub fn at_once_of(max_connections: u32) -> usize {
        let half = usize::try_from(max_connections / 2).unwrap_or(usize::MAX);
        let cores = std::thread::available_parallelism().map_or(half, usize::from);
        half.min(cores).max(1)
    }

    pub fn of(settings: &Settings) -> Self {
        let http = &settings.http;
        Self {
            per_second: http.requests_per_second,
            burst: http.request_burst,
            at_once: Self::at_once_of(settings.database.max_connections),
            allowed_origins: http.allowed_origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect(),
            https: http.public_url.as_ref().is_some_and(|url| url.scheme() == "https"),
        }
    }
}
