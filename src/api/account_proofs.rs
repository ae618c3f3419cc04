//! `/v1/me/account-proofs`: a member proves a GitHub account by entering a code at GitHub, on whatever device.
//! It must not hold a transaction while GitHub is asked, nor ask GitHub more often than it allows: one check is at most one question.
//!
//! Whoever waits asks for a check, which is a POST because it asks GitHub and may bind the account: a GET shows and does nothing, and no job
//! polls for people who have left.

use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;

use super::{
    Api,
    auth::{By, Here},
    body::Accepted,
    done::Done,
    problem::Problem,
    query::Id,
    sign_in::random,
};
use crate::{
    db::{
        InstitutionTx,
        account_proofs::{self as proofs, End},
        accounts, audit,
        bindings::{self, Bound},
        members,
    },
    identity::github::{Error, GitHub, Poll},
    model::{
        account::{Account, AccountKind},
        actor::Actor,
        audit::{Action, Details, Event},
        binding::Proof,
        ids::{AccountProofId, InstitutionId, MemberId},
        proof::{AccountProof, DeviceCode, ProofFailure, ProofState},
        sealing::{self, NONCE, SealingKey},
    },
};

/// A proof of a GitHub account by a code.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AccountProof)]
pub(super) struct ProofView {
    id: AccountProofId,
    state: ProofState,
    /// What the member enters at `verification_uri`.
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    #[schema(example = "https://github.com/login/device")]
    verification_uri: String,
    expires_at: DateTime<Utc>,
    /// How many seconds must pass between two checks. GitHub may ask for more while they go on.
    interval: u32,
    /// From when on a check asks GitHub again; one before that asks nobody.
    check_at: DateTime<Utc>,
    /// The account that was proved.
    github_login: Option<String>,
    /// Why it failed.
    failure: Option<ProofFailure>,
    /// The same for people.
    message: Option<&'static str>,
}

impl From<AccountProof> for ProofView {
    fn from(proof: AccountProof) -> Self {
        Self {
            id: proof.id,
            state: proof.state,
            user_code: proof.user_code,
            verification_uri: proof.verification_uri,
            expires_at: proof.expires_at,
            interval: proof.interval,
            check_at: proof.check_at,
            github_login: proof.github_login,
            failure: proof.failure,
            message: proof.failure.map(ProofFailure::sentence),
        }
    }
}

/// Begins a proof by a code: whoever calls enters it at GitHub, and asks for checks meanwhile. While one is waiting, it is the answer.
#[utoipa::path(post, path = "/v1/me/account-proofs", tag = "Sign-in", security(("key" = ["student"])),
    responses((status = 202, body = ProofView), (status = 502, description = "GitHub does not serve")))]
pub(super) async fn create(State(api): State<Api>, here: Here, By(actor): By) -> Result<Done<Accepted<ProofView>>, Problem> {
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let member = require_member(&mut tx, &actor).await?;
    if let Some(waiting) = proofs::get_waiting(&mut tx, member, api.clock.now()).await.map_err(Problem::database)? {
        return Ok(Done(tx, accepted(waiting)));
    }
    tx.commit().await.map_err(Problem::database)?;
    let (github, sealing) = (require_app(&api)?, require_sealing(&api)?);
    let begun_at = api.clock.now();
    let code = github.begin_device().await.map_err(github_failed)?;
    let now = api.clock.now();
    let proof = begun(&code, begun_at, now);
    let sealed = seal(sealing, here.institution, proof.id, &code.secret)?;
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let proof = proofs::insert(&mut tx, member, &proof, &sealed, now).await.map_err(Problem::database)?;
    Ok(Done(tx, accepted(proof)))
}

fn accepted(proof: AccountProof) -> Accepted<ProofView> {
    Accepted(format!("/v1/me/account-proofs/{}", proof.id), proof.into())
}

/// GitHub counts from when it was asked, and wants a pause before the first question, too.
fn begun(code: &DeviceCode, begun_at: DateTime<Utc>, now: DateTime<Utc>) -> AccountProof {
    AccountProof {
        id: AccountProofId::new(now),
        state: ProofState::Waiting,
        user_code: code.user_code.clone(),
        verification_uri: code.verification_uri.clone(),
        expires_at: begun_at + TimeDelta::seconds(code.lifetime.into()),
        interval: code.interval,
        check_at: now + TimeDelta::seconds(code.interval.into()),
        github_login: None,
        failure: None,
    }
}

/// Shows a proof of one's own, and does nothing.
#[utoipa::path(get, path = "/v1/me/account-proofs/{id}", tag = "Sign-in", security(("key" = ["student"])),
    params(("id" = AccountProofId, Path)), responses((status = 200, body = ProofView)))]
pub(super) async fn get(State(api): State<Api>, here: Here, By(actor): By, Id(id): Id<AccountProofId>) -> Result<Json<ProofView>, Problem> {
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    Ok(Json(own(&mut tx, &actor, id).await?.1.at(api.clock.now()).into()))
}

/// Asks GitHub whether the code has been entered, at most once in the interval, and shows the proof as it is then. An account that was proved is
/// the member's from that moment on, with all that it has ever done in tracked repositories.
#[utoipa::path(post, path = "/v1/me/account-proofs/{id}/checks", tag = "Sign-in", security(("key" = ["student"])),
    params(("id" = AccountProofId, Path)),
    responses((status = 200, body = ProofView), (status = 502, description = "GitHub does not serve")))]
pub(super) async fn check(
    State(api): State<Api>,
    here: Here,
    By(actor): By,
    Id(id): Id<AccountProofId>,
) -> Result<Done<Json<ProofView>>, Problem> {
    let now = api.clock.now();
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let (member, proof) = own(&mut tx, &actor, id).await?;
    let Some(sealed) = proofs::take_turn(&mut tx, member, id, now).await.map_err(Problem::database)? else {
        return Ok(Done(tx, Json(proof.at(now).into())));
    };
    let (github, sealing) = (require_app(&api)?, require_sealing(&api)?);
    tx.commit().await.map_err(Problem::database)?;
    let code = open(sealing, here.institution, id, &sealed)?;
    let polled = github.poll(&code).await;

    let now = api.clock.now();
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    let end = end_of(&mut tx, (member, id), &polled, &actor, now).await?;
    match (end, &polled) {
        (Some(end), _) if !proofs::end(&mut tx, id, &end).await.map_err(Problem::database)? => return Err(Problem::not_found()),
        (None, Err(error)) => {
            tx.commit().await.map_err(Problem::database)?;
            return Err(github_failed(error.clone()));
        }
        _ => {}
    }
    let proof = proofs::get(&mut tx, member, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(Done(tx, Json(proof.at(now).into())))
}

/// How the proof ends by what GitHub answered, the account bound where it ends well. `None`: it goes on.
async fn end_of<'a>(
    tx: &mut InstitutionTx,
    (member, id): (MemberId, AccountProofId),
    polled: &'a Result<Poll, Error>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<End<'a>>, Problem> {
    Ok(match polled {
        Ok(Poll::SlowDown { interval }) => {
            proofs::put_off(tx, id, Some(*interval), now).await.map_err(Problem::database)?;
            None
        }
        Ok(Poll::Denied) => Some(End::Denied),
        Ok(Poll::Expired) => Some(End::Expired),
        Ok(Poll::Done(account)) => {
            let bound = bind(tx, member, account, Proof::OauthDevice, by, now).await?;
            Some(bound.map_or_else(End::Failed, |()| End::Done(&account.login)))
        }
        Err(Error::Lost) => Some(End::Failed(ProofFailure::NotTold)),
        Err(Error::Refused(word)) => {
            tracing::warn!(word, "GitHub refused a device code");
            Some(End::Failed(ProofFailure::Refused))
        }
        // The code holds: the next check asks again.
        Ok(Poll::Waiting) | Err(Error::Unreachable(_) | Error::Status(_) | Error::BadAnswer(_)) => {
            proofs::put_off(tx, id, None, now).await.map_err(Problem::database)?;
            None
        }
    })
}

/// A proof that the caller has begun. What is another's is not there.
async fn own(tx: &mut InstitutionTx, actor: &Actor, id: AccountProofId) -> Result<(MemberId, AccountProof), Problem> {
    let member = actor.member().ok_or_else(Problem::not_found)?;
    let proof = proofs::get(tx, member, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok((member, proof))
}

/// Who of the register calls: whoever that is may prove an account, and nobody else has one.
pub(super) async fn require_member(tx: &mut InstitutionTx, actor: &Actor) -> Result<MemberId, Problem> {
    let member = actor.member().ok_or_else(nobody)?;
    members::get(tx, member).await.map_err(Problem::database)?.map(|member| member.id).ok_or_else(nobody)
}

fn nobody() -> Problem {
    Problem::forbidden("Only a member of the register proves an account, and you are not known to be one.")
}

/// The OAuth app of the settings.
pub(super) fn require_app(api: &Api) -> Result<&GitHub, Problem> {
    let none = "This server has no OAuth app at GitHub: whoever runs it sets github.oauth_client_id. Staff can attest whose an account is.";
    api.github.as_ref().ok_or_else(|| Problem::conflict(none))
}

fn require_sealing(api: &Api) -> Result<&SealingKey, Problem> {
    api.sealing.as_ref().ok_or_else(|| Problem::conflict(sealing::Error::NoKey.to_string()))
}

pub(super) fn github_failed(error: Error) -> Problem {
    tracing::warn!(%error, "no account was proved");
    match error {
        Error::Refused(_) => Problem::not_proved(error),
        Error::Unreachable(_) | Error::Status(_) | Error::BadAnswer(_) | Error::Lost => Problem::github(error),
    }
}

/// Makes an account that GitHub spoke for the member's, with all that follows from it, or says why it cannot be.
pub(super) async fn bind(
    tx: &mut InstitutionTx,
    member: MemberId,
    account: &Account,
    proof: Proof,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<(), ProofFailure>, Problem> {
    let failure = if account.kind != AccountKind::User || account.is_bot() {
        ProofFailure::NotAPerson
    } else {
        accounts::insert_batch(tx, std::slice::from_ref(account), now).await.map_err(Problem::database)?;
        match bindings::bind(tx, member, account, proof, by, now).await.map_err(Problem::database)? {
            Bound::Done(_) => {
                bindings::follow_up(tx, now).await.map_err(Problem::database)?;
                return Ok(Ok(()));
            }
            Bound::Already(_) => return Ok(Ok(())),
            Bound::Taken => ProofFailure::Taken,
            Bound::Unknown => return Err(nobody()),
        }
    };
    let said = json!({ "github_login": account.login, "github_id": account.id });
    let details = Some(Details { member: Some(member), said });
    let event = Event { action: Action::AccountNotProved, subject: member.to_string(), facts: json!({ "reason": failure }), details };
    audit::append(tx, by, &event, now);
    Ok(Err(failure))
}

fn purpose(institution: InstitutionId, id: AccountProofId) -> String {
    format!("device code of the account proof {id} of {institution}")
}

fn seal(sealing: &SealingKey, institution: InstitutionId, id: AccountProofId, code: &SecretString) -> Result<Vec<u8>, Problem> {
    let sealed = sealing.seal(code.expose_secret().as_bytes(), &purpose(institution, id), random::<NONCE>()?);
    sealed.map_err(|why| Problem::broken(&why))
}

fn open(sealing: &SealingKey, institution: InstitutionId, id: AccountProofId, sealed: &[u8]) -> Result<SecretString, Problem> {
    // Another key than a quarter of an hour ago: somebody must act, and the sentence says how.
    let code = sealing.open(sealed, &purpose(institution, id)).map_err(|why| Problem::conflict(why.to_string()))?;
    String::from_utf8(code).map(SecretString::from).map_err(|_| Problem::broken(&"a device code is no text"))
}
