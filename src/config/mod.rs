//! config
mod environment;
mod settings;
pub use environment::Environment;
pub use settings::Settings;
