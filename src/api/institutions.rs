//! `/v1/institutions`: the directory of institutions, for the operator.
//! It must not show anything of an institution's registers.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::Operator,
    body::{Created, Json},
    done::Done,
    fields::{self, Faults},
    problem::Problem,
    query::{self, Paging, Query},
};
use crate::{
    db::{self, institutions},
    model::{ids::InstitutionId, institution::Institution, page::Page},
};

/// An institution to be made. Its first key comes from `accredit key create`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInstitution {
    /// As commands name it.
    #[schema(example = "linhai", pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    slug: String,
    /// As reports print it.
    #[schema(example = "Linhai University")]
    name: String,
    /// Terms begin and end at midnight there: a name of the IANA time zone database.
    #[schema(example = "Asia/Shanghai")]
    timezone: String,
}

/// An institution.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Institution)]
pub(super) struct InstitutionView {
    id: InstitutionId,
    slug: String,
    name: String,
    timezone: &'static str,
    created_at: DateTime<Utc>,
}

impl From<Institution> for InstitutionView {
    fn from(one: Institution) -> Self {
        Self { id: one.id, slug: one.slug, name: one.name, timezone: one.timezone.name(), created_at: one.created_at }
    }
}

/// Makes an institution. It takes no Idempotency-Key: sent again, it is in conflict with itself.
#[utoipa::path(post, path = "/v1/institutions", tag = "Institutions", security(("key" = ["operator"])),
    responses((status = 201, body = InstitutionView)))]
pub(super) async fn create(
    State(api): State<Api>,
    _: Operator,
    Json(new): Json<NewInstitution>,
) -> Result<Done<Created<InstitutionView>>, Problem> {
    let now = api.clock.now();
    let made = check(new, now)?;
    let mut tx = api.db.begin_as(made.id).await.map_err(Problem::database)?;
    institutions::insert(&mut tx, &made).await.map_err(|error| match error {
        db::Error::Conflict { .. } => Problem::conflict_of("slug", format!("there is an institution {} already", made.slug)),
        other => Problem::database(other),
    })?;
    Ok(Done(tx, Created("/v1/institutions".to_owned(), made.into())))
}

/// Lists the institutions by slug.
#[utoipa::path(get, path = "/v1/institutions", tag = "Institutions", security(("key" = ["operator"])), params(Paging),
    responses((status = 200, body = Page<InstitutionView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    _: Operator,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<InstitutionView>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let mut tx = api.db.begin_as_operator().await.map_err(Problem::database)?;
    let all = institutions::list(&mut tx).await.map_err(Problem::database)?;
    let rest = all.into_iter().filter(|one| after.as_ref().is_none_or(|after| one.slug > *after));
    let page = Page::cut(rest.take(usize::from(limit) + 1).collect(), limit, |last: &Institution| query::cursor(&last.slug));
    Ok(JsonAnswer(page.map(InstitutionView::from)))
}

fn check(new: NewInstitution, now: DateTime<Utc>) -> Result<Institution, Problem> {
    let mut faults = Faults::default();
    let slug = faults.check("slug", fields::slug(new.slug));
    let name = faults.check("name", fields::text(new.name, fields::NAME));
    let timezone = new.timezone.parse::<Tz>().map_err(|_| "must name a time zone, such as Asia/Shanghai");
    match (slug, name, faults.check("timezone", timezone)) {
        (Some(slug), Some(name), Some(timezone)) => Ok(Institution { id: InstitutionId::new(now), slug, name, timezone, created_at: now }),
        _ => Err(faults.into_problem()),
    }
}
