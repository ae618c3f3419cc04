//! `/v1/me/account-proof`: a member proves a GitHub account by being led to GitHub and back.
//! It must not hold a transaction while GitHub is asked, nor take an answer that another browser or another person began.

use axum::{
    extract::State,
    http::{HeaderMap, Response},
};
use chrono::TimeDelta;
use serde::Deserialize;

use super::{
    Api,
    account_proofs::{bind, github_failed, require_app, require_member},
    auth::{By, Here},
    cookies::{self, Kind},
    problem::Problem,
    query::Query,
    sign_in::{Afterwards, lead, token},
};
use crate::{
    db::account_proofs::{self as proofs, Attempt},
    identity::github::Error,
    model::{binding::Proof, proof::ProofFailure, sign_in::is_safe, token::Token},
};

/// How long somebody may take at GitHub.
const ATTEMPT: TimeDelta = TimeDelta::minutes(10);
/// Where GitHub sends browsers back to.
const CALLBACK: &str = "/v1/account-proof/callback";

/// Leads a browser to GitHub, to prove that an account there is the caller's own.
#[utoipa::path(get, path = "/v1/me/account-proof", tag = "Sign-in", security(("key" = ["student"])), params(Afterwards),
    responses((status = 303, description = "To GitHub")))]
pub(super) async fn begin(
    State(api): State<Api>,
    here: Here,
    By(actor): By,
    headers: HeaderMap,
    Query(afterwards): Query<Afterwards>,
) -> Result<Response<axum::body::Body>, Problem> {
    let return_to = afterwards.path()?;
    // GitHub asks nobody twice: a page of somebody else could have a person's account bound without a word.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(Problem::forbidden("A page of another site led here: begin from a page of this server, or type the address."));
    }
    let public_url = &api.sign_in.public_url;
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let member = require_member(&mut tx, &actor).await?;
    let github = require_app(&api)?;
    if !is_safe(public_url) {
        return Err(Problem::conflict("Nobody can be led to GitHub and back: whoever runs this server sets http.public_url to https://."));
    }
    let (state, browser) = (token(here.institution)?, token(here.institution)?);
    let to = github.authorize(&api.sign_in.address(CALLBACK)?, &state, &browser).ok_or_else(|| {
        Problem::conflict(
            "This server cannot lead to GitHub and back: whoever runs it sets github.oauth_client_secret. POST /v1/me/account-proofs works without.",
        )
    })?;
    let expires_at = api.clock.now() + ATTEMPT;
    let attempt = Attempt { state: state.hash(), browser: browser.hash(), member, return_to, expires_at };
    proofs::insert_attempt(&mut tx, &attempt).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    lead(to.as_str(), [cookies::write(Kind::AccountProof, Some((&browser, ATTEMPT)), public_url)?])
}

/// What GitHub sends along; it may say more.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// Where GitHub sends the browser back to: the account is the caller's from now on, with all that it has ever done in tracked repositories.
#[utoipa::path(get, path = "/v1/account-proof/callback", tag = "Sign-in", security(("key" = ["student"])), params(Answer),
    responses((status = 303, description = "Proved; to where one wanted"), (status = 502, description = "GitHub does not serve"),
        (status = 403, description = "Not proved, and why"), (status = 409, description = "Proved, and the account cannot be the caller's")))]
pub(super) async fn callback(
    State(api): State<Api>,
    here: Here,
    By(actor): By,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response<axum::body::Body>, Problem> {
    let public_url = &api.sign_in.public_url;
    let state = answer.state.as_deref().and_then(|state| state.parse::<Token>().ok()).filter(|state| state.institution == here.institution);
    let (Some(state), Some(browser)) = (state, cookies::read(&headers, Kind::AccountProof, public_url)) else { return Err(over()) };
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let member = require_member(&mut tx, &actor).await?;
    let taken = proofs::take_attempt(&mut tx, &state.hash(), &browser.hash(), member, api.clock.now()).await;
    let return_to = taken.map_err(Problem::database)?.ok_or_else(over)?;
    tx.commit().await.map_err(Problem::database)?;
    let Some(code) = answer.code else {
        return Err(match answer.error {
            Some(word) => Problem::not_proved(Error::refused(&word)),
            None => Problem::not_proved("GitHub sent the browser back without a word"),
        });
    };
    let account = require_app(&api)?.exchange(&api.sign_in.address(CALLBACK)?, &browser, &code).await.map_err(github_failed)?;

    let now = api.clock.now();
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let member = require_member(&mut tx, &actor).await?;
    let bound = bind(&mut tx, member, &account, Proof::OauthWeb, &actor, now).await?;
    tx.commit().await.map_err(Problem::database)?;
    bound.map_err(cannot_be)?;
    lead(&return_to, [cookies::write(Kind::AccountProof, None, public_url)?])
}

fn cannot_be(failure: ProofFailure) -> Problem {
    Problem::conflict(format!("The account is not yours here: {}.", failure.sentence()))
}

/// The same for a state that never was, was used, is too old, or is another browser's or another person's.
fn over() -> Problem {
    Problem::not_proved("this proof is over, or another browser or somebody else began it: begin again")
}
