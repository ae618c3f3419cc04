//! The record of a commit of the default branch, merges included, with the pull request that brought it.
//! It must not count its lines as written by people: GitHub gives no list of a commit's files here.

use chrono::{DateTime, Utc};

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
        number: commit.brought_by.as_ref().map(|bringing| bringing.number),
        url: commit.url.clone(),
        author,
        state: State::Published,
        occurred_at: occurred_at(&commit),
    };
    let total_lines = lines::total(commit.additions, commit.deletions).map_err(|fault| draft.refuse(fault))?;
    let mut record = draft.into_record(&commit.evidence)?;
    record.title = Some(commit.headline);
    record.co_authors = co_authors;
    record.contribution.total_lines = total_lines;
    if let Some(bringing) = &commit.brought_by {
        record.contribution.closed_at = Some(bringing.merged_at);
        record.contribution.parent_account = bringing.author.as_ref().map(|account| account.id);
        record.contribution.parent_opened_at = Some(bringing.created_at);
        record.contribution.parent_accepted = Some(true);
    }
    Ok(record)
}

/// The committer's clock says anything; GitHub's says when the pull request was opened and when it was merged.
fn occurred_at(commit: &Commit) -> DateTime<Utc> {
    match &commit.brought_by {
        Some(bringing) => commit.committed_at.max(bringing.created_at).min(bringing.merged_at),
        None => commit.committed_at,
    }
}
