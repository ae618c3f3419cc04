//! The one integration binary: real Postgres, the model of GitHub, real HTTP.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands, and clippy knows test functions but not what they call")]

mod support;

mod api;
mod audit;
mod bindings;
mod cli;
mod database;
mod demo;
mod documents;
mod explain;
mod facts;
mod fetching;
mod house_rules;
mod isolation;
mod jobs;
mod linguist;
mod local_cluster;
mod network;
mod private_repositories;
#[cfg(real_repository)]
mod real_repository;
mod rescoring;
mod rule_books;
mod sample;
mod tricks;
mod words;
