//! `/scim/v2/Users`: the members, as a directory reads and writes them. Who is switched off leaves the register, and comes back by the
//! same row.
//! It must not write past the register: every change goes the way of `/v1/members`.

use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    MOST_RESULTS,
    discovery::LIST,
    filter::{self, Filter},
    message::{Answer, Kind, Refusal},
    projection::Projection,
    said::{Said, Wish},
    view::{PatchBody, UserBody, UserView, UsersView},
};
use crate::{
    api::{
        Api,
        auth::{By, Reader, Staff},
        body::Json,
        done::Done,
        problem::Problem,
        query::{Id, Query},
    },
    db::{
        self, InstitutionTx,
        directory::{self, DirectoryUser, Taken, Wanted},
        members, queue,
    },
    model::{actor::Actor, ids::MemberId, job::LinkAccounts},
};
use chrono::{DateTime, Utc};

/// The page that a directory gets which does not ask.
const DEFAULT_RESULTS: i64 = 100;

/// Which Users, and what of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(in crate::api) struct Asked {
    /// Conditions `attribute eq "value"` on `id`, `userName`, `externalId`, `active` and `employeeNumber`, joined by `and`.
    #[param(example = "userName eq \"wang.fang@example.edu\"")]
    filter: Option<String>,
    /// The number of the first one, from 1 on.
    start_index: Option<i64>,
    /// How many at most: otherwise 100, never more than 200.
    count: Option<i64>,
    /// The attributes to be shown, with commas between them.
    attributes: Option<String>,
    /// The attributes not to be shown.
    excluded_attributes: Option<String>,
    /// Entra ID's, to be asked for the behaviour of the RFC, which is what there is.
    #[serde(rename = "aadOptscim062020")]
    #[param(rename = "aadOptscim062020")]
    _behaviour: Option<String>,
}

/// What of a User.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(in crate::api) struct Shown {
    /// The attributes to be shown, with commas between them.
    attributes: Option<String>,
    /// The attributes not to be shown.
    excluded_attributes: Option<String>,
    /// Entra ID's, to be asked for the behaviour of the RFC, which is what there is.
    #[serde(rename = "aadOptscim062020")]
    #[param(rename = "aadOptscim062020")]
    _behaviour: Option<String>,
}

/// A JSON body of SCIM's.
#[derive(Debug)]
pub(in crate::api) struct Message(Value);

impl FromRequest<Api> for Message {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        Ok(Self(Json::<Value>::from_request(request, api).await?.0))
    }
}

/// A User with its version, at its location.
struct Shape(StatusCode, UserView);

impl IntoResponse for Shape {
    fn into_response(self) -> Response {
        let value = |text: &str| HeaderValue::try_from(text).ok();
        let (version, location) = (value(self.1.version()), value(self.1.location()));
        let mut response = Answer(self.0, self.1).into_response();
        let headers = response.headers_mut();
        headers.extend(version.map(|version| (header::ETAG, version)));
        headers.extend(location.map(|location| (header::LOCATION, location)));
        response
    }
}

/// Registers a member. Whose number is a removed member's takes up that member's row.
#[utoipa::path(post, path = "/scim/v2/Users", tag = "SCIM", security(("key" = ["staff"])),
    request_body(content = UserBody, content_type = "application/scim+json"),
    responses((status = 201, content((UserView = "application/scim+json")))))]
pub(in crate::api) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Message(body): Message,
) -> Result<Response, Refusal> {
    let wish = Said::by_body(&body)?.wish(None, true)?;
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    directory::lock(&mut tx).await.map_err(Problem::database)?;
    refuse_taken(&mut tx, None, &wish).await?;
    let id = members::insert(&mut tx, MemberId::new(now), &wish.profile, &actor, now).await.map_err(|error| taken(error, &wish))?;
    directory::replace_names(&mut tx, id, &wish.names, &actor, now).await.map_err(|error| taken(error, &wish))?;
    if !wish.active {
        members::remove(&mut tx, id, &actor, now).await.map_err(Problem::database)?;
    }
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    let view = show(&mut tx, id, &api).await?;
    Ok(Done(tx, Shape(StatusCode::CREATED, view)).into_response())
}

/// Lists the members in the order in which they were registered, those too whom a directory has switched off.
#[utoipa::path(get, path = "/scim/v2/Users", tag = "SCIM", security(("key" = ["reader"])), params(Asked),
    responses((status = 200, content((UsersView = "application/scim+json")))))]
pub(in crate::api) async fn list(State(api): State<Api>, reader: Reader, Query(asked): Query<Asked>) -> Result<Answer<UsersView>, Refusal> {
    let start_index = asked.start_index.unwrap_or(1).max(1);
    let count = asked.count.unwrap_or(DEFAULT_RESULTS).clamp(0, MOST_RESULTS);
    let filter = asked.filter.as_deref().map_or_else(|| Ok(Filter::Some(Wanted::default())), filter::parse)?;
    let (total_results, found) = match filter {
        Filter::Nobody => (0, Vec::new()),
        Filter::Some(wanted) => {
            // As of one moment, so that the number is that of the pages.
            let mut tx = api.db.begin_as_of_now(reader.institution).await.map_err(Problem::database)?;
            let total = directory::count(&mut tx, &wanted).await.map_err(Problem::database)?;
            (total, directory::list(&mut tx, &wanted, start_index - 1, count).await.map_err(Problem::database)?)
        }
    };
    let projection = Projection::new(asked.attributes.as_deref(), asked.excluded_attributes.as_deref());
    let resources: Vec<Value> = found.into_iter().map(|user| project(user, &projection, &api)).collect::<Result<_, _>>()?;
    let page = UsersView { schemas: [LIST], total_results, start_index, items_per_page: resources.len(), resources };
    Ok(Answer(StatusCode::OK, page))
}

fn project(user: DirectoryUser, projection: &Projection, api: &Api) -> Result<Value, Problem> {
    let view = UserView::new(user, &api.sign_in.public_url)?;
    Ok(projection.of(serde_json::to_value(view).map_err(|why| Problem::broken(&why))?))
}

/// Shows a member.
#[utoipa::path(get, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["reader"])), params(("id" = MemberId, Path), Shown),
    responses((status = 200, content((UserView = "application/scim+json")))))]
pub(in crate::api) async fn get(
    State(api): State<Api>,
    reader: Reader,
    Id(id): Id<MemberId>,
    Query(shown): Query<Shown>,
) -> Result<Response, Refusal> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let user = directory::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let view = UserView::new(user, &api.sign_in.public_url)?;
    let version = HeaderValue::try_from(view.version()).map_err(|why| Problem::broken(&why))?;
    let whole = serde_json::to_value(view).map_err(|why| Problem::broken(&why))?;
    let left = Projection::new(shown.attributes.as_deref(), shown.excluded_attributes.as_deref()).of(whole);
    Ok(([(header::ETAG, version)], Answer(StatusCode::OK, left)).into_response())
}

/// Replaces what is said of a member. What is left out goes, save number, name, role and `active`, which are never missing.
#[utoipa::path(put, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    request_body(content = UserBody, content_type = "application/scim+json"),
    responses((status = 200, content((UserView = "application/scim+json")))))]
pub(in crate::api) async fn replace(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<MemberId>,
    headers: HeaderMap,
    Message(body): Message,
) -> Result<Response, Refusal> {
    let said = Said::by_body(&body)?;
    write(&Writing { api: &api, staff, actor: &actor, id, headers: &headers }, said, true).await
}

/// Changes a member, operation by operation; all or none.
#[utoipa::path(patch, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    request_body(content = PatchBody, content_type = "application/scim+json"),
    responses((status = 200, content((UserView = "application/scim+json")))))]
pub(in crate::api) async fn change(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<MemberId>,
    headers: HeaderMap,
    Message(body): Message,
) -> Result<Response, Refusal> {
    let said = Said::by_operations(&body)?;
    write(&Writing { api: &api, staff, actor: &actor, id, headers: &headers }, said, false).await
}

/// Takes a member off the register, whom no directory names any more. Past results stay.
#[utoipa::path(delete, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    responses((status = 204)))]
pub(in crate::api) async fn delete(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<MemberId>,
    headers: HeaderMap,
) -> Result<Done<StatusCode>, Refusal> {
    let writing = Writing { api: &api, staff, actor: &actor, id, headers: &headers };
    let now = api.clock.now();
    let mut tx = writing.begin().await?;
    let user = writing.take(&mut tx).await?;
    if user.active {
        members::remove(&mut tx, id, &actor, now).await.map_err(Problem::database)?;
    }
    directory::remove_names(&mut tx, id, &actor, now).await.map_err(Problem::database)?;
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    Ok(Done(tx, StatusCode::NO_CONTENT))
}

/// Who writes whom.
struct Writing<'r> {
    api: &'r Api,
    staff: Staff,
    actor: &'r Actor,
    id: MemberId,
    headers: &'r HeaderMap,
}

impl Writing<'_> {
    async fn begin(&self) -> Result<InstitutionTx, Problem> {
        let mut tx = self.api.db.begin_as(self.staff.institution).await.map_err(Problem::database)?;
        directory::lock(&mut tx).await.map_err(Problem::database)?;
        Ok(tx)
    }

    /// The user as it is, where that is what the directory has seen.
    async fn take(&self, tx: &mut InstitutionTx) -> Result<DirectoryUser, Refusal> {
        let user = directory::take(tx, self.id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
        let version = UserView::new(user.clone(), &self.api.sign_in.public_url)?.version().to_owned();
        if is_older(self.headers, &version) { Err(Refusal::changed_since()) } else { Ok(user) }
    }
}

/// Whether the request is for another version than this.
fn is_older(headers: &HeaderMap, version: &str) -> bool {
    let Some(wanted) = headers.get(header::IF_MATCH) else { return false };
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let fits = |tag: &str| tag.trim() == "*" || plain(tag) == plain(version);
    !wanted.to_str().is_ok_and(|tags| tags.split(',').any(fits))
}

async fn write(writing: &Writing<'_>, said: Said, whole: bool) -> Result<Response, Refusal> {
    let now = writing.api.clock.now();
    let mut tx = writing.begin().await?;
    let before = writing.take(&mut tx).await?;
    let wish = said.wish(Some(&before), whole)?;
    let is_changed = wish.profile != before.profile || wish.active != before.active || wish.names != before.names;
    if is_changed {
        refuse_taken(&mut tx, Some(before.id), &wish).await?;
        apply(&mut tx, &before, &wish, writing.actor, now).await.map_err(|error| taken(error, &wish))?;
        queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
        if wish.active && wish.profile.github_login.is_some() {
            // A login that nobody has looked up yet, or not since the member was here last.
            let job = LinkAccounts { institution_id: tx.institution() };
            queue::enqueue(&mut tx, &job, None).await.map_err(Problem::database)?;
        }
    }
    let view = show(&mut tx, before.id, writing.api).await?;
    Ok(Done(tx, Shape(StatusCode::OK, view)).into_response())
}

async fn apply(tx: &mut InstitutionTx, before: &DirectoryUser, wish: &Wish, by: &Actor, now: DateTime<Utc>) -> Result<(), db::Error> {
    let is_said_anew = wish.profile != before.profile;
    match (before.active, wish.active) {
        (false, true) => _ = members::reinstate(tx, before.id, &wish.profile, by, now).await?,
        (false, false) if is_said_anew => members::replace_removed(tx, before.id, &before.profile, &wish.profile, by, now).await?,
        (true, _) if is_said_anew => _ = members::replace(tx, before.id, &wish.profile, by, now).await?,
        _ => {}
    }
    if before.active && !wish.active {
        members::remove(tx, before.id, by, now).await?;
    }
    // Whom a directory has spoken of it finds again, switched off too.
    if wish.names != before.names || !before.is_named {
        directory::replace_names(tx, before.id, &wish.names, by, now).await?;
    }
    Ok(())
}

async fn show(tx: &mut InstitutionTx, id: MemberId, api: &Api) -> Result<UserView, Problem> {
    let user = directory::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    UserView::new(user, &api.sign_in.public_url)
}

async fn refuse_taken(tx: &mut InstitutionTx, except: Option<MemberId>, wish: &Wish) -> Result<(), Refusal> {
    match directory::find_taken(tx, except, &wish.names, &wish.profile.number).await.map_err(Problem::database)? {
        Some(what) => Err(is_taken(what, wish)),
        None => Ok(()),
    }
}

fn is_taken(what: Taken, wish: &Wish) -> Refusal {
    let detail = match what {
        Taken::UserName => format!("Another User has the userName {}.", wish.names.user_name),
        Taken::ExternalId => format!("Another User has the externalId {}.", wish.names.external_id.as_deref().unwrap_or_default()),
        Taken::Number => format!("Another User has the number {}: match by employeeNumber to take that one up.", wish.profile.number),
    };
    Refusal::new(Kind::Uniqueness, detail)
}

/// What was taken between the look and the write, or is taken by what a directory does not see.
fn taken(error: db::Error, wish: &Wish) -> Refusal {
    match error {
        db::Error::Conflict { constraint } if constraint == "directory_users_user_name" => is_taken(Taken::UserName, wish),
        db::Error::Conflict { constraint } if constraint == "directory_users_external_id" => is_taken(Taken::ExternalId, wish),
        db::Error::Conflict { constraint } if constraint == "members_number" => is_taken(Taken::Number, wish),
        db::Error::Conflict { constraint } if constraint == "members_github_login" => Refusal::new(
            Kind::Uniqueness,
            "The GitHub login that this member had is another member's now: staff must clear that up in the register first.",
        ),
        other => Problem::database(other).into(),
    }
}
