//! syncs
