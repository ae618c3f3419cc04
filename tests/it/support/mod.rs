//! What the integration tests stand on.

pub mod cluster;
pub mod database;
pub mod fetched;
pub mod schema;
pub mod university;

pub use database::TestDatabase;
pub use university::University;
