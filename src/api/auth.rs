//! Who calls: the key names the institution and the role. Rights are types: a handler that takes `Staff` cannot be reached by a reader.
//! It must not let a caller tell an unknown key from a revoked one.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};

use super::{Api, problem::Problem};
use crate::{
    db::api_keys,
    model::{
        actor::Actor,
        api_key::ApiKey,
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
}

/// Finds the key, and lets the request in with a [`Caller`].
pub(super) async fn authenticate(State(api): State<Api>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let key = bearer(request.headers()).ok_or(const { Problem::unauthorized() })?;
    let mut tx = api.db.begin_as(key.institution).await.map_err(Problem::database)?;
    let known = api_keys::get_by_hash(&mut tx, &key.hash()).await.map_err(Problem::database)?;
    drop(tx);
    let known = known.ok_or(const { Problem::unauthorized() })?;
    let actor = Actor::Key { id: known.id, holder: known.holder };
    request.extensions_mut().insert(Caller { institution: key.institution, actor, role: known.role });
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> Option<ApiKey> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().parse().ok()).flatten()
}

/// A caller who may do what `role` may.
fn require(parts: &Parts, role: Role) -> Result<&Caller, Problem> {
    // Absent only where a route was written outside `authenticate`: nobody gets in there.
    let caller = parts.extensions.get::<Caller>().ok_or(const { Problem::unauthorized() })?;
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
    /// May also make and revoke keys.
    Admin = Role::Admin;
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
