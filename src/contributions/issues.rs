//! The records of an issue and of comments, whether of an issue, of a pull request or of a review.
//! It must not read a reason into a closed issue: where GitHub gives none, it is closed and no more.

use super::{
    draft::{self, Draft},
    error::{Error, Fault},
    pull_requests::Parent,
};
use crate::model::{
    contribution::{Kind, Record, State},
    github::{Comment, Issue, IssueState},
    ids::RepositoryId,
};

pub(super) fn record(repository: RepositoryId, issue: Issue, records: &mut Vec<Record>) -> Result<(), Error> {
    let parent = Parent { repository, number: issue.number, author: issue.author.as_ref().map(|account| account.id) };
    let draft = Draft {
        repository,
        kind: Kind::Issue,
        github_id: draft::id(issue.github_id),
        number: Some(issue.number),
        state: state(&issue),
        url: issue.url,
        author: issue.author.as_ref(),
        occurred_at: issue.created_at,
    };
    if draft.state != State::Open && issue.closed_at.is_none() {
        return Err(draft.refuse(Fault::NoDate(draft.state)));
    }
    let mut record = draft.into_record(&issue.evidence)?;
    record.title = Some(issue.title);
    record.contribution.closed_at = issue.closed_at;
    record.contribution.labels = draft::labels(&issue.labels);
    records.push(record);
    for one in issue.comments {
        records.push(comment(parent, Kind::IssueComment, one)?);
    }
    Ok(())
}

/// `reopened` is a reason of open issues; a word that GitHub adds some day says no more than that the issue is closed.
fn state(issue: &Issue) -> State {
    match (issue.state, issue.state_reason.as_deref()) {
        (IssueState::Open, _) => State::Open,
        (IssueState::Closed, Some("completed")) => State::Completed,
        (IssueState::Closed, Some("not_planned")) => State::NotPlanned,
        (IssueState::Closed, Some("duplicate")) => State::Duplicate,
        (IssueState::Closed, _) => State::Closed,
    }
}

pub(super) fn comment(parent: Parent, kind: Kind, comment: Comment) -> Result<Record, Error> {
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
