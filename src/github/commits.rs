//! Commits: those of the default branch's history, and those of a pull request.
//! It must not take an author's name for an account: who is not matched by GitHub has none.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    client::{Client, Document},
    error::Error,
    lists::{Piece, Rest},
    walk::Walk,
    wire::{self, IdWire, ListWire, Who},
};
use crate::model::github::{Batch, Bringing, Commit, CommitAuthor};

const HISTORY: Document = Document { name: "Commits", text: include_str!("commits.graphql") };
const MORE_AUTHORS: Rest =
    Rest { document: Document { name: "MoreCommitAuthors", text: include_str!("rest_commit_authors.graphql") }, field: "authors" };
const MORE_PARENTS: Rest =
    Rest { document: Document { name: "MoreCommitParents", text: include_str!("rest_commit_parents.graphql") }, field: "parents" };

/// Commits of a pull request, which come without line counts: nobody asks for them there, and they cost GitHub a diff each.
pub(super) const OF_PULL_REQUEST: Rest = Rest {
    document: Document { name: "MorePullRequestCommits", text: include_str!("rest_pull_request_commits.graphql") },
    field: "commits",
};

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow, deserialize_with = "wire::nullable")]
    node: Option<RepositoryWire<'a>>,
}

#[derive(Deserialize)]
struct RepositoryWire<'a> {
    #[serde(borrow, deserialize_with = "wire::nullable")]
    object: Option<HeadWire<'a>>,
}

#[derive(Deserialize)]
struct HeadWire<'a> {
    #[serde(borrow)]
    history: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitWire<'a> {
    id: String,
    oid: String,
    url: String,
    message_headline: String,
    committed_date: DateTime<Utc>,
    authored_date: DateTime<Utc>,
    #[serde(borrow)]
    authors: ListWire<'a>,
    #[serde(borrow)]
    parents: ListWire<'a>,
}

/// What is asked of the commits of a history alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryWire {
    #[serde(deserialize_with = "wire::nullable")]
    additions: Option<i64>,
    #[serde(deserialize_with = "wire::nullable")]
    deletions: Option<i64>,
    #[serde(deserialize_with = "wire::nullable")]
    associated_pull_requests: Option<AssociatedWire>,
}

#[derive(Deserialize)]
struct AssociatedWire {
    nodes: Vec<BringingWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BringingWire {
    number: i64,
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    merged_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    repository: IdWire,
}

impl BringingWire {
    /// An open pull request brought nothing yet, and another repository's (a fork's origin) nothing here.
    fn bringing(self, repository: &str) -> Option<Bringing> {
        let merged_at = self.merged_at.filter(|_| self.repository.id == repository)?;
        Some(Bringing { number: self.number, author: wire::account(self.author), created_at: self.created_at, merged_at })
    }
}

#[derive(Deserialize)]
struct AuthorWire {
    #[serde(deserialize_with = "wire::nullable")]
    name: Option<String>,
    #[serde(deserialize_with = "wire::nullable")]
    user: Option<Who>,
}

#[derive(Deserialize)]
struct ParentWire {
    oid: String,
}

/// A commit whose authors or parents may go on.
pub(super) struct Draft {
    commit: Commit,
    id: String,
    more_authors: Option<String>,
    more_parents: Option<String>,
}

fn author(piece: Piece<'_>) -> Result<CommitAuthor, Error> {
    let wire: AuthorWire = piece.read()?;
    Ok(CommitAuthor { name: wire.name, account: wire::account(wire.user) })
}

fn parent(piece: Piece<'_>) -> Result<String, Error> {
    piece.read::<ParentWire>().map(|parent| parent.oid)
}

/// A commit without its line counts.
pub(super) fn draft(piece: &Piece<'_>) -> Result<Draft, Error> {
    let wire: CommitWire<'_> = piece.read()?;
    let (authors, more_authors) = wire.authors.open("authors", None, piece.request(), author)?;
    let (parents, more_parents) = wire.parents.open("parents", None, piece.request(), parent)?;
    let commit = Commit {
        oid: wire.oid,
        url: wire.url,
        headline: wire.message_headline,
        committed_at: wire.committed_date,
        authored_at: wire.authored_date,
        authors,
        additions: None,
        deletions: None,
        parents,
        brought_by: None,
        evidence: piece.evidence(),
    };
    Ok(Draft { commit, id: wire.id, more_authors, more_parents })
}

/// A commit of the default branch of that repository.
fn draft_of_history(piece: &Piece<'_>, repository: &str) -> Result<Draft, Error> {
    let mut draft = draft(piece)?;
    let rest: HistoryWire = piece.read()?;
    (draft.commit.additions, draft.commit.deletions) = (rest.additions, rest.deletions);
    let associated = rest.associated_pull_requests.and_then(|list| list.nodes.into_iter().next());
    draft.commit.brought_by = associated.and_then(|pull_request| pull_request.bringing(repository));
    Ok(draft)
}

impl Draft {
    pub async fn finish(self, client: &Client) -> Result<Commit, Error> {
        let Self { mut commit, id, more_authors, more_parents } = self;
        MORE_AUTHORS.extend(client, &id, more_authors, &mut commit.authors, &mut commit.evidence, author).await?;
        MORE_PARENTS.extend(client, &id, more_parents, &mut commit.parents, &mut commit.evidence, parent).await?;
        Ok(commit)
    }
}

/// The next page of the walk: what of it was not known.
pub(super) async fn next_page(client: &Client, repository: &str, walk: &mut Walk) -> Result<Batch, Error> {
    let Some(from) = walk.from().map(str::to_owned) else { return Ok(Batch::default()) };
    let answer = walk.paging.ask(client, HISTORY, json!({ "repository": repository, "head": from })).await?;
    let head = answer
        .data::<PageWire<'_>>()?
        .node
        .ok_or_else(|| answer.protocol("node: null"))?
        .object
        .ok_or_else(|| answer.protocol(format!("node.object: null for the commit {from}")))?;
    let (drafts, next) = head
        .history
        .open("node.object.history", walk.paging.after.as_deref(), answer.request(), |piece| draft_of_history(&piece, repository))?;
    let mut commits = Vec::with_capacity(drafts.len());
    for draft in drafts {
        commits.push(draft.finish(client).await?);
    }
    let commits = walk.advance(commits, next).map_err(|what| answer.protocol(what))?;
    Ok(Batch { commits, ..Batch::default() })
}
