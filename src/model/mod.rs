//! The words that every room shares: ids, values and facts.
//! It must not import anything of ours, do I/O, or read a clock or the environment.

pub mod account;
pub mod actor;
pub mod api_key;
pub mod audit;
pub mod award;
pub mod clock;
pub mod contribution;
pub mod credit;
pub mod credit_report;
pub mod difference;
pub mod fields;
pub mod github;
pub mod ids;
pub mod institution;
pub mod job;
pub mod lines;
pub mod member;
pub mod member_score;
pub mod month;
pub mod network;
pub mod page;
pub mod points;
pub mod policy;
pub mod repository;
pub mod roster;
pub mod score;
pub mod sealing;
pub mod sign_in;
pub mod statement;
pub mod term;
pub mod term_policy;
pub mod token;
pub mod traces;
pub mod user;
pub mod work;
