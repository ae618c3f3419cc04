//! `accredit work`: a worker alone.

use super::output;
use crate::{app, config::Settings, shutdown};

pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        let stop = shutdown::signal();
        output::say(format_args!("working, {} jobs at a time", settings.worker.concurrency));
        app::work(settings, db, stop).await
    })
}
