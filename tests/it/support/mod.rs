//! What the integration tests stand on.

pub mod app;
pub mod cluster;
pub mod database;
pub mod desk;
pub mod fetched;
pub mod program;
pub mod provider;
pub mod proxy;
pub mod real_provider;
pub mod register;
pub mod rest_schema;
pub mod schema;
pub mod university;

pub use app::{Answer, TestApp};
pub use database::TestDatabase;
pub use university::University;
