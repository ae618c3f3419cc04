//! `/v1/api-keys/{id}/rotations`: a key's successor, while both are valid for a time.
//! It must not leave three of one lineage valid at once.

use axum::{extract::State, response::Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{
    Api,
    api_keys::{MadeApiKeyView, answer, new_key},
    auth::{Admin, By},
    body::Json,
    fields::Faults,
    problem::Problem,
    query::Id,
};
use crate::{
    db::api_keys::{self, LONGEST_OVERLAP, OVERLAP, Rotated},
    model::ids::ApiKeyId,
};

/// How a key is to be rotated.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRotation {
    /// Until when the old key stays valid: at most 30 days, otherwise 7. It never stays longer than it was to already.
    expires_at: Option<DateTime<Utc>>,
}

/// Makes a key's successor, with the same role, holder and member. Answers the successor, with the key itself, this once.
#[utoipa::path(post, path = "/v1/api-keys/{id}/rotations", tag = "API keys", security(("key" = ["admin"])), params(("id" = ApiKeyId, Path)),
    responses((status = 201, body = MadeApiKeyView)))]
pub(super) async fn create(
    State(api): State<Api>,
    admin: Admin,
    By(actor): By,
    Id(id): Id<ApiKeyId>,
    Json(new): Json<NewRotation>,
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let ends_at = new.expires_at.unwrap_or(now + OVERLAP);
    if ends_at <= now || ends_at > now + LONGEST_OVERLAP {
        let mut faults = Faults::default();
        let most = TimeDelta::num_days(&LONGEST_OVERLAP);
        faults.add("expires_at", format!("must be a time to come, at most {most} days from now"));
        return Err(faults.into_problem());
    }
    let key = new_key(admin.institution)?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let rotated = api_keys::rotate(&mut tx, id, &key.hash(), ends_at, &actor, now).await.map_err(Problem::database)?;
    match rotated {
        Rotated::Done { successor, .. } => answer(tx, &successor, &key),
        Rotated::Unknown => Err(Problem::not_found()),
        Rotated::Refused => Err(Problem::conflict("This key is not valid any more: make a new one.")),
        Rotated::Two(other) => {
            Err(Problem::conflict(format!("The key {other} of the same lineage is valid too: revoke the one that is not needed first.")))
        }
    }
}
