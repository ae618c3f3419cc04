//! contributions
