//! Reads a policy's text and refuses what cannot be meant.
use crate::model::{points::Points, policy::Policy};

pub(super) const MOST_POINTS: Points = Points::from_thousandths(1_000_000_000);

#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct Errors;

pub fn parse(_file: &str, _text: &str) -> Result<Policy, Errors> {
    Err(Errors)
}
