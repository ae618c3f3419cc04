//! `/v1/terms/{id}/policies`: which policy was adopted for a term, from when and for whom. Appended and never changed.
//! It must not choose between them: `model::term_policy` does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reader, Staff},
    body::{Created, Json},
    done::Done,
    fields::Faults,
    problem::Problem,
    query::{self, Id, Paging, Query},
};
use crate::{
    db::{InstitutionTx, institutions, policies, queue, term_policies, terms},
    model::{
        ids::{PolicyId, TermId, TermPolicyId},
        page::Page,
        policy::Audience,
        term,
        term_policy::{self, TermPolicy},
    },
    scoring,
};

/// A policy to be adopted for a term.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTermPolicy {
    policy_id: PolicyId,
    /// For whom; absent: for whom the policy is written.
    audience: Option<Audience>,
    /// The first day, in the institution's zone, on which it is in force; absent: today.
    #[schema(example = "2025-09-01")]
    adopted_from: Option<NaiveDate>,
}

/// The adoption of a policy for a term. In force on a day is, for each audience, the one with the newest `adopted_from` that is not after it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TermPolicy)]
pub(super) struct TermPolicyView {
    id: TermPolicyId,
    term_id: TermId,
    policy_id: PolicyId,
    audience: Audience,
    adopted_from: NaiveDate,
    /// The id of the key that adopted it, or `operator`.
    adopted_by: String,
    adopted_at: DateTime<Utc>,
}

impl From<TermPolicy> for TermPolicyView {
    fn from(one: TermPolicy) -> Self {
        Self {
            id: one.id,
            term_id: one.term,
            policy_id: one.policy,
            audience: one.audience,
            adopted_from: one.adopted_from,
            adopted_by: one.adopted_by,
            adopted_at: one.adopted_at,
        }
    }
}

/// Adopts a policy for a term. Results that are there stay as they are.
#[utoipa::path(post, path = "/v1/terms/{id}/policies", tag = "Terms", security(("key" = ["staff"])), params(("id" = TermId, Path)),
    responses((status = 201, body = TermPolicyView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(term): Id<TermId>,
    Json(new): Json<NewTermPolicy>,
) -> Result<Done<Created<TermPolicyView>>, Problem> {
    let now = api.clock.now();
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let institution = institutions::get(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let written_for = written_for(&mut tx, new.policy_id).await?;
    let adopted = TermPolicy {
        id: TermPolicyId::new(now),
        term,
        audience: new.audience.unwrap_or(written_for),
        policy: new.policy_id,
        adopted_from: new.adopted_from.unwrap_or_else(|| now.with_timezone(&institution.timezone).date_naive()),
        adopted_by: actor.to_string(),
        adopted_at: now,
    };
    check(&adopted, written_for)?;
    if !term_policies::insert(&mut tx, &adopted, &actor).await.map_err(Problem::database)? {
        return Err(Problem::not_found());
    }
    // What a later term begins with can be another evaluation now.
    queue::request_rescoring(&mut tx, now).await.map_err(Problem::database)?;
    Ok(Done(tx, Created(format!("/v1/terms/{term}/policies"), adopted.into())))
}

/// Lists what was adopted for a term, oldest first.
#[utoipa::path(get, path = "/v1/terms/{id}/policies", tag = "Terms", security(("key" = ["reader"])), params(("id" = TermId, Path), Paging),
    responses((status = 200, body = Page<TermPolicyView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Id(term): Id<TermId>,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<TermPolicyView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<TermPolicyId>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    terms::get(&mut tx, term).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let found = term_policies::list(&mut tx, term, after, limit).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.id)).map(TermPolicyView::from)))
}

/// For whom the policy's text says that it is.
async fn written_for(tx: &mut InstitutionTx, id: PolicyId) -> Result<Audience, Problem> {
    let stored = policies::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let policy = scoring::policy::parse(&stored.name, &stored.source).map_err(|why| Problem::broken(&why))?;
    Ok(policy.audience)
}

fn check(adopted: &TermPolicy, written_for: Audience) -> Result<(), Problem> {
    let mut faults = Faults::default();
    if let Some(why) = term_policy::misfit(written_for, adopted.audience) {
        faults.add("audience", why);
    }
    if let Some((_, why)) = term::faults_of_days(adopted.adopted_from, adopted.adopted_from).into_iter().next() {
        faults.add("adopted_from", why);
    }
    faults.finish()
}
