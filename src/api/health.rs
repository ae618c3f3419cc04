//! Whether the program lives, and whether it can serve.
//! It must not say why it cannot: that is in the log.

use axum::{Json, extract::State};
use serde::Serialize;

use super::{Api, problem::Problem};

/// How the program is.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// The program answers.
#[utoipa::path(get, path = "/healthz", tag = "Health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The program can serve: the database answers and is up to date.
#[utoipa::path(get, path = "/readyz", tag = "Health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn ready(State(api): State<Api>) -> Result<Json<Health>, Problem> {
    api.db.check().await.map_err(Problem::database)?;
    Ok(Json(Health { status: "ok" }))
}
