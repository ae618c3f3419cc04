//! The HTTP door as its callers know it: shapes, refusals, pages, conditions, and who may do what.

mod account_proofs;
mod awards;
mod conditions;
mod countersignatures;
mod difference;
mod journey;
mod manners;
mod real_sign_in;
mod refusals;
mod rights;
mod rosters;
mod rotations;
mod scim;
mod shapes;
mod sign_in;
mod statements;
mod term_policies;
