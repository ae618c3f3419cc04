//! Draws that a seed decides.
//! It must not draw from anything else, nor in an order that could change between two runs.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// 0 up to, not including, `end`; 0 where there is nothing to draw.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// Both ends can be drawn.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        if most <= least { least } else { self.0.random_range(least..=most) }
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len());
        from.get(at)
    }

    pub fn word<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.pick(from).copied().unwrap_or_default()
    }

    /// One of them, each as often as its weight says.
    pub fn weighed<'a, T>(&mut self, from: &'a [(T, usize)]) -> Option<&'a T> {
        let mut left = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (item, weight) in from {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return Some(item),
            }
        }
        None
    }
}
