//! Postgres: one file per table family. The only room that names sqlx.
//! It must not decide anything: it stores and finds what the floors above hand it.

pub mod account_changes;
pub mod account_proofs;
pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod audit_keys;
pub mod awards;
pub mod bindings;
pub mod changes;
pub mod contributions;
mod copy;
pub mod credit_reports;
pub mod directory;
pub mod erasure;
pub mod evaluations;
pub mod holidays;
pub mod idempotency;
pub mod institutions;
pub mod local;
pub mod members;
pub mod network_scores;
pub mod operator_keys;
pub mod policies;
pub mod queue;
pub mod repositories;
pub mod rosters;
pub mod scores;
pub mod sessions;
pub mod sign_in;
pub mod statements;
pub mod syncs;
pub mod term_policies;
pub mod terms;
pub mod units;
pub mod users;
pub mod visibility;

mod error;
mod migrate;
mod naming;
mod options;
mod pool;
mod walls;

pub use error::Error;
pub use migrate::migrate;
pub use options::ConnectOptions;
pub use pool::{APP_ROLE, Db, InstitutionTx, Tx, connect};

pub type Result<T, E = Error> = std::result::Result<T, E>;
