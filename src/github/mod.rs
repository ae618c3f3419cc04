//! Fetches a repository's facts from GitHub, a whole page at a time, each fact with the JSON that it was read from.
//! It must not store, judge or guess: what GitHub did not say is absent, and what it should have said and did not is an error.
//!
//! One GraphQL document family to a `.graphql` file, and a Rust file beside it that turns its answer into `model::github` values;
//! nothing of the wire goes further. Only the text of a change comes by REST (`patches`). Nothing here sleeps or tries again: an error says when that makes sense.

mod accounts;
mod answer;
mod changes;
mod client;
mod comments;
mod commits;
mod error;
mod issues;
mod lists;
mod patches;
mod pull_requests;
mod releases;
mod repository;
mod reviews;
mod sweep;
mod walk;
mod wire;

pub use changes::Changes;
pub use client::Client;
pub use error::{Error, Request, Retry};
pub use repository::{Snapshot, Totals};
