//! contributions
use crate::model::{
    account::Account,
    contribution::Record,
    github::{Batch, Evidence},
    ids::RepositoryId,
};

pub struct Prepared {
    pub accounts: Vec<Account>,
    pub records: Vec<Record>,
}

#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct Error;

pub fn prepare(_repository: RepositoryId, _batch: Batch) -> Result<Prepared, Error> {
    Err(Error)
}

pub fn compress(_evidence: &Evidence) -> Vec<u8> {
    Vec::new()
}
