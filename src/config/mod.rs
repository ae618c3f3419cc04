//! config
mod environment;
pub use environment::Environment;
