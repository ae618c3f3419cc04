//! What the integration tests stand on.

pub mod cluster;
pub mod database;
pub mod schema;

pub use database::TestDatabase;
