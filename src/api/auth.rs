//! Who calls: the key, or the session of somebody who signed in, names the institution and the role. Rights are types: a handler that
//! takes `Staff` cannot be reached by a reader.
//! It must not let a caller tell an unknown key from a revoked one.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};
use url::Url;

use super::{Api, cookies, problem::Problem};
use crate::{
    db::{api_keys, operator_keys, sessions},
    model::{
        actor::Actor,
        api_key::{AnyKey, ApiKey, KeyHash, OperatorKey},
        ids::{InstitutionId, MemberId},
        institution::Role,
    },
};

/// Whose request it is.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub institution: InstitutionId,
    actor: Actor,
    role: Role,
    session: Option<HeldSession>,
}

impl Caller {
    /// Whom an answer is kept for: a person who signed in, or the keys of a role, which stand for one another.
    pub fn stands_for(&self) -> String {
        match self.actor {
            Actor::User { id, .. } => id.to_string(),
            _ => self.role.to_string(),
        }
    }
}

/// The session that a request came with.
#[derive(Debug, Clone)]
pub(super) struct HeldSession {
    pub hash: KeyHash,
    pub expires_at: DateTime<Utc>,
}

/// Finds the key or the session, and lets the request in with a [`Caller`]. Where there is an `Authorization`, a cookie says nothing.
pub(super) async fn authenticate(State(api): State<Api>, mut request: Request, next: Next) -> Result<Response, Problem> {
    if !request.headers().contains_key(header::AUTHORIZATION) {
        let caller = by_session(&api, request.method(), request.headers()).await?;
        request.extensions_mut().insert(caller);
        return Ok(next.run(request).await);
    }
    match bearer(request.headers()).ok_or(const { Problem::unauthorized() })? {
        AnyKey::Institution(key) => {
            let caller = by_key(&api, &key).await?;
            request.extensions_mut().insert(caller);
        }
        AnyKey::Operator(key) => {
            let operator = find_operator(&api, &key).await?;
            request.extensions_mut().insert(operator);
        }
    }
    Ok(next.run(request).await)
}

async fn by_key(api: &Api, key: &ApiKey) -> Result<Caller, Problem> {
    let mut tx = api.db.begin_as(key.institution).await.map_err(Problem::database)?;
    let known = api_keys::take_by_hash(&mut tx, &key.hash(), api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    let known = known.ok_or(const { Problem::unauthorized() })?;
    let actor = Actor::Key { id: known.id, holder: known.holder };
    Ok(Caller { institution: key.institution, actor, role: known.role, session: None })
}

async fn by_session(api: &Api, method: &Method, headers: &HeaderMap) -> Result<Caller, Problem> {
    let public_url = &api.sign_in.public_url;
    let token = cookies::read(headers, cookies::Kind::Session, public_url).ok_or(const { Problem::unauthorized() })?;
    let (hash, now) = (token.hash(), api.clock.now());
    let mut tx = api.db.begin_as(token.institution).await.map_err(Problem::database)?;
    let held = sessions::take(&mut tx, &hash, now - api.sign_in.idle, now).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    let held = held.ok_or(const { Problem::unauthorized() })?;
    if !cookies::comes_from_us(method, headers, public_url) {
        return Err(Problem::forbidden(
            "With a session, only a page of this server may send this: Sec-Fetch-Site or Origin says otherwise.",
        ));
    }
    let session = HeldSession { hash, expires_at: held.expires_at };
    Ok(Caller { institution: token.institution, actor: held.user.actor(), role: held.user.role, session: Some(session) })
}

async fn find_operator(api: &Api, key: &OperatorKey) -> Result<Operator, Problem> {
    let mut tx = api.db.begin_as_operator().await.map_err(Problem::database)?;
    let known = operator_keys::get_by_hash(&mut tx, &key.hash()).await.map_err(Problem::database)?;
    known.map(|_| Operator).ok_or(const { Problem::unauthorized() })
}

/// The hash of the key, or of the session's token, that a request brings. Whether there is such a one is not known yet.
pub(super) fn hash_of_secret(headers: &HeaderMap, public_url: &Url) -> Option<KeyHash> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Some(bearer(headers)?.hash());
    }
    Some(cookies::read(headers, cookies::Kind::Session, public_url)?.hash())
}

fn bearer(headers: &HeaderMap) -> Option<AnyKey> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().parse().ok()).flatten()
}

/// A caller who may do what `role` may.
fn require(parts: &Parts, role: Role) -> Result<&Caller, Problem> {
    // Absent only where a route was written outside `authenticate`: nobody gets in there.
    let Some(caller) = parts.extensions.get::<Caller>() else {
        return Err(match parts.extensions.get::<Operator>() {
            Some(Operator) => Problem::forbidden("This needs a key of an institution; yours is an operator's, which opens none."),
            None => Problem::unauthorized(),
        });
    };
    if !caller.role.covers(role) {
        return Err(Problem::forbidden(format!("This needs the role {role}; yours is {}.", caller.role)));
    }
    Ok(caller)
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $role:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(super) struct $name {
            pub institution: InstitutionId,
        }

        impl FromRequestParts<Api> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
                Ok(Self { institution: require(parts, $role)?.institution })
            }
        }
    )+};
}

rights! {
    /// May read all of its institution.
    Reader = Role::Reader;
    /// May also change its institution's registers and ask for work.
    Staff = Role::Staff;
    /// May read all of it and decide: on awards and on appeals.
    Reviewer = Role::Reviewer;
    /// May also say who may do what: keys and people.
    Admin = Role::Admin;
}

/// Whoever runs the program: may make institutions and list them, and sees nothing of their registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator;

impl FromRequestParts<Api> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        match (parts.extensions.get::<Self>(), parts.extensions.get::<Caller>()) {
            (Some(operator), _) => Ok(*operator),
            (None, Some(caller)) => Err(Problem::forbidden(format!("This needs an operator's key; yours has the role {}.", caller.role))),
            (None, None) => Err(Problem::unauthorized()),
        }
    }
}

/// Whoever may see one member: that member, or who reads everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewer {
    pub institution: InstitutionId,
    /// May speak for others: it is staff.
    is_staff: bool,
    /// The one whom a student may see: oneself. `None`: everybody.
    only: Option<MemberId>,
}

impl Viewer {
    /// What a student may not see is not there.
    pub fn require(&self, member: MemberId) -> Result<(), Problem> {
        if self.only.is_none_or(|only| only == member) { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Whom a list shows, where somebody asked for one member or for all.
    pub fn narrow(&self, asked: Option<MemberId>) -> Result<Option<MemberId>, Problem> {
        if let Some(asked) = asked {
            self.require(asked)?;
        }
        Ok(asked.or(self.only))
    }

    /// Who appeals: the member, or staff on behalf of one.
    pub fn require_appellant(&self, member: MemberId) -> Result<(), Problem> {
        self.require(member)?;
        if self.only.is_some() || self.is_staff {
            return Ok(());
        }
        Err(Problem::forbidden("An appeal is filed by the student or, on behalf of one, by staff."))
    }

    /// Who asks for a change of a member's accounts, or withdraws it: the member, or staff.
    pub fn require_asker(&self, member: MemberId) -> Result<(), Problem> {
        self.require(member)?;
        if self.only.is_some() || self.is_staff {
            return Ok(());
        }
        Err(Problem::forbidden("A change of an account is asked for, and withdrawn, by the student or by staff."))
    }
}

impl FromRequestParts<Api> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let caller = require(parts, Role::Student)?;
        if caller.role.covers(Role::Reader) {
            let is_staff = caller.role.covers(Role::Staff);
            return Ok(Self { institution: caller.institution, is_staff, only: None });
        }
        // A student's key is a member's: the table sees to it.
        let only = caller.actor.member().ok_or(const { Problem::unauthorized() })?;
        Ok(Self { institution: caller.institution, is_staff: false, only: Some(only) })
    }
}

/// Where a caller stands, whoever it is: for what is the caller's own.
#[derive(Debug, Clone)]
pub(super) struct Here {
    pub institution: InstitutionId,
    pub role: Role,
    pub session: Option<HeldSession>,
}

impl FromRequestParts<Api> for Here {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let caller = require(parts, Role::Student)?;
        Ok(Self { institution: caller.institution, role: caller.role, session: caller.session.clone() })
    }
}

/// Who calls, to be named in what is recorded. It gives no right.
#[derive(Debug, Clone)]
pub(super) struct By(pub Actor);

impl FromRequestParts<Api> for By {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        Ok(Self(require(parts, Role::Student)?.actor.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_bearer_in_whatever_letters_and_nothing_else() {
        let key = ApiKey::new(InstitutionId(uuid::Uuid::nil()), [7; 32]);
        let header = |text: String| HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]);
        assert!(bearer(&header(format!("bearer {}", key.reveal()))).is_some());
        for text in [key.reveal().to_owned(), format!("Basic {}", key.reveal()), "Bearer".to_owned(), "Bearer x".to_owned()] {
            assert!(bearer(&header(text)).is_none());
        }
        assert!(bearer(&HeaderMap::new()).is_none());
    }
}
