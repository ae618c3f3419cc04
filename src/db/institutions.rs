//! institutions
