//! What the integration tests stand on.

pub mod app;
pub mod cluster;
pub mod database;
pub mod proxy;
pub mod register;

pub use app::{Answer, TestApp};
pub use database::TestDatabase;
