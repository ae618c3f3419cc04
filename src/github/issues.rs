//! Issues with their labels and comments to the end, and who or what closed each last.
//! It must not give an open issue a closer, nor take another repository's pull request for one of ours.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    client::{Client, Document},
    comments,
    error::Error,
    lists::Piece,
    pull_requests,
    sweep::{Stub, Sweep},
    wire::{self, Big, IdWire, ListWire, Who},
};
use crate::model::github::{Batch, ClosingPullRequest, Issue, IssueState};

/// One page. See issues.graphql for what it costs.
pub(super) const PAGE: u32 = 50;
const LIST: Document = Document { name: "Issues", text: include_str!("issues.graphql") };

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow, deserialize_with = "wire::nullable")]
    node: Option<RepositoryWire<'a>>,
}

#[derive(Deserialize)]
struct RepositoryWire<'a> {
    #[serde(borrow)]
    issues: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssueWire<'a> {
    id: String,
    full_database_id: Big,
    number: i64,
    url: String,
    title: String,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    author_association: String,
    state: StateWire,
    #[serde(deserialize_with = "wire::nullable")]
    state_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(borrow)]
    labels: ListWire<'a>,
    #[serde(borrow)]
    comments: ListWire<'a>,
    timeline_items: TimelineWire,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StateWire {
    Open,
    Closed,
}

#[derive(Deserialize)]
struct TimelineWire {
    nodes: Vec<ClosedWire>,
}

#[derive(Deserialize)]
struct ClosedWire {
    #[serde(deserialize_with = "wire::nullable")]
    actor: Option<Who>,
    #[serde(deserialize_with = "wire::nullable")]
    closer: Option<CloserWire>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum CloserWire {
    PullRequest(ClosingWire),
    #[serde(rename_all = "camelCase")]
    Commit {
        #[serde(deserialize_with = "wire::nullable")]
        associated_pull_requests: Option<AssociatedWire>,
    },
    #[serde(other)]
    Other,
}

/// A commit that is in no pull request has none; GitHub may also give no list.
#[derive(Deserialize)]
struct AssociatedWire {
    nodes: Vec<ClosingWire>,
}

#[derive(Deserialize)]
struct ClosingWire {
    number: i64,
    merged: bool,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    repository: IdWire,
}

impl CloserWire {
    /// The pull request behind it, if it is one of that repository's.
    fn pull_request(self, repository: &str) -> Option<ClosingPullRequest> {
        let closing = match self {
            Self::PullRequest(closing) => closing,
            Self::Commit { associated_pull_requests } => associated_pull_requests?.nodes.into_iter().next()?,
            Self::Other => return None,
        };
        let ClosingWire { number, merged: is_merged, author, repository: IdWire { id } } = closing;
        (id == repository).then(|| ClosingPullRequest { number, author: wire::account(author), is_merged })
    }
}

/// The next page of the sweep: what of it is wanted, complete.
pub(super) async fn next_page(client: &Client, repository: &str, sweep: &mut Sweep) -> Result<Batch, Error> {
    let variables = json!({ "repository": repository, "order": sweep.order() });
    let answer = sweep.paging.ask(client, LIST, variables).await?;
    let list = answer.data::<PageWire<'_>>()?.node.ok_or_else(|| answer.protocol("node: null"))?.issues;
    let (pieces, next) = list.open("node.issues", sweep.paging.after.as_deref(), answer.request(), Ok)?;
    let stubs = pieces.iter().map(Piece::read::<Stub>).collect::<Result<Vec<_>, _>>()?;
    let mut issues = Vec::new();
    for (piece, stub) in pieces.iter().zip(&stubs) {
        if sweep.wants(*stub) {
            issues.push(whole(client, repository, piece).await?);
        }
    }
    sweep.advance(&stubs, next);
    Ok(Batch { issues, ..Batch::default() })
}

/// One issue, its lists read to the end.
async fn whole(client: &Client, repository: &str, piece: &Piece<'_>) -> Result<Issue, Error> {
    let wire: IssueWire<'_> = piece.read()?;
    let request = piece.request();
    let mut evidence = piece.evidence();

    let (mut labels, more) = wire.labels.open("labels", None, request, pull_requests::label)?;
    pull_requests::MORE_LABELS.extend(client, &wire.id, more, &mut labels, &mut evidence, pull_requests::label).await?;
    let (mut comments, more) = wire.comments.open("comments", None, request, comments::comment)?;
    comments::CONVERSATION.extend(client, &wire.id, more, &mut comments, &mut evidence, comments::comment).await?;

    let closed = wire.timeline_items.nodes.into_iter().next_back().filter(|_| wire.state == StateWire::Closed);
    let (closed_by, closer) = closed.map_or((None, None), |closed| (wire::account(closed.actor), closed.closer));
    let closed_by_pull_request = closer.and_then(|closer| closer.pull_request(repository));
    Ok(Issue {
        github_id: wire.full_database_id.0,
        number: wire.number,
        url: wire.url,
        title: wire.title,
        author: wire::account(wire.author),
        author_association: wire.author_association,
        state: match wire.state {
            StateWire::Open => IssueState::Open,
            StateWire::Closed => IssueState::Closed,
        },
        state_reason: wire.state_reason.map(|reason| reason.to_lowercase()),
        created_at: wire.created_at,
        updated_at: wire.updated_at,
        closed_at: wire.closed_at,
        closed_by,
        closed_by_pull_request,
        labels,
        comments,
        evidence,
    })
}
