//! Waits for work that a worker does, by looking at its row; Ctrl-C ends the waiting, never the row.
//! It must not do the work.

use std::{future::Future, time::Duration};

use tokio::sync::watch;

use crate::shutdown;

/// How often a row is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Whether the process has been told to stop; listens from the moment it is made.
#[derive(Debug, Clone)]
pub(super) struct Stop(watch::Receiver<bool>);

/// The process was told to stop before the work was over.
#[derive(Debug, thiserror::Error)]
#[error("stopped before it was over: what was asked for stays in the queue, and the next worker takes it up")]
pub(super) struct Stopped;

impl Stop {
    pub fn listen() -> Self {
        let (told, stop) = watch::channel(false);
        let signal = shutdown::signal();
        tokio::spawn(async move {
            signal.await;
            // Nobody waits any more: as good.
            let _ = told.send(true);
        });
        Self(stop)
    }

    /// An error once the process has been told to stop.
    pub fn check(&self) -> Result<(), Stopped> {
        if *self.0.borrow() { Err(Stopped) } else { Ok(()) }
    }

    /// Is done once the process has been told to stop.
    pub async fn told(mut self) {
        // Only an error where nobody can tell any more.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// A pause until the next look, or the end.
    async fn pause(&mut self) -> Result<(), Stopped> {
        self.check()?;
        // Only the pause is cut short: a transaction that is cut short may take its connection with it.
        tokio::select! {
            // The listener is never dropped before it has told; if it is, nobody can tell us to stop.
            Ok(_) = self.0.changed() => self.check(),
            () = tokio::time::sleep(POLL) => Ok(()),
        }
    }
}

/// Looks until there is something to see.
pub(super) async fn until<T, F: Future<Output = anyhow::Result<Option<T>>>>(stop: &Stop, mut look: impl FnMut() -> F) -> anyhow::Result<T> {
    let mut stop = stop.clone();
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        stop.pause().await?;
    }
}
