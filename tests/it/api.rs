//! The HTTP door as its callers know it: shapes, refusals, pages, conditions, and who may do what.

mod awards;
mod conditions;
mod difference;
mod journey;
mod manners;
mod refusals;
mod rights;
mod rosters;
mod rotations;
mod shapes;
mod sign_in;
mod statements;
mod term_policies;
