//! The repository itself, and the marks by which an unchanged family of its items is known without asking for it.
//! It must not refuse anything: that a repository is private is a fact, and what to do about it the caller's matter.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    client::{Client, Document},
    error::{Error, Request},
    lists::Piece,
    wire::{self, Who},
};
use crate::model::{github::RepositoryFacts, repository::FullName};

const DOCUMENT: Document = Document { name: "Repository", text: include_str!("repository.graphql") };

/// A repository as it stood at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub facts: RepositoryFacts,
    pub totals: Totals,
    /// GitHub's clock at that moment.
    pub(super) at: DateTime<Utc>,
    /// What GraphQL calls it, whatever its name becomes.
    pub(super) node: String,
    pub(super) latest: Latest,
    request: Request,
}

impl Snapshot {
    /// The very error of a name that nobody has, for whom this must not be shown to.
    pub fn unseen(&self, asked: &FullName) -> Error {
        unseen(asked, self.request.clone())
    }
}

/// In words of ours: what GitHub says of a name that nobody has may change, and what is not to be seen must go on to look the same.
fn unseen(asked: &FullName, request: Request) -> Error {
    Error::NotFound { message: asked.to_string(), request }
}

/// How many there are, for a progress bar: reviews and comments are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub pull_requests: u64,
    pub issues: u64,
    pub commits: u64,
    pub releases: u64,
}

/// The last update of each kind; absent where there are none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latest {
    pub pull_request: Option<DateTime<Utc>>,
    pub issue: Option<DateTime<Utc>>,
    /// Among the newest hundred.
    pub release: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct DataWire<'a> {
    #[serde(borrow)]
    repository: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryWire {
    id: String,
    database_id: i64,
    name_with_owner: String,
    owner: Who,
    is_private: bool,
    is_fork: bool,
    is_archived: bool,
    is_disabled: bool,
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    pushed_at: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "wire::nullable")]
    license_info: Option<LicenseWire>,
    #[serde(deserialize_with = "wire::nullable")]
    default_branch_ref: Option<BranchWire>,
    pull_requests: MarkWire,
    issues: MarkWire,
    releases: MarkWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LicenseWire {
    #[serde(deserialize_with = "wire::nullable")]
    spdx_id: Option<String>,
}

#[derive(Deserialize)]
struct BranchWire {
    name: String,
    #[serde(deserialize_with = "wire::nullable")]
    target: Option<TargetWire>,
}

#[derive(Deserialize)]
struct TargetWire {
    oid: String,
    history: CountWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountWire {
    total_count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MarkWire {
    total_count: u64,
    nodes: Vec<UpdatedWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdatedWire {
    updated_at: DateTime<Utc>,
}

impl MarkWire {
    fn latest(&self) -> Option<DateTime<Utc>> {
        self.nodes.iter().map(|node| node.updated_at).max()
    }
}

impl Client {
    /// The repository's facts, its totals and what changed last, in one request. A former name is answered with the present one.
    pub async fn repository(&self, name: &FullName) -> Result<Snapshot, Error> {
        let answer = self.ask(DOCUMENT, json!({ "owner": name.owner(), "name": name.name() })).await.map_err(|error| match error {
            Error::NotFound { request, .. } => unseen(name, request),
            other => other,
        })?;
        let piece = Piece::new(answer.data::<DataWire<'_>>()?.repository, "repository", answer.request());
        let wire: RepositoryWire = piece.read()?;
        let full_name = wire.name_with_owner.parse().map_err(|why| piece.misread(&format!("nameWithOwner: {why}")))?;
        let target = wire.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
        let totals = Totals {
            pull_requests: wire.pull_requests.total_count,
            issues: wire.issues.total_count,
            commits: target.map_or(0, |target| target.history.total_count),
            releases: wire.releases.total_count,
        };
        let latest = Latest { pull_request: wire.pull_requests.latest(), issue: wire.issues.latest(), release: wire.releases.latest() };
        let facts = RepositoryFacts {
            github_id: wire.database_id,
            full_name,
            owner: wire::account(Some(wire.owner)).map(|owner| owner.id),
            is_private: wire.is_private,
            is_fork: wire.is_fork,
            is_archived: wire.is_archived,
            is_disabled: wire.is_disabled,
            created_at: wire.created_at,
            pushed_at: wire.pushed_at,
            license: wire.license_info.and_then(|license| license.spdx_id),
            head: target.map(|target| target.oid.clone()),
            default_branch: wire.default_branch_ref.map(|branch| branch.name),
            evidence: piece.evidence(),
        };
        Ok(Snapshot { facts, totals, at: answer.date()?, node: wire.id, latest, request: answer.request().clone() })
    }
}
