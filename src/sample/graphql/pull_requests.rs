//! Pull requests and their files.
//! It must not make up a number that the world does not know.

use serde_json::json;

use super::{
    actors,
    arguments::Arguments,
    conversations,
    pages::{self, List},
    repositories::{Answer, address, maybe_time, time},
    things::{Conversation, Resolved, Thing},
};
use crate::{
    model::github::{ChangedFile, PullRequestState},
    sample::world::{PullRequest, Repository, World},
};

pub(super) fn pull_request<'w>(
    world: &'w World,
    repository: &'w Repository,
    it: &'w PullRequest,
    name: &str,
    arguments: &mut Arguments,
) -> Answer<'w> {
    if let Some(list) = list(world, repository, it, name) {
        return Ok(Some(match list {
            Some(list) => list.page(arguments)?,
            None => pages::no_list(arguments),
        }));
    }
    Ok(Some(match name {
        "id" => format!("PR_{}", it.id).into(),
        "fullDatabaseId" => it.id.to_string().into(),
        "number" => it.number.into(),
        "url" => address(repository, &format!("pull/{}", it.number)),
        "title" => it.title.as_str().into(),
        "author" => actors::actor(world, it.author),
        "authorAssociation" => it.association.as_str().into(),
        "state" => state(it.state).into(),
        "isDraft" => it.is_draft.into(),
        "createdAt" => time(it.created_at).into(),
        "updatedAt" => time(it.updated_at).into(),
        "closedAt" => maybe_time(it.closed_at).into(),
        "mergedAt" => maybe_time(it.merged_at).into(),
        "mergedBy" => actors::actor(world, it.merged_by),
        "merged" => it.merged_at.is_some().into(),
        "baseRefName" => it.base.as_str().into(),
        "headRefName" => it.head.as_str().into(),
        "headRefOid" => it.commits.last().map_or("0000000000000000000000000000000000000000", String::as_str).into(),
        "body" => it.body.as_str().into(),
        "headRepository" => Resolved::maybe(it.head_repository.as_ref().map(Thing::Elsewhere)),
        "repository" => Resolved::One(Thing::Repository(repository)),
        "additions" => json!(it.lines.map(|lines| lines.additions)).into(),
        "deletions" => json!(it.lines.map(|lines| lines.deletions)).into(),
        "changedFiles" => json!(it.changed_files).into(),
        _ => return Ok(None),
    }))
}

/// Its lists; the inner None is a list that GitHub does not give.
fn list<'w>(world: &'w World, repository: &'w Repository, it: &'w PullRequest, name: &str) -> Option<Option<List<'w>>> {
    Some(Some(match name {
        "labels" => conversations::labels(&it.labels),
        "files" => match &it.files {
            Some(files) => List::plain("PullRequestChangedFileConnection", files.iter().map(Thing::File)),
            None => return Some(None),
        },
        "commits" => {
            let commits = it.commits.iter().filter_map(|oid| repository.commits.get(oid));
            List::plain("PullRequestCommitConnection", commits.map(|commit| Thing::PullRequestCommit(repository, commit)))
        }
        "closingIssuesReferences" => {
            let issues = it.closes.iter().filter_map(|closes| {
                let repository = world.repository_by_id(closes.repository)?;
                Some(Thing::Issue(repository, repository.issue(closes.number)?))
            });
            List::plain("IssueConnection", issues)
        }
        "reviews" => {
            let reviews = it.reviews.iter().map(|review| ((review.id, 0), Thing::Review(repository, it, review)));
            List::ordered("PullRequestReviewConnection", reviews, false)
        }
        "comments" => conversations::comments(repository, &it.comments, Conversation::PullRequest(it.number)),
        _ => return None,
    }))
}

fn state(state: PullRequestState) -> &'static str {
    match state {
        PullRequestState::Open => "OPEN",
        PullRequestState::Closed => "CLOSED",
        PullRequestState::Merged => "MERGED",
    }
}

pub(super) fn file<'w>(it: &'w ChangedFile, name: &str) -> Option<Resolved<'w>> {
    Some(match name {
        "path" => it.path.as_str().into(),
        "additions" => it.additions.into(),
        "deletions" => it.deletions.into(),
        _ => return None,
    })
}
