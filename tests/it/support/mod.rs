//! What the integration tests stand on.

pub mod cluster;
pub mod database;

pub use database::TestDatabase;
