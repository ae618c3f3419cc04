//! Logs: to standard error, for people or as JSON, filtered as the settings say.
//! It must not write to standard output: that is for results.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
#[error("log.filter is not a filter ({0}): write levels such as info, or warn,accredit=debug")]
pub struct Error(String);

/// Begins to log. The first call in a process holds; later ones change nothing.
pub fn start(log: &Log) -> Result<(), Error> {
    let filter = EnvFilter::builder().parse(&log.filter).map_err(|error| Error(error.to_string()))?;
    let to_stderr = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // An error says that somebody logs already, and that is as good.
    let _ = match log.format {
        LogFormat::Human => to_stderr.with_target(false).try_init(),
        LogFormat::Json => to_stderr.json().flatten_event(true).try_init(),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_with_its_key() {
        let log = Log { filter: "accredit=loud".into(), format: LogFormat::Human };
        assert!(start(&log).unwrap_err().to_string().contains("log.filter"));
    }
}
