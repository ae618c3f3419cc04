//! Where words go: results to standard output, everything else to standard error.
//! It must not mix the two.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use serde::Serialize;

/// A line of a result.
pub(super) fn result(line: impl Display) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{line}")?)
}

/// A result that is bytes already.
pub(super) fn bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// A result for a script.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    result(serde_json::to_string_pretty(value)?)
}

/// A line for whoever watches. Nobody there is no failure.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// An error with its causes, none of them twice.
pub(super) fn one_line(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| {
        if text.is_empty() {
            cause
        } else if text.contains(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}

/// The value of an argument, or the error that names the argument.
pub(super) fn checked(argument: &str, value: Result<String, String>) -> anyhow::Result<String> {
    value.map_err(|why| anyhow::anyhow!("the {argument} {why}"))
}

/// What is wrong with several options, on one line.
pub(super) fn faults(found: &[(&'static str, String)]) -> String {
    let named = found.iter().map(|(field, why)| format!("--{} {why}", field.replace('_', "-")));
    named.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    #[test]
    fn a_cause_that_was_told_already_is_not_told_again() {
        let error = Err::<(), _>(anyhow::anyhow!("no route")).context("the server is not there: no route").context("sync").unwrap_err();
        assert_eq!(super::one_line(&error), "sync: the server is not there: no route");
    }
}
