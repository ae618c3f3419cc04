//! `accredit migrate`: brings the database up to date, as the account of its address.

use super::output;
use crate::{app, config::Settings};

pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    let database = app::migrate(settings)?;
    output::result(format_args!("the database is up to date: {database}"))
}
