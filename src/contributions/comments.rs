//! The record of a comment, whether of a review or of the conversation of an issue or a pull request.
//! It must not weigh its text: nobody keeps it here.

use chrono::{DateTime, Utc};

use super::{
    draft::{self, Draft},
    error::Error,
};
use crate::model::{
    account::AccountId,
    contribution::{Contribution, Kind, Record, State},
    github::Comment,
    ids::RepositoryId,
};

/// The pull request or issue that a record belongs to.
#[derive(Clone, Copy)]
pub(super) struct Parent {
    pub repository: RepositoryId,
    pub number: i64,
    pub author: Option<AccountId>,
    pub opened_at: DateTime<Utc>,
    /// Merged, or closed as completed.
    pub is_accepted: bool,
    /// All lines of a pull request.
    pub lines: Option<i64>,
}

impl Parent {
    pub fn mark(&self, contribution: &mut Contribution) {
        contribution.parent_account = self.author;
        contribution.parent_accepted = Some(self.is_accepted);
        contribution.parent_opened_at = Some(self.opened_at);
        contribution.parent_lines = self.lines;
    }
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
    parent.mark(&mut record.contribution);
    Ok(record)
}
