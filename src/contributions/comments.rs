//! The record of a comment, whether of a review or of the conversation of an issue or a pull request.
//! It must not weigh its text: nobody keeps it here.

use super::{
    draft::{self, Draft},
    error::Error,
};
use crate::model::{
    account::AccountId,
    contribution::{Kind, Record, State},
    github::Comment,
    ids::RepositoryId,
};

/// The pull request or issue that a record belongs to.
#[derive(Clone, Copy)]
pub(super) struct Parent {
    pub repository: RepositoryId,
    pub number: i64,
    pub author: Option<AccountId>,
}

pub(super) fn record(parent: Parent, kind: Kind, comment: Comment) -> Result<Record, Error> {
    let draft = Draft {
        repository: parent.repository,
        kind,
        github_id: draft::id(comment.github_id),
        number: Some(parent.number),
        url: comment.url,
        author: comment.author.as_ref(),
        state: State::Published,
        occurred_at: comment.created_at,
    };
    let mut record = draft.into_record(&comment.evidence)?;
    record.contribution.parent_account = parent.author;
    Ok(record)
}
