//! A model of GitHub: a small world of people and repositories, served over HTTP with GitHub's manners and GitHub's faults.
//! It must not be used by anything but `accredit demo` and the tests, and must not know how we read its answers.
//!
//! `world` and `repository` hold the facts, and `edit` changes them as people do; `generate` and `history` make a world;
//! `graphql` answers questions about it, `patches` gives the text of a change, and `oauth` says whose account it is (`user`); `server` is its HTTP face, `budget` what a token may ask there, `fault` what goes wrong.

mod budget;
mod edit;
mod fault;
mod generate;
mod graphql;
mod history;
mod oauth;
mod patches;
mod repository;
mod server;
mod user;
mod world;

pub use edit::{Edit, Missing};
pub use fault::Fault;
pub use generate::{Recipe, generate};
pub use history::{HistoryError, from_history};
pub use server::{Asked, Server};
pub use world::{
    Closer, Closing, Comment, Commit, GitAuthor, Issue, Lines, Person, PullRequest, Reference, Release, Repository, Review, StateReason,
    World,
};
