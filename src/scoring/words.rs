//! Puts what came of a contribution into words.
use super::{Context, Outcome};
use crate::model::score::Line;

pub(super) fn line(_context: &Context, outcome: &Outcome<'_>) -> Line {
    let _ = (outcome.contribution, outcome.points, &outcome.binding);
    unreachable!("not written yet")
}
