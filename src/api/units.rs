//! `/v1/units`: the departments and classes that members name.
//! It must not make one: a unit is there as long as somebody is in it.

use axum::{Json as JsonAnswer, extract::State};

use super::{
    Api,
    auth::Reader,
    problem::Problem,
    query::{self, Paging, Query},
};
use crate::{
    db::units,
    model::{page::Page, roster::Unit},
};

/// Lists departments and, behind each, its classes, with how many members are in them.
#[utoipa::path(get, path = "/v1/units", tag = "Members", security(("key" = ["reader"])), params(Paging),
    responses((status = 200, body = Page<Unit>)))]
pub(super) async fn list(State(api): State<Api>, reader: Reader, Query(paging): Query<Paging>) -> Result<JsonAnswer<Page<Unit>>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after::<(String, String)>()?);
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = units::list(&mut tx, after.as_ref(), limit).await.map_err(Problem::database)?;
    let key = |last: &Unit| query::cursor(&(last.unit.as_deref().unwrap_or_default(), last.class.as_deref().unwrap_or_default()));
    Ok(JsonAnswer(Page::cut(found, limit, key)))
}
