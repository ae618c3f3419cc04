//! Being told to stop: Ctrl-C, or SIGTERM from whoever runs us.
//! It must not stop anything: whoever waits for the signal does.

use tokio::signal::unix::{SignalKind, signal as listen};

/// Is done when the process is told to stop. From this call on (not only from the first poll on), the signals no longer end the process by
/// themselves. Call it inside a runtime.
pub fn signal() -> impl Future<Output = ()> + Send + 'static {
    let (interrupt, terminate) = (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    async {
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => tracing::info!("stopping: Ctrl-C"),
                    _ = terminate.recv() => tracing::info!("stopping: SIGTERM"),
                }
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "signals cannot be listened for: they end the process at once");
                std::future::pending().await
            }
        }
    }
}
