//! What the integration tests stand on.

pub mod cluster;
pub mod database;
pub mod program;

pub use database::TestDatabase;
