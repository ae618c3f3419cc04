//! Reads a policy's text and refuses what cannot be meant.
use crate::model::points::Points;

pub(super) const MOST_POINTS: Points = Points::from_thousandths(1_000_000_000);
