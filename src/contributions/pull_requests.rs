//! The records of a pull request: itself, its submitted reviews with their comments, and its conversation.
//! It must not credit a commit's author: the pull request is its author's, whoever merged or squashed it.

use super::{
    attribution, change,
    comments::{self, Parent},
    draft::{self, Draft},
    error::{Error, Fault},
    lines,
};
use crate::model::{
    contribution::{Kind, Record, State},
    github::{PullRequest, PullRequestState, Review, ReviewState},
    ids::RepositoryId,
};

pub(super) fn record(repository: RepositoryId, pull_request: PullRequest, records: &mut Vec<Record>) -> Result<(), Error> {
    let author = pull_request.author.as_ref().map(|account| account.id);
    let (number, opened_at) = (pull_request.number, pull_request.created_at);
    let (confirmed_by, change) = (attribution::confirmations(&pull_request).into_keys().collect(), change::change(&pull_request));
    let draft = Draft {
        repository,
        kind: Kind::PullRequest,
        github_id: draft::id(pull_request.github_id),
        number: Some(number),
        url: pull_request.url,
        author: pull_request.author.as_ref(),
        state: state(pull_request.state),
        occurred_at: pull_request.created_at,
    };
    let closed_at = pull_request.merged_at.or(pull_request.closed_at);
    if draft.state != State::Open && closed_at.is_none() {
        return Err(draft.refuse(Fault::NoDate(draft.state)));
    }
    let effective_lines = lines::effective(pull_request.files.as_deref()).map_err(|fault| draft.refuse(fault))?;
    let total_lines = lines::total(pull_request.additions, pull_request.deletions).map_err(|fault| draft.refuse(fault))?;

    let changed_files = pull_request.files.as_ref().map(|files| i64::try_from(files.len())).transpose();
    let changed_files = changed_files.map_err(|_| draft.refuse(Fault::TooManyLines))?;

    let change = change.map_err(|fault| draft.refuse(fault))?;
    let is_accepted = draft.state == State::Merged;

    let mut record = draft.into_record(&pull_request.evidence)?;
    record.title = Some(pull_request.title);
    record.co_authors = attribution::co_authors(&pull_request.commits, author);
    record.contribution.closed_at = closed_at;
    record.contribution.confirmed_by = confirmed_by;
    record.contribution.labels = draft::labels(&pull_request.labels);
    record.contribution.effective_lines = effective_lines;
    record.contribution.total_lines = total_lines;
    record.contribution.changed_files = changed_files;
    record.contribution.change = Some(Box::new(change));
    records.push(record);

    let parent = Parent { repository, number, author, opened_at, is_accepted, lines: total_lines };
    for submitted in pull_request.reviews.into_iter().filter_map(submitted) {
        review(parent, submitted, records)?;
    }
    for comment in pull_request.comments {
        records.push(comments::record(parent, Kind::IssueComment, comment)?);
    }
    Ok(())
}

const fn state(state: PullRequestState) -> State {
    match state {
        PullRequestState::Open => State::Open,
        PullRequestState::Closed => State::Closed,
        PullRequestState::Merged => State::Merged,
    }
}

/// A pending review is its author's alone, comments included: nobody else has seen it.
fn submitted(review: Review) -> Option<(State, Review)> {
    let state = match review.state {
        ReviewState::Pending => return None,
        ReviewState::Commented => State::Commented,
        ReviewState::Approved => State::Approved,
        ReviewState::ChangesRequested => State::ChangesRequested,
        ReviewState::Dismissed => State::Dismissed,
    };
    Some((state, review))
}

fn review(parent: Parent, (state, review): (State, Review), records: &mut Vec<Record>) -> Result<(), Error> {
    let draft = Draft {
        repository: parent.repository,
        kind: Kind::Review,
        github_id: draft::id(review.github_id),
        number: Some(parent.number),
        url: review.url,
        author: review.author.as_ref(),
        state,
        occurred_at: review.submitted_at.unwrap_or(review.created_at),
    };
    if review.submitted_at.is_none() {
        return Err(draft.refuse(Fault::NoDate(state)));
    }
    let mut record = draft.into_record(&review.evidence)?;
    parent.mark(&mut record.contribution);
    records.push(record);
    for comment in review.comments {
        records.push(comments::record(parent, Kind::ReviewComment, comment)?);
    }
    Ok(())
}
