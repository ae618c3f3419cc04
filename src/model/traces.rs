//! What several contributions say together: which pull requests were taken back, and which bring lines that were there before.
//! It must not find them: `db::contributions` does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{contribution::Key, ids::RepositoryId};

/// In order, each once: two of them are the same exactly when they say the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traces {
    /// Repository and number of each pull request that was reverted, and when.
    pub reverted: Vec<(RepositoryId, i64, DateTime<Utc>)>,
    /// Each pull request whose lines an earlier one brought, with the address of that one.
    pub copies: Vec<(Key, String)>,
}
