//! Postgres: one file per table family. The only room that names sqlx.

pub mod accounts;
pub mod api_keys;
pub mod contributions;
pub mod evaluations;
pub mod idempotency;
pub mod institutions;
pub mod local;
pub mod members;
pub mod policies;
pub mod queue;
pub mod repositories;
pub mod scores;
pub mod syncs;
pub mod terms;
