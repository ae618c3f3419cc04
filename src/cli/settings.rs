//! `accredit settings`: the manual of the settings.

use super::output;
use crate::config;

pub(super) fn run() -> anyhow::Result<()> {
    output::bytes(config::MANUAL.as_bytes())
}
