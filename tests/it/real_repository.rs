//! real_repository
