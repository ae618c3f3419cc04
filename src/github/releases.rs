//! Releases, newest first.
//! It must not ask more than once in a sync for what has not changed: the repository's document says whether anything did.
//!
//! GitHub cannot order releases by their last edit. The repository's document shows the edits of the newest hundred; an edit of an
//! older one is noticed when one of those hundred changes too, or a new one appears. A deleted release is not noticed.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    client::{Client, Document},
    error::Error,
    lists::{Paging, Piece},
    wire::{self, Big, ListWire, Who},
};
use crate::model::github::{Batch, Release};

const PAGE: u32 = 100;
const LIST: Document = Document { name: "Releases", text: include_str!("releases.graphql") };

/// How far the list has been read.
#[derive(Debug)]
pub(super) struct Reading {
    paging: Paging,
    since: Option<DateTime<Utc>>,
    over: bool,
}

impl Reading {
    /// All of them, or those that changed at `since` or after.
    pub fn new(since: Option<DateTime<Utc>>) -> Self {
        Self { paging: Paging::new(PAGE), since, over: false }
    }

    pub fn is_over(&self) -> bool {
        self.over
    }
}

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow, deserialize_with = "wire::nullable")]
    node: Option<RepositoryWire<'a>>,
}

#[derive(Deserialize)]
struct RepositoryWire<'a> {
    #[serde(borrow)]
    releases: ListWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseWire {
    database_id: Big,
    url: String,
    tag_name: String,
    #[serde(deserialize_with = "wire::nullable")]
    name: Option<String>,
    #[serde(deserialize_with = "wire::nullable")]
    author: Option<Who>,
    is_draft: bool,
    is_prerelease: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(deserialize_with = "wire::nullable")]
    published_at: Option<DateTime<Utc>>,
}

pub(super) async fn next_page(client: &Client, repository: &str, reading: &mut Reading) -> Result<Batch, Error> {
    let answer = reading.paging.ask(client, LIST, json!({ "repository": repository })).await?;
    let list = answer.data::<PageWire<'_>>()?.node.ok_or_else(|| answer.protocol("node: null"))?.releases;
    let (read, next) = list.open("node.releases", reading.paging.after.as_deref(), answer.request(), release)?;
    let since = reading.since;
    let releases = read.into_iter().filter(|(at, _)| since.is_none_or(|since| *at >= since)).map(|(_, release)| release).collect();
    reading.over = next.is_none();
    reading.paging.after = next;
    Ok(Batch { releases, ..Batch::default() })
}

/// A release, and when it was last edited.
fn release(piece: Piece<'_>) -> Result<(DateTime<Utc>, Release), Error> {
    let wire: ReleaseWire = piece.read()?;
    let release = Release {
        github_id: wire.database_id.0,
        url: wire.url,
        tag: wire.tag_name,
        name: wire.name,
        author: wire::account(wire.author),
        is_draft: wire.is_draft,
        is_prerelease: wire.is_prerelease,
        created_at: wire.created_at,
        published_at: wire.published_at,
        evidence: piece.evidence(),
    };
    Ok((wire.updated_at, release))
}
