//! What can be wrong with settings: which key, where it was written, what to write instead.
//! It must not repeat a value: it may be a secret.

use std::{fmt, path::PathBuf};

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf),
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the built-in default.toml"),
            Self::File(path) => write!(f, "the settings file {}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{origin} sets `{key}`, which is no setting: did you mean `{nearest}`? `accredit settings` lists them all")]
    UnknownKey { key: String, origin: Origin, nearest: &'static str },
    #[error("{origin} sets `{key}` to something that it cannot be: {why}")]
    BadValue { key: &'static str, origin: Origin, why: String },
    #[error("the settings file {} cannot be read ({why}): correct --config or ACCREDIT_CONFIG", path.display())]
    Unreadable { path: PathBuf, why: String },
    #[error("{origin} is not TOML, line {line}: {why}")]
    NotToml { origin: Origin, line: usize, why: String },
}
