//! What the integration tests stand on.

pub mod cluster;
pub mod database;
pub mod fetched;
pub mod program;
pub mod schema;

pub use database::TestDatabase;
