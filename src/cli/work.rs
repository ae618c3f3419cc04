//! `accredit work`: a worker alone.

use super::output;
use crate::{app, config::Settings};

pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        output::say(format_args!("working, {} jobs at a time", settings.worker.concurrency));
        app::work(settings, db).await
    })
}
