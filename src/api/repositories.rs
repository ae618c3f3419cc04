//! `/v1/repositories`: what the institution tracks, its word for it, and whose it is.
//! It must not fetch: a repository is fetched when somebody asks for a sync.

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reader, Staff},
    body::{Created, Json},
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{
        self, InstitutionTx, members, queue,
        repositories::{self, Registration},
    },
    model::{
        ids::{MemberId, RepositoryId},
        page::Page,
        repository::{FullName, RepositoryState, TrackedRepository},
    },
};

/// The most owners that a repository may have.
const MOST_MEMBERS: usize = 200;

/// A repository to be tracked.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRepository {
    #[schema(example = "rust-lang/cargo")]
    full_name: String,
    /// The institution's word for it, which policies refer to: a community project, a course, a student's own.
    #[schema(example = "community", pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    category: String,
    /// The numbers of the members whose repository it is.
    #[serde(default)]
    #[schema(example = json!([]))]
    member_numbers: Vec<String>,
}

/// A repository that the institution tracks.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Repository)]
pub(super) struct RepositoryView {
    id: RepositoryId,
    full_name: FullName,
    category: String,
    member_numbers: Vec<String>,
    /// GitHub's number of it; null until the first fetch.
    github_id: Option<i64>,
    state: RepositoryState,
    /// Everything that happened before this moment has been fetched.
    synced_until: Option<DateTime<Utc>>,
    /// Why the last fetch failed.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<TrackedRepository> for RepositoryView {
    fn from(tracked: TrackedRepository) -> Self {
        Self {
            id: tracked.id,
            full_name: tracked.full_name,
            category: tracked.category,
            member_numbers: tracked.member_numbers,
            github_id: tracked.github_id,
            state: tracked.state,
            synced_until: tracked.synced_until,
            last_error: tracked.last_error,
            created_at: tracked.created_at,
        }
    }
}

/// Tracks a repository. It is not fetched yet: ask for a sync.
#[utoipa::path(post, path = "/v1/repositories", tag = "Repositories", security(("key" = ["staff"])),
    responses((status = 201, body = RepositoryView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(new): Json<NewRepository>,
) -> Result<Done<Created<RepositoryView>>, Problem> {
    let mut faults = Faults::default();
    let checked = check(&mut faults, new.full_name, new.category, new.member_numbers);
    let Some(checked) = checked else { return Err(faults.into_problem()) };
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let members = find_members(&mut tx, &checked.numbers).await?;
    let members = members.map_err(|unknown| Problem::invalid_fields(vec![Fault::new("member_numbers", unknown)]))?;
    let registration = Registration { full_name: checked.full_name, category: checked.category, members };
    let now = api.clock.now();
    let id = repositories::track(&mut tx, RepositoryId::new(now), &registration, &actor, now).await.map_err(|error| match error {
        db::Error::Conflict { .. } => already_tracked(&registration.full_name),
        other => Problem::database(other),
    })?;
    let tracked = repositories::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    Ok(Done(tx, Created(format!("/v1/repositories/{id}"), tracked.into())))
}

/// Lists the tracked repositories by name.
#[utoipa::path(get, path = "/v1/repositories", tag = "Repositories", security(("key" = ["reader"])), params(Paging),
    responses((status = 200, body = Page<RepositoryView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<RepositoryView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = repositories::list(&mut tx, after.as_deref(), limit).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.full_name)).map(RepositoryView::from)))
}

/// Shows a tracked repository.
#[utoipa::path(get, path = "/v1/repositories/{id}", tag = "Repositories", security(("key" = ["reader"])),
    params(("id" = RepositoryId, Path)), responses((status = 200, body = RepositoryView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<RepositoryId>) -> Result<JsonAnswer<RepositoryView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let tracked = repositories::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(JsonAnswer(tracked.into()))
}

/// Stops tracking a repository. Past scores stay; the next evaluation does not see it.
#[utoipa::path(delete, path = "/v1/repositories/{id}", tag = "Repositories", security(("key" = ["staff"])),
    params(("id" = RepositoryId, Path)), responses((status = 204)))]
pub(super) async fn delete(State(api): State<Api>, staff: Staff, By(actor): By, Id(id): Id<RepositoryId>) -> Result<StatusCode, Problem> {
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let tracked = repositories::untrack(&mut tx, id, &actor, api.clock.now()).await.map_err(Problem::database)?;
    queue::request_rescoring(&mut tx, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    if tracked { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// What somebody says of a repository, checked as far as its own text goes.
#[derive(Debug)]
pub(super) struct Checked {
    pub full_name: FullName,
    pub category: String,
    pub numbers: Vec<String>,
}

pub(super) fn check(faults: &mut Faults, full_name: String, category: String, numbers: Vec<String>) -> Option<Checked> {
    let full_name = faults.check("full_name", full_name.parse::<FullName>());
    let category = faults.check("category", fields::category(category));
    let numbers = faults.check("member_numbers", check_numbers(numbers));
    Some(Checked { full_name: full_name?, category: category?, numbers: numbers? })
}

fn check_numbers(numbers: Vec<String>) -> Result<Vec<String>, String> {
    if numbers.len() > MOST_MEMBERS {
        return Err(format!("must name at most {MOST_MEMBERS} members"));
    }
    let mut numbers =
        numbers.into_iter().map(|n| fields::text(n, fields::LABEL)).collect::<Result<Vec<_>, _>>().map_err(|why| format!("each {why}"))?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// The members with these numbers, or a sentence that names the numbers that nobody has.
async fn find_members(tx: &mut InstitutionTx, numbers: &[String]) -> Result<Result<Vec<MemberId>, String>, Problem> {
    let found = members::list_by_number(tx, numbers).await.map_err(Problem::database)?;
    let known: Vec<&str> = found.iter().map(|member| member.number.as_str()).collect();
    let unknown = unknown(numbers, &known);
    Ok(if unknown.is_empty() { Ok(found.iter().map(|member| member.id).collect()) } else { Err(nobody_has(&unknown)) })
}

fn unknown<'a>(numbers: &'a [String], known: &[&str]) -> Vec<&'a str> {
    numbers.iter().map(String::as_str).filter(|number| !known.contains(number)).collect()
}

pub(super) fn nobody_has(numbers: &[&str]) -> String {
    format!("no member has the number {}", numbers.join(", "))
}

pub(super) fn already_tracked(name: &FullName) -> Problem {
    Problem::conflict_of("full_name", format!("{name} is tracked already"))
}
