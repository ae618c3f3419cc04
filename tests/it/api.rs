//! The HTTP door as its callers know it: shapes, refusals, pages, conditions, and who may do what.

mod awards;
mod conditions;
mod difference;
mod journey;
mod refusals;
mod rights;
mod shapes;
mod statements;
mod term_policies;
