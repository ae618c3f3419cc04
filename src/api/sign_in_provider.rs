//! `/v1/sign-in/provider`: the OpenID Connect provider by which an institution's people sign in.
//! It must not ask the provider anything: whether it serves shows when somebody signs in.

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Admin, By},
    body::{Json, given},
    fields::Faults,
    problem::Problem,
    sign_in::random,
};
use crate::{
    db::sign_in,
    model::{
        ids::InstitutionId,
        sealing::NONCE,
        sign_in::{NUMBER_CLAIM, NewProvider, Provider, SCOPES, client_secret},
    },
};

/// A provider to be set up. Each sign-in has a PKCE proof; without a secret, Accredit is a public client.
#[derive(Deserialize, utoipa::ToSchema)]
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
    /// By which it knows us, and which is never shown again. Absent: as before, where issuer and client id are. Null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    client_secret: Option<Option<String>>,
}

/// The provider of the institution.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SignInProvider)]
pub(super) struct ProviderView {
    issuer: String,
    client_id: String,
    number_claim: String,
    scopes: Vec<String>,
    /// It knows us by a secret.
    has_client_secret: bool,
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
        has_client_secret: provider.client_secret.is_some(),
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
    let (provider, secret) = check(new, now)?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let provider = match secret {
        None => provider.with_secret_of(sign_in::get_provider(&mut tx).await.map_err(Problem::database)?),
        Some(None) => provider,
        Some(Some(secret)) => seal(&api, admin.institution, provider, &secret)?,
    };
    sign_in::replace_provider(&mut tx, &provider, &actor, now).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    view(&api, provider)
}

/// The provider without a secret, and what was said of one.
fn check(new: NewProviderBody, now: DateTime<Utc>) -> Result<(Provider, Option<Option<SecretString>>), Problem> {
    let mut found = Faults::default();
    let secret = new.client_secret.map(|said| said.map(client_secret).transpose()).transpose();
    let secret = found.check("client_secret", secret);
    let new = NewProvider {
        issuer: new.issuer,
        client_id: new.client_id,
        number_claim: new.number_claim.unwrap_or_else(|| NUMBER_CLAIM.to_owned()),
        scopes: new.scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).into()),
    };
    match (new.check(now), secret) {
        (Ok(provider), Some(secret)) => Ok((provider, secret)),
        (checked, _) => {
            checked.err().into_iter().flatten().for_each(|(field, why)| found.add(field, why));
            Err(found.into_problem())
        }
    }
}

fn seal(api: &Api, institution: InstitutionId, provider: Provider, secret: &SecretString) -> Result<Provider, Problem> {
    let nonce = random::<NONCE>()?;
    // Somebody must act: the sentence says who and how.
    provider.with_secret(secret, institution, api.sealing.as_ref(), nonce).map_err(|error| Problem::conflict(error.to_string()))
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
