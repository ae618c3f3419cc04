//! `/v1/members`: the register of students and faculty.
//! It must not ask GitHub about a login: it enqueues a job that does.

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    account_changes::ChangeView,
    auth::{Admin, By, Reader, Staff, Viewer},
    body::{Created, Json, given},
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{
        self, InstitutionTx, account_changes,
        erasure::{self, Erasure},
        members::{self, Profile},
        queue,
    },
    model::{
        account::AccountId,
        account_change::AccountChange,
        ids::MemberId,
        job::LinkAccounts,
        member::{AccountState, Member, MemberRole},
        page::Page,
    },
};

/// A member to be registered.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    /// The student or staff number: text, leading zeros count.
    #[schema(example = "0020230001")]
    number: String,
    #[schema(example = "Ada Lovelace")]
    name: String,
    role: MemberRole,
    #[schema(example = "Computer Science")]
    unit: Option<String>,
    #[schema(example = "octocat")]
    github_login: Option<String>,
}

/// What is to change of a member: what is absent stays; a null takes the unit or the login away.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    number: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    role: Option<MemberRole>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    unit: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    github_login: Option<Option<String>>,
}

/// A member of the institution.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberView {
    id: MemberId,
    number: String,
    name: String,
    role: MemberRole,
    /// The department.
    unit: Option<String>,
    /// A roster alone says it.
    class: Option<String>,
    github_login: Option<String>,
    /// GitHub's number of the account that is bound, of several the first; set exactly when `account_state` is `linked`.
    github_id: Option<AccountId>,
    account_state: AccountState,
    /// What somebody wants changed of the accounts, where that has not ended.
    account_change: Option<ChangeView>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<(Member, Option<AccountChange>)> for MemberView {
    fn from((member, change): (Member, Option<AccountChange>)) -> Self {
        Self {
            id: member.id,
            number: member.number,
            name: member.name,
            role: member.role,
            unit: member.unit,
            class: member.class,
            github_login: member.github_login,
            github_id: member.account,
            account_state: member.account_state,
            account_change: change.map(ChangeView::from),
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

/// Registers a member. The account of a login is bound by a worker: see `account_state`.
#[utoipa::path(post, path = "/v1/members", tag = "Members", security(("key" = ["staff"])), responses((status = 201, body = MemberView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(new): Json<NewMember>,
) -> Result<Done<Created<MemberView>>, Problem> {
    let NewMember { number, name, role, unit, github_login } = new;
    let profile = check(Profile { number, name, role, unit, github_login })?;
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let id = members::insert(&mut tx, MemberId::new(now), &profile, &actor, now).await.map_err(|error| taken(error, &profile))?;
    if profile.github_login.is_some() {
        link_accounts(&mut tx).await?;
    }
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    let view = view(&mut tx, id).await?;
    Ok(Done(tx, Created(format!("/v1/members/{id}"), view)))
}

/// Lists the members by number.
#[utoipa::path(get, path = "/v1/members", tag = "Members", security(("key" = ["reader"])), params(Paging),
    responses((status = 200, body = Page<MemberView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<MemberView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = members::list(&mut tx, after.as_deref(), limit).await.map_err(Problem::database)?;
    let ids: Vec<MemberId> = found.iter().map(|member| member.id).collect();
    let mut changes = account_changes::list_open_of(&mut tx, &ids).await.map_err(Problem::database)?;
    let page = Page::cut(found, limit, |last| query::cursor(&last.number));
    Ok(JsonAnswer(page.map(|member| {
        let change = changes.remove(&member.id);
        MemberView::from((member, change))
    })))
}

/// Shows a member.
#[utoipa::path(get, path = "/v1/members/{id}", tag = "Members", security(("key" = ["student"])), params(("id" = MemberId, Path)),
    responses((status = 200, body = MemberView)))]
pub(super) async fn get(State(api): State<Api>, viewer: Viewer, Id(id): Id<MemberId>) -> Result<JsonAnswer<MemberView>, Problem> {
    viewer.require(id)?;
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    Ok(JsonAnswer(view(&mut tx, id).await?))
}

/// Changes a member. Another login than that of an account that is bound unbinds nothing: it asks for a change of the account, which a second
/// person must confirm and which takes effect after fourteen days (see `account_change`).
#[utoipa::path(patch, path = "/v1/members/{id}", tag = "Members", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    responses((status = 200, body = MemberView)))]
pub(super) async fn change(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<MemberId>,
    Json(change): Json<MemberChange>,
) -> Result<JsonAnswer<MemberView>, Problem> {
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    // Taken, so that two changes of different fields at once both last.
    let before = members::take(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let profile = check(Profile {
        number: change.number.unwrap_or(before.number),
        name: change.name.unwrap_or(before.name),
        role: change.role.unwrap_or(before.role),
        unit: change.unit.unwrap_or(before.unit),
        github_login: change.github_login.unwrap_or(before.github_login),
    })?;
    members::replace(&mut tx, id, &profile, &actor, api.clock.now()).await.map_err(|error| taken(error, &profile))?;
    let after = view(&mut tx, id).await?;
    if after.account_state == AccountState::Pending {
        link_accounts(&mut tx).await?;
    }
    queue::request_rescoring(&mut tx, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    Ok(JsonAnswer(after))
}

/// Why a person is erased.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewErasure {
    /// It stays in the log, so it must not name the person.
    #[schema(example = "Asked for in writing on 1 February")]
    reason: String,
}

/// Erases a person, who is also taken off the register: names, numbers, logins, accounts and people's words about them. Points, credits and
/// the log stay, and name nobody. It cannot be undone.
#[utoipa::path(post, path = "/v1/members/{id}/erasure", tag = "Members", security(("key" = ["admin"])), params(("id" = MemberId, Path)),
    responses((status = 204)))]
pub(super) async fn erase(
    State(api): State<Api>,
    admin: Admin,
    By(actor): By,
    Id(id): Id<MemberId>,
    Json(new): Json<NewErasure>,
) -> Result<Done<StatusCode>, Problem> {
    let mut faults = Faults::default();
    let Some(reason) = faults.check("reason", fields::text(new.reason, fields::NAME)) else { return Err(faults.into_problem()) };
    let now = api.clock.now();
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    match erasure::erase(&mut tx, id, &reason, &actor, now).await.map_err(Problem::database)? {
        Erasure::Done => {}
        Erasure::Unknown => return Err(Problem::not_found()),
        Erasure::ReasonNames => {
            return Err(Problem::invalid_fields(vec![Fault::new("reason", "must not name the person: it stays in the log")]));
        }
    }
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    Ok(Done(tx, StatusCode::NO_CONTENT))
}

/// Takes a member off the register. Past scores stay.
#[utoipa::path(delete, path = "/v1/members/{id}", tag = "Members", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    responses((status = 204)))]
pub(super) async fn delete(State(api): State<Api>, staff: Staff, By(actor): By, Id(id): Id<MemberId>) -> Result<StatusCode, Problem> {
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let removed = members::remove(&mut tx, id, &actor, api.clock.now()).await.map_err(Problem::database)?;
    queue::request_rescoring(&mut tx, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

async fn view(tx: &mut InstitutionTx, id: MemberId) -> Result<MemberView, Problem> {
    let member = members::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let change = account_changes::list_open_of(tx, &[id]).await.map_err(Problem::database)?.remove(&id);
    Ok((member, change).into())
}

async fn link_accounts(tx: &mut InstitutionTx) -> Result<(), Problem> {
    let job = LinkAccounts { institution_id: tx.institution() };
    queue::enqueue(tx, &job, None).await.map_err(Problem::database)
}

fn check(profile: Profile) -> Result<Profile, Problem> {
    let mut faults = Faults::default();
    let number = faults.check("number", fields::text(profile.number, fields::LABEL));
    let name = faults.check("name", fields::text(profile.name, fields::NAME));
    let unit = faults.check("unit", profile.unit.map(|unit| fields::text(unit, fields::NAME)).transpose());
    let github_login = faults.check("github_login", profile.github_login.map(fields::github_login).transpose());
    let (Some(number), Some(name), Some(unit), Some(github_login)) = (number, name, unit, github_login) else {
        return Err(faults.into_problem());
    };
    Ok(Profile { number, name, role: profile.role, unit, github_login })
}

fn taken(error: db::Error, profile: &Profile) -> Problem {
    match error {
        db::Error::Conflict { constraint } if constraint == "members_number" => {
            Problem::conflict_of("number", format!("another member has the number {}", profile.number))
        }
        db::Error::Conflict { constraint } if constraint == "members_github_login" => Problem::conflict_of(
            "github_login",
            format!("another member has the login {}", profile.github_login.as_deref().unwrap_or_default()),
        ),
        other => Problem::database(other),
    }
}
