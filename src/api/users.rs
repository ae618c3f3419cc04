//! `/v1/users`: who signs in, besides students, and what they may do.
//! It must not delete anybody: the log names them. Who is disabled is refused at once.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Admin, By},
    body::{Created, Json, given},
    done::Done,
    fields::{self, Faults},
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{self, InstitutionTx, audit, members, sessions, users},
    model::{
        audit::Action,
        ids::{MemberId, UserId},
        institution::Role,
        page::Page,
        user::{KnownAs, NewUser, User, UserState},
    },
};

/// Somebody to be invited.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Invitation {
    #[schema(example = "Wang Fang")]
    name: String,
    role: Role,
    /// The address that the provider must have verified. Or else `issuer` and `subject`.
    #[schema(example = "wang.fang@example.edu")]
    email: Option<String>,
    #[schema(example = "https://login.example.edu")]
    issuer: Option<String>,
    /// What the provider calls the person (`sub`).
    subject: Option<String>,
    /// Who of the register that is: a student must have one; of others it keeps them from deciding on themselves.
    member_id: Option<MemberId>,
}

/// What is to change of a user: what is absent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChange {
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    role: Option<Role>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<MemberId>)]
    member_id: Option<Option<MemberId>>,
    /// True ends all sessions of theirs at once.
    #[serde(default, deserialize_with = "given")]
    disabled: Option<bool>,
}

/// Somebody who signs in.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    id: UserId,
    name: String,
    role: Role,
    state: UserState,
    member_id: Option<MemberId>,
    email: Option<String>,
    /// Null: invited by e-mail, and not signed in yet.
    issuer: Option<String>,
    subject: Option<String>,
    created_at: DateTime<Utc>,
    signed_in_at: Option<DateTime<Utc>>,
    disabled_at: Option<DateTime<Utc>>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let state = user.state();
        let (issuer, subject) = user.known_as.map(|known| (known.issuer, known.subject)).unzip();
        Self {
            id: user.id,
            name: user.name,
            role: user.role,
            state,
            member_id: user.member,
            email: user.email,
            issuer,
            subject,
            created_at: user.created_at,
            signed_in_at: user.signed_in_at,
            disabled_at: user.disabled_at,
        }
    }
}

/// Invites somebody. Students need no invitation: the provider's word for their number lets them in.
#[utoipa::path(post, path = "/v1/users", tag = "Users", security(("key" = ["admin"])), responses((status = 201, body = UserView)))]
pub(super) async fn create(
    State(api): State<Api>,
    admin: Admin,
    By(actor): By,
    Json(new): Json<Invitation>,
) -> Result<Done<Created<UserView>>, Problem> {
    let now = api.clock.now();
    let known_as = match (new.issuer, new.subject) {
        (Some(issuer), Some(subject)) => Some(KnownAs { issuer, subject }),
        (None, None) => None,
        _ => return Err(one_fault("subject", "issuer and subject belong together: give both, or an email")),
    };
    let new = NewUser { name: new.name, role: new.role, member: new.member_id, known_as, email: new.email };
    let user = new.check(now).map_err(|faults| {
        let mut found = Faults::default();
        faults.into_iter().for_each(|(field, why)| found.add(field, why));
        found.into_problem()
    })?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    require_member(&mut tx, user.member).await?;
    users::lock(&mut tx).await.map_err(Problem::database)?;
    users::insert(&mut tx, &user).await.map_err(taken)?;
    audit::append(&mut tx, &actor, &user.event(Action::UserInvited), now);
    Ok(Done(tx, Created(format!("/v1/users/{}", user.id), user.into())))
}

/// Lists the users, disabled ones too, oldest first.
#[utoipa::path(get, path = "/v1/users", tag = "Users", security(("key" = ["admin"])), params(Paging),
    responses((status = 200, body = Page<UserView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    admin: Admin,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<UserView>>, Problem> {
    let (limit, after) = (paging.limit()?, query::after_time(&paging)?);
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let found = users::list(&mut tx, after, limit).await.map_err(Problem::database)?;
    let page = Page::cut(found, limit, |last: &User| query::cursor(&(last.created_at, last.id)));
    Ok(JsonAnswer(page.map(UserView::from)))
}

#[utoipa::path(get, path = "/v1/users/{id}", tag = "Users", security(("key" = ["admin"])), params(("id" = UserId, Path)),
    responses((status = 200, body = UserView)))]
/// Shows one user.
pub(super) async fn get(State(api): State<Api>, admin: Admin, Id(id): Id<UserId>) -> Result<JsonAnswer<UserView>, Problem> {
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let user = users::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(JsonAnswer(user.into()))
}

/// Changes what somebody may do, from the next request on.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "Users", security(("key" = ["admin"])), params(("id" = UserId, Path)),
    responses((status = 200, body = UserView)))]
pub(super) async fn change(
    State(api): State<Api>,
    admin: Admin,
    By(actor): By,
    Id(id): Id<UserId>,
    Json(change): Json<UserChange>,
) -> Result<JsonAnswer<UserView>, Problem> {
    let now = api.clock.now();
    let name = change.name.map(|name| fields::text(name, fields::NAME)).transpose().map_err(|why| one_fault("name", &why))?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    users::lock(&mut tx).await.map_err(Problem::database)?;
    let before = users::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    require_member(&mut tx, change.member_id.flatten()).await?;
    let after = User {
        name: name.unwrap_or_else(|| before.name.clone()),
        role: change.role.unwrap_or(before.role),
        member: change.member_id.unwrap_or(before.member),
        disabled_at: match change.disabled {
            None => before.disabled_at,
            Some(true) => before.disabled_at.or(Some(now)),
            Some(false) => None,
        },
        ..before.clone()
    };
    if after.role == Role::Student && after.member.is_none() {
        return Err(one_fault("member_id", "is missing: a student sees one member, so it must say whom"));
    }
    if after != before {
        users::replace(&mut tx, &after).await.map_err(taken)?;
        let is_end = after.disabled_at.is_some() && before.disabled_at.is_none();
        if is_end {
            sessions::remove_all(&mut tx, Some(id)).await.map_err(Problem::database)?;
        }
        let action = if is_end { Action::UserDisabled } else { Action::UserChanged };
        audit::append(&mut tx, &actor, &after.event(action), now);
    }
    tx.commit().await.map_err(Problem::database)?;
    Ok(JsonAnswer(after.into()))
}

async fn require_member(tx: &mut InstitutionTx, member: Option<MemberId>) -> Result<(), Problem> {
    let Some(member) = member else { return Ok(()) };
    members::get(tx, member).await.map_err(Problem::database)?.map(|_| ()).ok_or_else(Problem::not_found)
}

fn one_fault(field: &str, why: &str) -> Problem {
    let mut faults = Faults::default();
    faults.add(field, why);
    faults.into_problem()
}

fn taken(error: db::Error) -> Problem {
    match error {
        db::Error::Conflict { constraint } if constraint == "users_email" => {
            Problem::conflict_of("email", "somebody is invited by this email already: change that user")
        }
        db::Error::Conflict { constraint } if constraint == "users_member" => {
            Problem::conflict_of("member_id", "this member is a user already: change that user's role")
        }
        db::Error::Conflict { .. } => Problem::conflict_of("subject", "this subject is a user already: change that user"),
        other => Problem::database(other),
    }
}
