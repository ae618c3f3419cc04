//! Makes of GitHub's facts the records that are stored and scored: who, when, in which state, how many lines that people wrote.
//! It must not judge what a record is worth, and must not guess: what GitHub did not say stays absent, what cannot be true is refused.

mod attribution;
mod automation;
mod change;
mod comments;
mod commits;
pub mod diff;
mod draft;
mod error;
mod evidence;
mod files;
mod issues;
mod lines;
mod people;
mod pull_requests;
mod releases;
mod reverts;

#[cfg(test)]
mod tests;

use crate::model::{account::Account, contribution::Record, github::Batch, ids::RepositoryId};

pub use error::{Error, Fault};
pub use evidence::{NotEvidence, compress, decompress};
pub use files::{Class, class, is_source};

/// What of one page is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prepared {
    /// Everybody whom the page names, each once (as last seen), by id.
    pub accounts: Vec<Account>,
    /// One of each pull request, submitted review, review comment, issue, comment, commit of the default branch and published release.
    pub records: Vec<Record>,
}

/// The records of one page of a fetch, all of them or none.
pub fn prepare(repository: RepositoryId, batch: Batch) -> Result<Prepared, Error> {
    let accounts = people::seen(&batch);
    let mut records = Vec::with_capacity(batch.items());
    for pull_request in batch.pull_requests {
        pull_requests::record(repository, pull_request, &mut records)?;
    }
    for issue in batch.issues {
        issues::record(repository, issue, &mut records)?;
    }
    for commit in batch.commits {
        records.push(commits::record(repository, commit)?);
    }
    for release in batch.releases {
        records.extend(releases::record(repository, release)?);
    }
    Ok(Prepared { accounts, records })
}
