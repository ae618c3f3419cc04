//! OpenID Connect: leads somebody to their institution's provider, and reads who the provider says that it is. And GitHub's OAuth: whose
//! account it is.
//! It must not decide who gets in, nor let a code, a token or a secret into an error or a log.

mod book;
mod claims;
mod client;
mod error;
pub mod github;
mod transport;

pub use client::{Begun, Client};
pub use error::Error;
