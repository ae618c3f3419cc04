//! `/v1/syncs`: asks for a fetch of a repository and shows how it goes.
//! It must not fetch: a worker does.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Api,
    auth::{Reader, Staff},
    body::Accepted,
    done::Done,
    problem::Problem,
    query::Id,
};
use crate::{
    db::{queue, repositories, syncs},
    model::{
        ids::{RepositoryId, SyncId},
        work::{Sync, WorkState},
    },
};

/// One fetch of one repository.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Sync)]
pub(super) struct SyncView {
    id: SyncId,
    repository_id: RepositoryId,
    state: WorkState,
    /// Items fetched so far.
    fetched: i64,
    /// How many there are to look at, once GitHub has said so.
    total: Option<i64>,
    /// Requests to GitHub so far.
    requests: i64,
    /// Rows that were new or had changed.
    written: i64,
    /// Why it failed, or why it waits.
    error: Option<String>,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<Sync> for SyncView {
    fn from(sync: Sync) -> Self {
        Self {
            id: sync.id,
            repository_id: sync.repository,
            state: sync.state,
            fetched: sync.fetched,
            total: sync.total,
            requests: sync.requests,
            written: sync.written,
            error: sync.error,
            requested_at: sync.requested_at,
            started_at: sync.started_at,
            finished_at: sync.finished_at,
        }
    }
}

/// Fetches a repository now. One fetch at a time: while one is under way, it is the answer.
#[utoipa::path(post, path = "/v1/repositories/{id}/syncs", tag = "Repositories", security(("key" = ["staff"])),
    params(("id" = RepositoryId, Path)), responses((status = 202, body = SyncView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    Id(repository): Id<RepositoryId>,
) -> Result<Done<Accepted<SyncView>>, Problem> {
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    repositories::get(&mut tx, repository).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let sync = queue::request_sync(&mut tx, repository, SyncId::new(now), now).await.map_err(Problem::database)?;
    Ok(Done(tx, Accepted(format!("/v1/syncs/{}", sync.id), sync.into())))
}

/// Shows how a fetch goes.
#[utoipa::path(get, path = "/v1/syncs/{id}", tag = "Repositories", security(("key" = ["reader"])), params(("id" = SyncId, Path)),
    responses((status = 200, body = SyncView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<SyncId>) -> Result<Json<SyncView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let sync = syncs::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(Json(sync.into()))
}
