//! `/v1/me`: who calls, as the program knows it.
//! It must not show anything that is not the caller's own.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Api,
    auth::{By, Here},
    problem::Problem,
};
use crate::{
    db::institutions,
    model::{
        ids::{InstitutionId, MemberId},
        institution::Role,
    },
};

/// Who calls.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Me {
    institution: MyInstitution,
    /// The user, or the key.
    id: String,
    /// The person; of a key, who answers for it.
    name: String,
    role: Role,
    /// Who of the register that person is, where it is known.
    member_id: Option<MemberId>,
    /// When the session ends at the latest. Null: the request came with a key.
    session_expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MyInstitution {
    id: InstitutionId,
    slug: String,
    name: String,
}

/// Shows who calls.
#[utoipa::path(get, path = "/v1/me", tag = "Sign-in", security(("key" = ["student"])), responses((status = 200, body = Me)))]
pub(super) async fn get(State(api): State<Api>, here: Here, By(actor): By) -> Result<Json<Me>, Problem> {
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let institution = institutions::get(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let person = actor.to_person();
    Ok(Json(Me {
        institution: MyInstitution { id: institution.id, slug: institution.slug, name: institution.name },
        id: actor.to_string(),
        name: person.name,
        role: here.role,
        member_id: person.member,
        session_expires_at: here.session.map(|session| session.expires_at),
    }))
}
