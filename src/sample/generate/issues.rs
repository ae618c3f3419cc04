//! Issues, with how they ended.
//! It must not close an issue before it was opened.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Scene, dice::Dice, reviews, words};
use crate::{
    model::{account::AccountId, github::IssueState},
    sample::world::{Closer, Closing, Issue, Reference, Repository, StateReason},
};

/// An issue before it has a number.
pub(super) struct Draft {
    pub created_at: DateTime<Utc>,
    author: Option<AccountId>,
    comments: usize,
}

pub(super) fn draw(scene: &Scene<'_>, count: usize, dice: &mut Dice) -> Vec<Draft> {
    (0..count)
        .map(|nth| {
            let author = match nth % 40 {
                9 => None,
                19 => Some(scene.cast.mannequin),
                _ => scene.cast.other_than(None, dice),
            };
            let comments = if nth % 40 == 5 { 33 } else { dice.below(5) };
            Draft { created_at: scene.calendar.moment(dice), author, comments }
        })
        .collect()
}

pub(super) fn write(repository: &mut Repository, scene: &Scene<'_>, number: i64, draft: &Draft, dice: &mut Dice) {
    let end = draft.created_at + TimeDelta::hours(dice.between(5, 900));
    let span = end.min(scene.calendar.now) - draft.created_at;
    let mut issue = Issue {
        id: repository.next_id(),
        number,
        title: words::issue_title(scene.nth, dice),
        author: draft.author,
        association: scene.cast.association(draft.author, scene.nth, false).to_owned(),
        state: IssueState::Open,
        state_reason: None,
        created_at: draft.created_at,
        updated_at: draft.created_at,
        closed_at: None,
        closings: Vec::new(),
        labels: vec![dice.word(&["bug", "enhancement", "question", "good first issue"]).to_owned()],
        comments: reviews::talk(repository, scene, draft.created_at, span, draft.comments, dice),
    };
    if end < scene.calendar.now {
        finish(repository, scene, &mut issue, end, dice);
    }
    issue.updated_at =
        issue.comments.iter().map(|comment| comment.created_at).chain([issue.updated_at]).fold(issue.created_at, DateTime::max);
    repository.issues.push(issue);
}

fn finish(repository: &mut Repository, scene: &Scene<'_>, issue: &mut Issue, at: DateTime<Utc>, dice: &mut Dice) {
    let reason = match dice.below(10) {
        // Left for a pull request to close, or open for ever.
        0..5 => return,
        5..8 => StateReason::Completed,
        8 => StateReason::NotPlanned,
        _ => StateReason::Duplicate,
    };
    let actor = dice.pick(&scene.cast.maintainers).copied();
    issue.closings.push(Closing { id: repository.next_id(), actor, closer: None });
    issue.updated_at = at;
    if dice.one_in(8) {
        issue.state_reason = Some(StateReason::Reopened);
    } else {
        (issue.state, issue.state_reason, issue.closed_at) = (IssueState::Closed, Some(reason), Some(at));
    }
}

/// Lets a merged pull request close one of the issues that were open, as a rule.
pub(super) fn close_one(
    repository: &mut Repository,
    by: i64,
    merger: Option<AccountId>,
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> Vec<Reference> {
    let id = repository.next_id();
    let here = repository.id;
    let fits = |issue: &&mut Issue| issue.state == IssueState::Open && issue.updated_at < at;
    let mut open: Vec<&mut Issue> = repository.issues.iter_mut().filter(fits).collect();
    let drawn = dice.below(open.len());
    if open.is_empty() || dice.one_in(3) {
        return Vec::new();
    }
    let issue = &mut open[drawn];
    (issue.state, issue.state_reason, issue.closed_at) = (IssueState::Closed, Some(StateReason::Completed), Some(at));
    issue.updated_at = at;
    issue.closings.push(Closing { id, actor: merger, closer: Some(Closer::PullRequest(Reference { repository: here, number: by })) });
    vec![Reference { repository: here, number: issue.number }]
}
