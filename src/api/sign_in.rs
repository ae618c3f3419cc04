//! `/v1/sign-in/…`, `/v1/sign-out`: from a browser to the institution's provider and back, and what becomes of it: a session.
//! It must not hold a transaction while the provider is asked, nor lead a browser to a place that is not ours.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::TryRng as _;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{
    Api,
    admission::{self, Admitted, How, Refused},
    auth::{By, Here},
    cookies::{self, Kind},
    done::Done,
    problem::Problem,
    query::Query,
};
use crate::{
    db::{self, InstitutionTx, audit, institutions, members, sessions, sign_in as attempts, users},
    identity::{self, Begun},
    model::{
        actor::Actor,
        audit::{Action, Details, Event},
        ids::InstitutionId,
        sign_in::{Identity, Provider, is_path_of_ours, is_safe},
        token::{SECRET_BYTES, Token},
    },
};

/// How people sign in here.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub providers: identity::Client,
    /// The address under which browsers know this server.
    pub public_url: Url,
    /// How long a session holds, however much it is used.
    pub lifetime: TimeDelta,
    /// How long a session holds that is not used.
    pub idle: TimeDelta,
}

/// How long somebody may take at the provider.
const ATTEMPT: TimeDelta = TimeDelta::minutes(10);
/// Where one is led who does not say where to.
const HOME: &str = "/v1/me";

impl SignIn {
    /// Where providers send browsers back to.
    pub(super) fn callback(&self) -> Result<Url, Problem> {
        self.address("/v1/sign-in/callback")
    }

    /// The address of a path of ours, for browsers that somebody else sends back.
    pub(super) fn address(&self, path: &str) -> Result<Url, Problem> {
        let text = format!("{}{path}", self.public_url.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|why| Problem::broken(&why))
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Afterwards {
    /// A path of this server to be led to afterwards, otherwise `/v1/me`.
    #[param(example = "/v1/me")]
    return_to: Option<String>,
}

impl Afterwards {
    pub fn path(self) -> Result<String, Problem> {
        let path = self.return_to.unwrap_or_else(|| HOME.to_owned());
        if is_path_of_ours(&path) {
            Ok(path)
        } else {
            Err(Problem::bad_request("return_to must be a path of this server, such as /v1/me."))
        }
    }
}

/// Leads a browser to the institution's provider. `institution`: its slug.
#[utoipa::path(get, path = "/v1/sign-in/{institution}", tag = "Sign-in", security(()), params(("institution" = String, Path), Afterwards),
    responses((status = 303, description = "To the provider"), (status = 502, description = "The provider does not serve"),
        (status = 404, description = "No institution of this slug has sign-in")))]
pub(super) async fn begin(
    State(api): State<Api>,
    Path(slug): Path<String>,
    Query(afterwards): Query<Afterwards>,
) -> Result<Response, Problem> {
    let return_to = afterwards.path()?;
    if !is_safe(&api.sign_in.public_url) {
        tracing::error!("nobody can sign in: http.public_url must begin with https://");
        return Err(Problem::unavailable());
    }
    let (institution, provider) = provider_of(&api, &slug).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let (state, browser) = (token(institution)?, token(institution)?);
    let redirect = api.sign_in.callback()?;
    let secret = secret(&api, institution, &provider)?;
    let begun = Begun { provider: &provider, secret: secret.as_ref(), redirect: &redirect, state: &state, browser: &browser };
    let to = api.sign_in.providers.begin(&begun, api.clock.now()).await.map_err(provider_failed)?;
    let attempt = attempts::Attempt { state: state.hash(), browser: browser.hash(), return_to, expires_at: api.clock.now() + ATTEMPT };
    let mut tx = api.db.begin_as(institution).await.map_err(Problem::database)?;
    attempts::insert_attempt(&mut tx, &attempt).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    let cookie = cookies::write(Kind::SignIn, Some((&browser, ATTEMPT)), &api.sign_in.public_url)?;
    lead(to.as_str(), [cookie])
}

async fn provider_of(api: &Api, slug: &str) -> Result<Option<(InstitutionId, Provider)>, db::Error> {
    if slug.contains('\0') {
        return Ok(None);
    }
    let mut tx = api.db.begin_as_operator().await?;
    let institution = institutions::get_by_slug(&mut tx, slug).await?;
    tx.commit().await?;
    let Some(institution) = institution else { return Ok(None) };
    let mut tx = api.db.begin_as(institution).await?;
    let provider = attempts::get_provider(&mut tx).await?;
    tx.commit().await?;
    Ok(provider.map(|provider| (institution, provider)))
}

/// The secret by which the provider knows us, where there is one.
fn secret(api: &Api, institution: InstitutionId, provider: &Provider) -> Result<Option<SecretString>, Problem> {
    provider.secret(institution, api.sealing.as_ref()).map_err(|error| {
        tracing::error!(%error, "nobody can sign in: the client secret cannot be read");
        Problem::unavailable()
    })
}

/// What a provider sends along; it may say more.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Where the provider sends the browser back to: makes a session, if the person may have one.
#[utoipa::path(get, path = "/v1/sign-in/callback", tag = "Sign-in", security(()), params(Answer),
    responses((status = 303, description = "Signed in; to where one wanted"), (status = 502, description = "The provider does not serve"),
        (status = 403, description = "Not signed in, and why")))]
pub(super) async fn callback(State(api): State<Api>, headers: HeaderMap, Query(answer): Query<Answer>) -> Result<Response, Problem> {
    let public_url = &api.sign_in.public_url;
    let state = answer.state.as_deref().and_then(|state| state.parse::<Token>().ok());
    let (Some(state), Some(browser)) = (state, cookies::read(&headers, Kind::SignIn, public_url)) else { return Err(over()) };
    let institution = state.institution;
    let now = api.clock.now();
    let mut tx = api.db.begin_as(institution).await.map_err(Problem::database)?;
    let return_to = attempts::take_attempt(&mut tx, &state.hash(), &browser.hash(), now).await.map_err(Problem::database)?;
    let provider = attempts::get_provider(&mut tx).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    let (Some(return_to), Some(provider)) = (return_to, provider) else { return Err(over()) };
    // RFC 9207: a provider that says who it is must be the one that was asked.
    if answer.iss.is_some_and(|issuer| issuer != provider.issuer) {
        return Err(Problem::not_signed_in("the answer is another provider's"));
    }
    let Some(code) = answer.code else {
        let word = identity::Error::word(answer.error.as_deref().unwrap_or_default());
        return Err(Problem::not_signed_in(format!("the sign-in provider said no ({word})")));
    };
    let redirect = api.sign_in.callback()?;
    let secret = secret(&api, institution, &provider)?;
    let begun = Begun { provider: &provider, secret: secret.as_ref(), redirect: &redirect, state: &state, browser: &browser };
    let identity = match api.sign_in.providers.finish(&begun, code, now).await {
        Ok(identity) => identity,
        Err(error) => return Err(not_identified(&api, institution, error).await),
    };
    let before = cookies::read(&headers, Kind::Session, public_url).filter(|before| before.institution == institution);
    let session = enter(&api, institution, &identity, before).await?;
    let cookies = [
        cookies::write(Kind::Session, Some((&session, api.sign_in.lifetime)), public_url)?,
        cookies::write(Kind::SignIn, None, public_url)?,
    ];
    lead(&return_to, cookies)
}

/// A session for whom the provider named, always a new one.
async fn enter(api: &Api, institution: InstitutionId, identity: &Identity, before: Option<Token>) -> Result<Token, Problem> {
    let session = token(institution)?;
    let now = api.clock.now();
    let mut tx = api.db.begin_as(institution).await.map_err(Problem::database)?;
    let admitted = admitted(&mut tx, identity, api).await.map_err(Problem::database)?;
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => {
            note_failure(&mut tx, refused.code(), Some(identity), api).await.map_err(Problem::database)?;
            let name = institutions::get(&mut tx).await.map_err(Problem::database)?.map_or_else(String::new, |known| known.name);
            tx.commit().await.map_err(Problem::database)?;
            return Err(Problem::not_signed_in(format!("{}. Ask whoever administers Accredit at {name}", refused.sentence())));
        }
    };
    if let Some(before) = before {
        sessions::remove(&mut tx, &before.hash()).await.map_err(Problem::database)?;
    }
    keep(&mut tx, &admitted, &session, now + api.sign_in.lifetime, now).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    Ok(session)
}

async fn keep(
    tx: &mut InstitutionTx,
    Admitted { user, how }: &Admitted,
    session: &Token,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), db::Error> {
    match how {
        How::New => users::insert(tx, user).await?,
        How::Known => users::replace(tx, user).await?,
        How::First => {
            users::replace(tx, user).await?;
            // Whoever was bound before is not.
            sessions::remove_all(tx, Some(user.id)).await?;
        }
    }
    sessions::insert(tx, &session.hash(), user.id, expires_at, now).await?;
    if *how != How::Known {
        audit::append(tx, &user.actor(), &user.event(Action::UserAdmitted), now);
    }
    let signed_in = Event { action: Action::SignedIn, subject: user.id.to_string(), facts: json!({ "role": user.role }), details: None };
    audit::append(tx, &user.actor(), &signed_in, now);
    Ok(())
}

async fn admitted(tx: &mut InstitutionTx, identity: &Identity, api: &Api) -> Result<Result<Admitted, Refused>, db::Error> {
    users::lock(tx).await?;
    let member = match &identity.number {
        Some(number) => members::list_by_number(tx, std::slice::from_ref(number)).await?.into_iter().next(),
        None => None,
    };
    let named = admission::known_as(identity);
    let found = users::list_named(tx, &named, identity.email.as_deref(), member.as_ref().map(|member| member.id)).await?;
    Ok(admission::admit(identity, &found, member.as_ref(), api.clock.now()))
}

/// Ends the session that the request comes with. A key has none to end.
#[utoipa::path(post, path = "/v1/sign-out", tag = "Sign-in", security(("key" = ["student"])), responses((status = 204)))]
pub(super) async fn sign_out(State(api): State<Api>, here: Here, By(actor): By) -> Result<Response, Problem> {
    let Some(session) = here.session else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let now = api.clock.now();
    let mut tx = api.db.begin_as(here.institution).await.map_err(Problem::database)?;
    if sessions::remove(&mut tx, &session.hash).await.map_err(Problem::database)? {
        let event = Event { action: Action::SignedOut, subject: actor.to_string(), facts: json!({}), details: None };
        audit::append(&mut tx, &actor, &event, now);
    }
    let gone = cookies::write(Kind::Session, None, &api.sign_in.public_url)?;
    Ok(Done(tx, (StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, gone)]))).into_response())
}

async fn not_identified(api: &Api, institution: InstitutionId, error: identity::Error) -> Problem {
    // Only what a provider was behind goes into the log: whoever makes codes up must not fill it.
    if matches!(error, identity::Error::NotBelieved(_))
        && let Err(why) = note_not_believed(api, institution).await
    {
        return Problem::database(why);
    }
    provider_failed(error)
}

async fn note_not_believed(api: &Api, institution: InstitutionId) -> Result<(), db::Error> {
    let mut tx = api.db.begin_as(institution).await?;
    note_failure(&mut tx, "not_believed", None, api).await?;
    tx.commit().await
}

async fn note_failure(tx: &mut InstitutionTx, reason: &str, identity: Option<&Identity>, api: &Api) -> Result<(), db::Error> {
    let said = identity.map(|identity| Details {
        member: None,
        said: json!({ "issuer": identity.issuer, "subject": identity.subject, "email": identity.email, "number": identity.number }),
    });
    let event = Event { action: Action::SignInFailed, subject: "sign-in".to_owned(), facts: json!({ "reason": reason }), details: said };
    audit::append(tx, &Actor::Program, &event, api.clock.now());
    Ok(())
}

fn provider_failed(error: identity::Error) -> Problem {
    tracing::warn!(%error, "nobody was signed in");
    match error {
        identity::Error::Refused(_) | identity::Error::NotBelieved(_) => Problem::not_signed_in(error.to_string()),
        identity::Error::Unreachable(_) | identity::Error::BadAnswer(_) => Problem::provider(error.to_string()),
    }
}

/// The same for a state that never was, was used, is too old, or is another browser's.
fn over() -> Problem {
    Problem::not_signed_in("this sign-in is over, or another browser began it: begin again")
}

pub(super) fn token(institution: InstitutionId) -> Result<Token, Problem> {
    Ok(Token::new(institution, random::<SECRET_BYTES>()?))
}

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(|why| Problem::broken(&why))?;
    Ok(bytes)
}

pub(super) fn lead<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Result<Response, Problem> {
    let to = HeaderValue::try_from(to).map_err(|why| Problem::broken(&why))?;
    let cookies = AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)], cookies).into_response())
}
