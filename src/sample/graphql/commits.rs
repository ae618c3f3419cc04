//! Commits and their history.
//! It must not give a history in any other order than git's: newest first among what has been reached.

use serde_json::json;

use super::{
    arguments::Arguments,
    pages::List,
    repositories::{Answer, address, time},
    things::Thing,
};
use crate::sample::world::{Commit, Repository};

pub(super) fn commit<'w>(repository: &'w Repository, it: &'w Commit, name: &str, arguments: &mut Arguments) -> Answer<'w> {
    Ok(Some(match name {
        "id" => format!("C_{}_{}", repository.id, it.oid).into(),
        "oid" => it.oid.as_str().into(),
        "url" => address(repository, &format!("commit/{}", it.oid)),
        "messageHeadline" => it.headline.as_str().into(),
        "committedDate" => time(it.committed_at).into(),
        "authoredDate" => time(it.authored_at).into(),
        "additions" => json!(it.lines.map(|lines| lines.additions)).into(),
        "deletions" => json!(it.lines.map(|lines| lines.deletions)).into(),
        "authors" => List::plain("GitActorConnection", it.authors.iter().map(Thing::GitAuthor)).page(arguments)?,
        "parents" => {
            let parents = it.parents.iter().filter_map(|oid| repository.commits.get(oid));
            List::plain("CommitConnection", parents.map(|commit| Thing::Commit(repository, commit))).page(arguments)?
        }
        "associatedPullRequests" => {
            let brought = repository.bringing(&it.oid).map(|pull_request| Thing::PullRequest(repository, pull_request));
            List::plain("PullRequestConnection", brought).page(arguments)?
        }
        "history" => {
            let history = repository.history(&it.oid).into_iter().map(|commit| Thing::Commit(repository, commit));
            List::plain("CommitHistoryConnection", history).page(arguments)?
        }
        _ => return Ok(None),
    }))
}
