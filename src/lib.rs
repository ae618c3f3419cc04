//! Accredit turns open-source contributions into academic credit that a university can defend.
//!
//! The house and who may import whom: `docs/ARCHITECTURE.md`. `tests/it/house_rules.rs` holds the code to it.

pub mod api;
pub mod app;
pub mod audit;
pub mod awards;
pub mod cli;
pub mod config;
pub mod contributions;
pub mod credits;
pub mod db;
pub mod decisions;
pub mod enrolment;
pub mod github;
pub mod identity;
pub mod jobs;
pub mod messages;
pub mod model;
pub mod network;
pub mod notary;
pub mod reports;
pub mod rosters;
pub mod sample;
pub mod scoring;
pub mod shutdown;
pub mod telemetry;
