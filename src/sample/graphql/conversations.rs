//! Issues, reviews, comments, labels, and what closed an issue.
//! It must not show more of the timeline than closings: nothing else is modelled.

use serde_json::json;

use super::{
    Refusal, actors,
    arguments::Arguments,
    pages::List,
    repositories::{Answer, address, maybe_time, time},
    things::{Conversation, Resolved, Thing},
};
use crate::{
    model::github::{IssueState, ReviewState},
    sample::world::{Closer, Closing, Comment, Issue, PullRequest, Repository, Review, StateReason, World},
};

pub(super) fn labels(labels: &[String]) -> List<'_> {
    List::plain("LabelConnection", labels.iter().map(|label| Thing::Label(label)))
}

pub(super) fn comments<'w>(repository: &'w Repository, comments: &'w [Comment], of: Conversation) -> List<'w> {
    let items = comments.iter().map(|comment| ((comment.id, 0), Thing::IssueComment(repository, comment, of)));
    List::ordered("IssueCommentConnection", items, false)
}

pub(super) fn issue<'w>(world: &'w World, repository: &'w Repository, it: &'w Issue, name: &str, arguments: &mut Arguments) -> Answer<'w> {
    Ok(Some(match name {
        "id" => format!("I_{}", it.id).into(),
        "fullDatabaseId" => it.id.to_string().into(),
        "number" => it.number.into(),
        "url" => address(repository, &format!("issues/{}", it.number)),
        "title" => it.title.as_str().into(),
        "author" => actors::actor(world, it.author),
        "authorAssociation" => it.association.as_str().into(),
        "state" => match it.state {
            IssueState::Open => "OPEN".into(),
            IssueState::Closed => "CLOSED".into(),
        },
        "stateReason" => json!(it.state_reason.map(reason)).into(),
        "createdAt" => time(it.created_at).into(),
        "updatedAt" => time(it.updated_at).into(),
        "closedAt" => maybe_time(it.closed_at).into(),
        "repository" => Resolved::One(Thing::Repository(repository)),
        "labels" => labels(&it.labels).page(arguments)?,
        "comments" => comments(repository, &it.comments, Conversation::Issue(it.number)).page(arguments)?,
        "timelineItems" => {
            if arguments.take("itemTypes") != Some(json!(["CLOSED_EVENT"])) {
                return Err(Refusal::plain("the sample GitHub knows no timeline but [CLOSED_EVENT]"));
            }
            List::plain("IssueTimelineItemsConnection", it.closings.iter().map(|closing| Thing::Closing(repository, closing)))
                .page(arguments)?
        }
        _ => return Ok(None),
    }))
}

fn reason(reason: StateReason) -> &'static str {
    match reason {
        StateReason::Completed => "COMPLETED",
        // The schema that we hold to has no word of its own for duplicates.
        StateReason::NotPlanned | StateReason::Duplicate => "NOT_PLANNED",
        StateReason::Reopened => "REOPENED",
    }
}

pub(super) fn closing<'w>(world: &'w World, repository: &'w Repository, it: &'w Closing, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "id" => format!("CE_{}", it.id).into(),
        "actor" => actors::actor(world, it.actor),
        "closer" => Resolved::maybe(match &it.closer {
            None => None,
            Some(Closer::Commit(oid)) => repository.commits.get(oid).map(|commit| Thing::Commit(repository, commit)),
            Some(Closer::PullRequest(by)) => {
                let repository = world.repository_by_id(by.repository)?;
                repository.pull_request(by.number).map(|pull_request| Thing::PullRequest(repository, pull_request))
            }
        }),
        _ => return None,
    })
}

pub(super) fn review<'w>(
    world: &'w World,
    repository: &'w Repository,
    of: &'w PullRequest,
    it: &'w Review,
    name: &str,
    arguments: &mut Arguments,
) -> Answer<'w> {
    Ok(Some(match name {
        "id" => format!("PRR_{}", it.id).into(),
        "fullDatabaseId" => it.id.to_string().into(),
        "url" => address(repository, &format!("pull/{}#pullrequestreview-{}", of.number, it.id)),
        "author" => actors::actor(world, it.author),
        "state" => match it.state {
            ReviewState::Pending => "PENDING".into(),
            ReviewState::Commented => "COMMENTED".into(),
            ReviewState::Approved => "APPROVED".into(),
            ReviewState::ChangesRequested => "CHANGES_REQUESTED".into(),
            ReviewState::Dismissed => "DISMISSED".into(),
        },
        "createdAt" => time(it.created_at).into(),
        "submittedAt" => maybe_time(it.submitted_at).into(),
        "body" => it.body.as_str().into(),
        "comments" => {
            let comments = it.comments.iter().map(|comment| ((comment.id, 0), Thing::ReviewComment(repository, of, comment)));
            List::ordered("PullRequestReviewCommentConnection", comments, false).page(arguments)?
        }
        _ => return Ok(None),
    }))
}

pub(super) fn review_comment<'w>(
    world: &'w World,
    repository: &Repository,
    of: &PullRequest,
    it: &'w Comment,
    name: &str,
) -> Option<Resolved<'w>> {
    match name {
        "id" => Some(format!("PRRC_{}", it.id).into()),
        "url" => Some(address(repository, &format!("pull/{}#discussion_r{}", of.number, it.id))),
        _ => comment(world, it, name),
    }
}

pub(super) fn issue_comment<'w>(
    world: &'w World,
    repository: &Repository,
    of: Conversation,
    it: &'w Comment,
    name: &str,
) -> Option<Resolved<'w>> {
    match name {
        "id" => Some(format!("IC_{}", it.id).into()),
        "url" => Some(match of {
            Conversation::Issue(number) => address(repository, &format!("issues/{number}#issuecomment-{}", it.id)),
            Conversation::PullRequest(number) => address(repository, &format!("pull/{number}#issuecomment-{}", it.id)),
        }),
        _ => comment(world, it, name),
    }
}

fn comment<'w>(world: &'w World, it: &'w Comment, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "fullDatabaseId" => it.id.to_string().into(),
        "author" => actors::actor(world, it.author),
        "createdAt" => time(it.created_at).into(),
        "body" => it.body.as_str().into(),
        _ => return None,
    })
}
