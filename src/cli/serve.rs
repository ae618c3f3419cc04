//! `accredit serve`: the API, and a worker beside it.
//! It must not answer a request: `api/` does.

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::output;
use crate::{app, config::Settings, shutdown};

/// Answers the API, and takes jobs from the queue
///
/// The line `listening on http://…` goes to standard error as soon as connections are accepted.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to listen instead of http.listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: Option<String>,
    /// The API alone: another process runs `accredit work`
    #[arg(long)]
    no_worker: bool,
}

/// A host or an address of this machine, and a port.
pub(super) fn address(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text.to_owned()),
        _ => Err("write HOST:PORT, such as 127.0.0.1:8080; port 0 takes a free one".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    let address = arguments.listen.as_deref().unwrap_or(&settings.http.listen);
    app::with_database(settings, async |db| {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}: choose another address with --listen or http.listen (port 0 takes a free one)")
        })?;
        let local = listener.local_addr()?;
        let stop = shutdown::signal();
        let answering = async {
            output::say(format_args!("listening on http://{local}"));
            app::serve(settings, db.clone(), listener, stop).await
        };
        if arguments.no_worker {
            return answering.await;
        }
        if settings.github.token.is_none() {
            output::say("there is no GitHub token, so nothing can be fetched: set GITHUB_TOKEN");
        }
        app::with_worker(settings, db.clone(), answering).await
    })
}
