//! `/v1/audit`: the chained log of what was decided, and signed checkpoints of it.
//! It must not show what was erased, and changes nothing.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Api,
    auth::{Admin, Reader},
    problem::Problem,
    query::{self, Paging, Query},
};
use crate::{
    db::audit::{self, StoredDetails},
    model::{audit::Entry, page::Page},
    notary,
};

/// One entry of the log.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AuditEntry)]
pub(super) struct EntryView {
    #[serde(flatten)]
    told: Told,
    /// The entry as it was hashed, byte for byte.
    entry: String,
    /// SHA-256 of the hash of the entry before and of `entry`, in hexadecimal digits.
    hash: String,
    /// What it says of persons. Null: nothing, or it was erased; then `entry` still holds its salted hash.
    #[schema(value_type = Option<Object>)]
    details: Option<Value>,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
struct Told {
    sequence: i64,
    at: DateTime<Utc>,
    /// The id of the key or the user, `operator` or `program`.
    by: String,
    #[schema(example = "policy_adopted")]
    action: String,
    /// The id of what it was done to.
    subject: String,
    #[schema(value_type = Object)]
    facts: Value,
}

impl EntryView {
    fn new(entry: Entry, details: Option<&StoredDetails>) -> Result<Self, Problem> {
        let broken = |why: serde_json::Error| Problem::broken(&format!("entry {} of the log cannot be read: {why}", entry.sequence));
        Ok(Self {
            told: serde_json::from_str(&entry.text).map_err(broken)?,
            details: details.map(|kept| serde_json::from_str(&kept.said)).transpose().map_err(broken)?,
            hash: hex::encode(entry.hash),
            entry: entry.text,
        })
    }
}

/// Lists the log from its first entry on.
#[utoipa::path(get, path = "/v1/audit", tag = "Audit", security(("key" = ["admin"])), params(Paging),
    responses((status = 200, body = Page<EntryView>)))]
pub(super) async fn list(State(api): State<Api>, admin: Admin, Query(paging): Query<Paging>) -> Result<Json<Page<EntryView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<i64>()?.unwrap_or(0));
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let found = audit::list(&mut tx, after, limit).await.map_err(Problem::database)?;
    let last = found.last().map_or(after, |entry| entry.sequence);
    let details = audit::list_details(&mut tx, after, last).await.map_err(Problem::database)?;
    let page = Page::cut(found, limit, |last| query::cursor(&last.sequence));
    let items = page.items.into_iter().map(|entry| {
        let kept = details.get(&entry.sequence);
        EntryView::new(entry, kept)
    });
    Ok(Json(Page { items: items.collect::<Result<_, _>>()?, next: page.next }))
}

/// A checkpoint of the log as it is now, signed: the text form of C2SP's tlog-checkpoint, to be handed over and kept. The log is verified for it.
#[utoipa::path(get, path = "/v1/audit/checkpoint", tag = "Audit", security(("key" = ["reader"])),
    responses((status = 200, content((String = "text/plain")))))]
pub(super) async fn checkpoint(State(api): State<Api>, reader: Reader) -> Result<Response, Problem> {
    let note = notary::checkpoint(&api.db, reader.institution, api.sealing.as_ref(), api.clock.now()).await.map_err(refuse)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

fn refuse(error: notary::Error) -> Problem {
    match error {
        notary::Error::Database(error) => Problem::database(error),
        // Somebody must act: the sentence says who and how.
        notary::Error::Bad(_) | notary::Error::Sealing(_) => Problem::conflict(error.to_string()),
        notary::Error::Unreadable(_) | notary::Error::Random(_) => Problem::broken(&error),
    }
}
