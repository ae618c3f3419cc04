//! The vocabulary of a policy.
