//! The records of an issue: itself and its conversation.
//! It must not read a reason into a closed issue: where GitHub gives none, it is closed and no more.

use super::{
    attribution,
    comments::{self, Parent},
    draft::{self, Draft},
    error::{Error, Fault},
};
use crate::model::{
    contribution::{Kind, Record, State},
    github::{Issue, IssueState},
    ids::RepositoryId,
};

pub(super) fn record(repository: RepositoryId, issue: Issue, records: &mut Vec<Record>) -> Result<(), Error> {
    let parent = Parent {
        repository,
        number: issue.number,
        author: issue.author.as_ref().map(|account| account.id),
        opened_at: issue.created_at,
        is_accepted: state(&issue) == State::Completed,
        lines: None,
    };
    let confirmed_by = attribution::closed_by_work_of(&issue).into_iter().collect();
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
    record.contribution.confirmed_by = confirmed_by;
    record.contribution.labels = draft::labels(&issue.labels);
    records.push(record);
    for comment in issue.comments {
        records.push(comments::record(parent, Kind::IssueComment, comment)?);
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
