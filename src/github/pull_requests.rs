//! Pull requests with everything that belongs to them, each list to its end.
//! It must not leave a list short in silence: where GitHub gives fewer files than it counts, there is no list of files.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    client::{Client, Document},
    comments, commits,
    error::Error,
    lists::{Piece, Rest},
    reviews,
    sweep::{Stub, Sweep},
    wire::{self, Big, ListWire, PageInfoWire, Who},
};
use crate::model::github::{Batch, ChangedFile, IssueReference, PullRequest, PullRequestState};

/// One page. See pull_requests.graphql for what it costs.
pub(super) const PAGE: u32 = 25;
const LIST: Document = Document { name: "PullRequests", text: include_str!("pull_requests.graphql") };
const MORE_FILES: Rest = Rest { document: Document { name: "MoreFiles", text: include_str!("rest_files.graphql") }, field: "files" };
const MORE_CLOSES: Rest = Rest {
    document: Document { name: "MoreClosingIssues", text: include_str!("rest_closing_issues.graphql") },
    field: "closingIssuesReferences",
};
/// Labels of an issue or a pull request.
pub(super) const MORE_LABELS: Rest =
    Rest { document: Document { name: "MoreLabels", text: include_str!("rest_labels.graphql") }, field: "labels" };

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow, deserialize_with = "wire::nullable")]
    node: Option<RepositoryWire<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryWire<'a> {
    #[serde(borrow)]
    pull_requests: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequestWire<'a> {
    id: String,
    full_database_id: Big,
    number: i64,
    url: String,
    title: String,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    author_association: String,
    state: StateWire,
    is_draft: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "wire::nullable")]
    merged_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "wire::nullable")]
    merged_by: Option<Who>,
    base_ref_name: String,
    head_ref_name: String,
    head_ref_oid: String,
    body: String,
    #[serde(deserialize_with = "wire::nullable")]
    head_repository: Option<NamedWire>,
    #[serde(deserialize_with = "wire::nullable")]
    additions: Option<i64>,
    #[serde(deserialize_with = "wire::nullable")]
    deletions: Option<i64>,
    #[serde(deserialize_with = "wire::nullable")]
    changed_files: Option<i64>,
    #[serde(borrow)]
    labels: ListWire<'a>,
    #[serde(borrow, deserialize_with = "wire::nullable")]
    files: Option<ListWire<'a>>,
    #[serde(borrow)]
    commits: CountedWire<'a>,
    #[serde(borrow)]
    closing_issues_references: ListWire<'a>,
    #[serde(borrow)]
    reviews: ListWire<'a>,
    #[serde(borrow)]
    comments: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StateWire {
    Open,
    Closed,
    Merged,
}

impl From<StateWire> for PullRequestState {
    fn from(state: StateWire) -> Self {
        match state {
            StateWire::Open => Self::Open,
            StateWire::Closed => Self::Closed,
            StateWire::Merged => Self::Merged,
        }
    }
}

/// A list that says how long it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountedWire<'a> {
    total_count: i64,
    page_info: PageInfoWire,
    #[serde(borrow)]
    nodes: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedWire {
    name_with_owner: String,
}

#[derive(Deserialize)]
struct LabelWire {
    name: String,
}

#[derive(Deserialize)]
struct FileWire {
    path: String,
    additions: i64,
    deletions: i64,
}

#[derive(Deserialize)]
struct ReferenceWire {
    number: i64,
    repository: NamedWire,
}

#[derive(Deserialize)]
struct CommitOfWire<'a> {
    #[serde(borrow)]
    commit: &'a RawValue,
}

pub(super) fn label(piece: Piece<'_>) -> Result<String, Error> {
    piece.read::<LabelWire>().map(|label| label.name)
}

fn file(piece: Piece<'_>) -> Result<ChangedFile, Error> {
    let FileWire { path, additions, deletions } = piece.read()?;
    Ok(ChangedFile { path, additions, deletions })
}

fn reference(piece: Piece<'_>) -> Result<IssueReference, Error> {
    let wire: ReferenceWire = piece.read()?;
    Ok(IssueReference { repository: wire.repository.name_with_owner, number: wire.number })
}

fn commit(piece: Piece<'_>) -> Result<commits::Draft, Error> {
    let wire: CommitOfWire<'_> = piece.read()?;
    commits::draft(&piece.inner(wire.commit, "commit"))
}

/// The next page of the sweep: what of it is wanted, complete.
pub(super) async fn next_page(client: &Client, repository: &str, sweep: &mut Sweep) -> Result<Batch, Error> {
    let variables = json!({ "repository": repository, "order": sweep.order() });
    let answer = sweep.paging.ask(client, LIST, variables).await?;
    let list = answer.data::<PageWire<'_>>()?.node.ok_or_else(|| answer.protocol("node: null"))?.pull_requests;
    let (pieces, next) = list.open("node.pullRequests", sweep.paging.after.as_deref(), answer.request(), Ok)?;
    let stubs = pieces.iter().map(Piece::read::<Stub>).collect::<Result<Vec<_>, _>>()?;
    let mut pull_requests = Vec::new();
    for (piece, stub) in pieces.iter().zip(&stubs) {
        if sweep.wants(*stub) {
            pull_requests.push(whole(client, piece).await?);
        }
    }
    sweep.advance(&stubs, next);
    Ok(Batch { pull_requests, ..Batch::default() })
}

/// One pull request, its lists read to the end.
async fn whole(client: &Client, piece: &Piece<'_>) -> Result<PullRequest, Error> {
    let wire: PullRequestWire<'_> = piece.read()?;
    let (id, request) = (wire.id.as_str(), piece.request());
    let mut evidence = piece.evidence();

    let (mut labels, more) = wire.labels.open("labels", None, request, label)?;
    MORE_LABELS.extend(client, id, more, &mut labels, &mut evidence, label).await?;

    let mut files = None;
    if let Some(list) = wire.files {
        let (mut some, more) = list.open("files", None, request, file)?;
        MORE_FILES.extend(client, id, more, &mut some, &mut evidence, file).await?;
        files = Some(some).filter(|some| wire.changed_files.is_some_and(|all| i64::try_from(some.len()).is_ok_and(|got| got >= all)));
    }

    let CountedWire { total_count: commit_count, page_info, nodes } = wire.commits;
    let (mut drafts, more) = ListWire { page_info, nodes }.open("commits", None, request, commit)?;
    commits::OF_PULL_REQUEST.extend(client, id, more, &mut drafts, &mut evidence, commit).await?;
    let mut commits = Vec::with_capacity(drafts.len());
    for draft in drafts {
        commits.push(draft.finish(client).await?);
    }

    let (mut closes, more) = wire.closing_issues_references.open("closingIssuesReferences", None, request, reference)?;
    MORE_CLOSES.extend(client, id, more, &mut closes, &mut evidence, reference).await?;

    let (mut drafts, more) = wire.reviews.open("reviews", None, request, reviews::draft)?;
    reviews::REST.extend(client, id, more, &mut drafts, &mut evidence, reviews::draft).await?;
    let mut reviews = Vec::with_capacity(drafts.len());
    for draft in drafts {
        reviews.push(draft.finish(client).await?);
    }

    let (mut comments, more) = wire.comments.open("comments", None, request, comments::comment)?;
    comments::CONVERSATION.extend(client, id, more, &mut comments, &mut evidence, comments::comment).await?;

    Ok(PullRequest {
        github_id: wire.full_database_id.0,
        number: wire.number,
        url: wire.url,
        title: wire.title,
        author: wire::account(wire.author),
        author_association: wire.author_association,
        state: wire.state.into(),
        is_draft: wire.is_draft,
        created_at: wire.created_at,
        updated_at: wire.updated_at,
        closed_at: wire.closed_at,
        merged_at: wire.merged_at,
        merged_by: wire::account(wire.merged_by),
        base: wire.base_ref_name,
        head: wire.head_ref_name,
        head_commit: wire.head_ref_oid,
        body: wire.body,
        head_repository: wire.head_repository.map(|repository| repository.name_with_owner),
        labels,
        additions: wire.additions,
        deletions: wire.deletions,
        files,
        commits,
        commit_count,
        closes,
        reviews,
        comments,
        evidence,
    })
}
