//! `/v1/policies`: each version of an institution's rules, as it was given. A version never changes.
//! It must not read a policy by itself: `scoring::policy` does.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    Api,
    auth::{By, Reader, Staff},
    body::{Created, Toml},
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{
        self, InstitutionTx,
        policies::{self, StoredPolicy},
    },
    model::{
        actor::Actor,
        ids::{InstitutionId, PolicyId},
        page::Page,
    },
    scoring,
};

const SAME_TEXT: &str = "policies_institution_id_hash_key";
/// What a fault of the text is said to be in: the body has no name.
const BODY: &str = "policy";
/// A policy that is one.
const EXAMPLE: &str = include_str!("../../seeds/policies/practice.toml");

/// One version of a policy.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Policy)]
pub(super) struct PolicyView {
    id: PolicyId,
    #[schema(example = "practice")]
    name: String,
    #[schema(example = "1")]
    version: String,
    /// SHA-256 of the text.
    hash: String,
    created_at: DateTime<Utc>,
}

/// One version of a policy with its text.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PolicyWithSource)]
pub(super) struct PolicyWithSourceView {
    #[serde(flatten)]
    policy: PolicyView,
    /// The text, as it was given.
    source: String,
}

impl From<StoredPolicy> for PolicyView {
    fn from(stored: StoredPolicy) -> Self {
        Self { id: stored.id, name: stored.name, version: stored.version, hash: stored.hash, created_at: stored.created_at }
    }
}

/// Adds a version of a policy: its TOML text, at most 256 KiB. The text of a version that is there already answers 200 with that one.
#[utoipa::path(post, path = "/v1/policies", tag = "Policies", security(("key" = ["staff"])),
    request_body(content = String, content_type = "application/toml", example = json!(EXAMPLE)),
    responses((status = 201, body = PolicyView), (status = 200, description = "That text is there already", body = PolicyView)))]
pub(super) async fn create(State(api): State<Api>, staff: Staff, By(actor): By, Toml(source): Toml) -> Result<Response, Problem> {
    let policy = check(source, api.clock.now())?;
    match add(&api, staff.institution, &policy, &actor).await? {
        Added::New(tx) => Ok(Done(tx, Created(format!("/v1/policies/{}", policy.id), PolicyView::from(policy))).into_response()),
        Added::Before(same) => Ok((StatusCode::OK, Json(PolicyView::from(same))).into_response()),
    }
}

/// Lists the versions of all policies, oldest first.
#[utoipa::path(get, path = "/v1/policies", tag = "Policies", security(("key" = ["reader"])), params(Paging),
    responses((status = 200, body = Page<PolicyView>)))]
pub(super) async fn list(State(api): State<Api>, reader: Reader, Query(paging): Query<Paging>) -> Result<Json<Page<PolicyView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<PolicyId>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = policies::list(&mut tx, after, limit).await.map_err(Problem::database)?;
    Ok(Json(Page::cut(found, limit, |last| query::cursor(&last.id)).map(PolicyView::from)))
}

/// Shows a version of a policy, with its text.
#[utoipa::path(get, path = "/v1/policies/{id}", tag = "Policies", security(("key" = ["reader"])), params(("id" = PolicyId, Path)),
    responses((status = 200, body = PolicyWithSourceView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<PolicyId>) -> Result<Json<PolicyWithSourceView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let mut stored = policies::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let source = std::mem::take(&mut stored.source);
    Ok(Json(PolicyWithSourceView { policy: stored.into(), source }))
}

fn check(source: String, now: DateTime<Utc>) -> Result<StoredPolicy, Problem> {
    // TOML itself forbids a NUL, but can name one in a string; Postgres cannot keep either.
    if source.contains('\0') {
        return Err(Problem::invalid_fields(vec![Fault::new(BODY, "must not hold NUL characters")]));
    }
    let parsed = scoring::policy::parse(BODY, &source);
    let parsed = parsed.map_err(|why| Problem::invalid_fields(vec![Fault::new(BODY, why.to_string())]))?;
    let mut faults = Faults::default();
    let name = faults.check("name", fields::text(parsed.name, fields::NAME));
    let version = faults.check("version", fields::text(parsed.version, fields::LABEL));
    let (Some(name), Some(version)) = (name, version) else { return Err(faults.into_problem()) };
    Ok(StoredPolicy { id: PolicyId::new(now), name, version, hash: parsed.hash, source, created_at: now })
}

/// What came of adding a version.
enum Added {
    /// Not committed yet.
    New(InstitutionTx),
    /// The same text was there before.
    Before(StoredPolicy),
}

async fn add(api: &Api, institution: InstitutionId, policy: &StoredPolicy, by: &Actor) -> Result<Added, Problem> {
    let mut tx = api.db.begin_as(institution).await.map_err(Problem::database)?;
    if let Some(same) = policies::get_by_hash(&mut tx, &policy.hash).await.map_err(Problem::database)? {
        return Ok(Added::Before(same));
    }
    match policies::insert(&mut tx, policy, by).await {
        Ok(()) => Ok(Added::New(tx)),
        // Somebody else added it between the look and the insert; a failed transaction can look no more.
        Err(db::Error::Conflict { constraint }) if constraint == SAME_TEXT => {
            drop(tx);
            let mut tx = api.db.begin_as(institution).await.map_err(Problem::database)?;
            let same = policies::get_by_hash(&mut tx, &policy.hash).await.map_err(Problem::database)?;
            same.map(Added::Before).ok_or_else(|| Problem::broken(&"a policy with the same text is there and cannot be found"))
        }
        Err(db::Error::Conflict { .. }) => {
            let why =
                format!("{} {} is there already with another text: give a changed policy another version", policy.name, policy.version);
            Err(Problem::conflict_of("version", why))
        }
        Err(other) => Err(Problem::database(other)),
    }
}
