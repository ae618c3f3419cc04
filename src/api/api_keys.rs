//! `/v1/api-keys`: the keys that an institution's systems call with. A key is shown once, by the answer that makes it.
//! It must not keep a key anywhere: neither in a table nor in the answer that an Idempotency-Key remembers.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{Admin, By},
    body::{Created, Json},
    done::Done,
    fields::{self, Faults},
    idempotency::KeptBody,
    problem::Problem,
    query::{self, Id, Paging, Query},
    sign_in::random,
};
use crate::{
    db::{
        InstitutionTx,
        api_keys::{self, ApiKeyEntry},
        members,
    },
    model::{
        actor::{Actor, Person},
        api_key::ApiKey,
        ids::{ApiKeyId, InstitutionId, MemberId},
        institution::Role,
        page::Page,
    },
};

/// Beyond this a date is a slip of the finger.
const LONGEST_LIFE: TimeDelta = TimeDelta::days(3_653);

/// A key to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApiKey {
    role: Role,
    /// The person who answers for what is done with it. Absent: the member of `member_id`, or else who makes it.
    #[schema(example = "Wang Fang, academic affairs office")]
    holder: Option<String>,
    /// Who of the register that person is. A student's key must say it, and shows this member alone.
    member_id: Option<MemberId>,
    /// From then on the key is refused. Absent: it is valid until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

/// A key as it can be seen at any time.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ApiKey)]
pub(super) struct ApiKeyView {
    id: ApiKeyId,
    role: Role,
    /// The person who answers for what is done with it.
    holder: String,
    member_id: Option<MemberId>,
    created_at: DateTime<Utc>,
    /// From then on the key is refused.
    expires_at: Option<DateTime<Utc>>,
    /// To the minute. Null: not yet.
    last_used_at: Option<DateTime<Utc>>,
    /// Set: the key is refused.
    revoked_at: Option<DateTime<Utc>>,
    /// The first key of those that took one another's place by rotation: this one's own id where there was no other.
    lineage_id: ApiKeyId,
}

/// A key as it can be seen once.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MadeApiKey)]
pub(super) struct MadeApiKeyView {
    #[serde(flatten)]
    entry: ApiKeyView,
    /// The key itself. Null in the answer to a repeated request: it is kept nowhere. Revoke such a key and make another.
    key: Option<String>,
}

impl From<ApiKeyEntry> for ApiKeyView {
    fn from(entry: ApiKeyEntry) -> Self {
        Self {
            id: entry.id,
            role: entry.role,
            holder: entry.holder.name,
            member_id: entry.holder.member,
            created_at: entry.created_at,
            expires_at: entry.expires_at,
            last_used_at: entry.last_used_at,
            revoked_at: entry.revoked_at,
            lineage_id: entry.lineage,
        }
    }
}

/// Makes a key. Several may be valid at once, so that one can replace another without a gap.
#[utoipa::path(post, path = "/v1/api-keys", tag = "API keys", security(("key" = ["admin"])),
    responses((status = 201, body = MadeApiKeyView)))]
pub(super) async fn create(State(api): State<Api>, admin: Admin, By(actor): By, Json(new): Json<NewApiKey>) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let holder = faults.check("holder", new.holder.map(|holder| fields::text(holder, fields::NAME)).transpose());
    if new.role == Role::Student && new.member_id.is_none() {
        faults.add("member_id", "is missing: a student's key shows one member, so it must say whom");
    }
    let now = api.clock.now();
    if new.expires_at.is_some_and(|end| end <= now) {
        faults.add("expires_at", "is over already: write a time to come");
    } else if new.expires_at.is_some_and(|end| end > now + LONGEST_LIFE) {
        faults.add("expires_at", "is too far away: at most ten years, or leave it out");
    }
    let Some(holder) = holder.filter(|_| faults.is_empty()) else { return Err(faults.into_problem()) };
    let key = new_key(admin.institution)?;
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let holder = match new.member_id {
        Some(id) => {
            let member = members::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
            Person { name: holder.unwrap_or(member.name), member: Some(id) }
        }
        None => holder.map_or_else(|| actor.to_person(), |name| Person { name, member: None }),
    };
    let entry = ApiKeyEntry::new(new.role, holder, new.expires_at, now);
    api_keys::insert(&mut tx, &entry, &key.hash(), &actor).await.map_err(Problem::database)?;
    answer(tx, &entry, &key)
}

pub(super) fn new_key(institution: InstitutionId) -> Result<ApiKey, Problem> {
    Ok(ApiKey::new(institution, random()?))
}

/// Shows a key this once; an Idempotency-Key remembers the answer without it.
pub(super) fn answer(tx: InstitutionTx, entry: &ApiKeyEntry, key: &ApiKey) -> Result<Response, Problem> {
    let at = format!("/v1/api-keys/{}", entry.id);
    let view = |key| MadeApiKeyView { entry: entry.clone().into(), key };
    let kept = serde_json::to_vec(&view(None)).map_err(|why| Problem::broken(&why))?;
    let mut response = Done(tx, Created(at, view(Some(key.reveal().to_owned())))).into_response();
    response.extensions_mut().insert(KeptBody(kept));
    Ok(response)
}

/// Lists the keys, revoked ones too, oldest first.
#[utoipa::path(get, path = "/v1/api-keys", tag = "API keys", security(("key" = ["admin"])), params(Paging),
    responses((status = 200, body = Page<ApiKeyView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    admin: Admin,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ApiKeyView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<(DateTime<Utc>, ApiKeyId)>()?);
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let all = api_keys::list(&mut tx).await.map_err(Problem::database)?;
    let rest = all.into_iter().filter(|entry| after.is_none_or(|after| (entry.created_at, entry.id) > after));
    let page =
        Page::cut(rest.take(usize::from(limit) + 1).collect(), limit, |last: &ApiKeyEntry| query::cursor(&(last.created_at, last.id)));
    Ok(axum::Json(page.map(ApiKeyView::from)))
}

/// Revokes a key: it is refused from now on. Twice is once. Not the key that asks: whoever holds it would lock themselves out.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "API keys", security(("key" = ["admin"])), params(("id" = ApiKeyId, Path)),
    responses((status = 204)))]
pub(super) async fn revoke(State(api): State<Api>, admin: Admin, By(actor): By, Id(id): Id<ApiKeyId>) -> Result<StatusCode, Problem> {
    if matches!(&actor, Actor::Key { id: own, .. } if *own == id) {
        return Err(Problem::conflict("This is the key that you call with: revoke it with another one."));
    }
    let mut tx = api.db.begin_as(admin.institution).await.map_err(Problem::database)?;
    let revoked = api_keys::revoke(&mut tx, id, &actor, api.clock.now()).await.map_err(Problem::database)?;
    tx.commit().await.map_err(Problem::database)?;
    if revoked { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
