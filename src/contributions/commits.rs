//! The record of a commit of the default branch, merges included.
//! It must not count its lines as written by people: GitHub gives no list of a commit's files here.

use super::{attribution, draft::Draft, error::Error, lines};
use crate::model::{
    contribution::{Kind, Record, State},
    github::Commit,
    ids::RepositoryId,
};

pub(super) fn record(repository: RepositoryId, commit: Commit) -> Result<Record, Error> {
    let author = attribution::author(&commit);
    let co_authors = attribution::co_authors(std::slice::from_ref(&commit), author.map(|account| account.id));
    let draft = Draft {
        repository,
        kind: Kind::Commit,
        github_id: commit.oid.clone(),
        number: None,
        url: commit.url.clone(),
        author,
        state: State::Published,
        occurred_at: commit.committed_at,
    };
    let total_lines = lines::total(commit.additions, commit.deletions).map_err(|fault| draft.refuse(fault))?;
    let mut record = draft.into_record(&commit.evidence)?;
    record.title = Some(commit.headline);
    record.co_authors = co_authors;
    record.contribution.total_lines = total_lines;
    Ok(record)
}
