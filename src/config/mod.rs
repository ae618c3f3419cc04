//! Settings and surroundings: default.toml, overruled by a file, overruled by the environment.
//! It must not let a secret into a message, and is the only room that reads the environment.

mod environment;
mod error;
mod keys;
mod layers;
mod settings;

pub use environment::{Environment, Variables};
pub use error::{Error, Origin};
pub use settings::{Database, GitHub, Http, Log, LogFormat, Secrets, Settings, SignInSettings, WorkerSettings};

/// Every key with its default and what it means.
pub const MANUAL: &str = include_str!("../../config/default.toml");
