//! `/v1/sign-in/provider`: the OpenID Connect provider by which an institution's people sign in.
//! It must not ask the provider anything: whether it serves shows when somebody signs in.

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Admin, By},
    body::Json,
    fields::Faults,
    problem::Problem,
};
use crate::{
    db::sign_in,
    model::sign_in::{NUMBER_CLAIM, NewProvider, Provider, SCOPES},
};

/// A provider to be set up. Accredit is a public client of it: each sign-in has a PKCE proof, and there is no client secret.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProviderBody {
    /// Its address, letter for letter as its own description says.
    #[schema(example = "https://login.example.edu")]
    issuer: String,
    /// What it calls us.
    #[schema(example = "accredit")]
    client_id: String,
    /// The claim that holds a member's number, as a text. Otherwise `student_number`.
    number_claim: Option<String>,
    /// What is asked for besides `openid`. Otherwise `profile` and `email`.
    scopes: Option<Vec<String>>,
}

/// The provider of the institution.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SignInProvider)]
pub(super) struct ProviderView {
    issuer: String,
    client_id: String,
    number_claim: String,
    scopes: Vec<String>,
    /// To be registered with the provider: where it may send browsers back to.
    redirect_uri: String,
    updated_at: DateTime<Utc>,
}

fn view(api: &Api, provider: Provider) -> Result<JsonAnswer<ProviderView>, Problem> {
    Ok(JsonAnswer(ProviderView {
        issuer: provider.issuer,
        client_id: provider.client_id,
        number_claim: provider.number_claim,
        scopes: provider.scopes,
        redirect_uri: api.sign_in.callback()?.into(),
        updated_at: provider.updated_at,
    }))
}

/// Sets the provider up, in the place of the one before. Another issuer ends all sessions.
#[utoipa::path(put, path = "/v1/sign-in/provider", tag = "Sign-in", security(("key" = ["admin"])),
    responses((status = 200, body = ProviderView)))]
pub(super) async fn set(
    State(api): State<Api>,
    admin: Admin,
    By(actor): By,
    Json(new): Json<NewProviderBody>,
) -> Result<JsonAnswer<ProviderView>, Problem> {
    let now = api.clock.now();
    let new = NewProvider {
        issuer: new.issuer,
        client_id: new.client_id,
        number_claim: new.number_claim.unwrap_or_else(|| NUMBER_CLAIM.to_owned()),
        scopes: new.scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).into()),
    };
    let provider = new.check(now).map_err(|faults| {
        let mut found = Faults::default();
        faults.into_iter().for_each(|(field, why)| found.add(field, why));
        found.into_problem()
    })?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    sign_in::replace_provider(&mut tx, &provider, &actor, now).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    view(&api, provider)
}

/// Shows the provider.
#[utoipa::path(get, path = "/v1/sign-in/provider", tag = "Sign-in", security(("key" = ["admin"])),
    responses((status = 200, body = ProviderView), (status = 404, description = "There is none")))]
pub(super) async fn get(State(api): State<Api>, admin: Admin) -> Result<JsonAnswer<ProviderView>, Problem> {
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let provider = sign_in::get_provider(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    view(&api, provider)
}

/// Takes the provider away: all sessions end, and nobody signs in. Keys stay.
#[utoipa::path(delete, path = "/v1/sign-in/provider", tag = "Sign-in", security(("key" = ["admin"])),
    responses((status = 204), (status = 404, description = "There is none")))]
pub(super) async fn delete(State(api): State<Api>, admin: Admin, By(actor): By) -> Result<StatusCode, Problem> {
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let removed = sign_in::remove_provider(&mut tx, &actor, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
