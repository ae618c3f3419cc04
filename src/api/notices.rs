//! `/notices/{institution}/{term}`: the public notice of credits that were approved and are not final, for everybody to read.
//! It must not show of whom they are: numbers are masked, and their order says nothing.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Api, problem::Problem};
use crate::{
    awards::{self, Standing},
    db::{
        awards::{self as stored, Filter},
        institutions, terms,
    },
    model::award::{Award, AwardState},
};

/// Who asks again within this time may be answered by any cache on the way.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// What was approved in a term and is on public notice.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Notice)]
pub(super) struct NoticeView {
    institution: String,
    term: String,
    items: Vec<NoticedView>,
}

/// One award on notice.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(as = NoticedAward)]
pub(super) struct NoticedView {
    /// Of the member: the first and the last two characters alone, and of a short one none.
    #[schema(example = "00******01")]
    number: String,
    #[schema(example = "1.5")]
    credits: String,
    until: DateTime<Utc>,
}

/// Shows the public notice of a term. No key is needed.
#[utoipa::path(get, path = "/notices/{institution}/{term}", tag = "Awards", security(()),
    params(("institution" = String, Path, description = "The institution's slug"), ("term" = String, Path, description = "The term's code")),
    responses((status = 200, body = NoticeView), (status = 404, description = "There is no such institution or term")))]
pub(super) async fn get(State(api): State<Api>, Path((slug, code)): Path<(String, String)>) -> Result<Response, Problem> {
    // Postgres takes no NUL in a text, and no name of ours has one.
    if slug.contains('\0') || code.contains('\0') {
        return Err(Problem::not_found());
    }
    let now = api.clock.now();
    let mut tx = api.db.begin_as_operator().await.map_err(Problem::database)?;
    let id = institutions::get_by_slug(&mut tx, &slug).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    drop(tx);
    let mut tx = api.db.begin_as_of_now(id).await.map_err(Problem::database)?;
    let institution = institutions::get(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let term = terms::get_by_code(&mut tx, &code).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let filter = Filter { term: Some(term.id), ..Filter::default() };
    let chains = stored::list_chains(&mut tx, &filter).await.map_err(Problem::database)?;
    let mut items: Vec<NoticedView> = chains.iter().filter_map(|chain| noticed(chain, now)).collect();
    items.sort();
    let notice = NoticeView { institution: institution.name, term: term.name, items };
    Ok(([(header::CACHE_CONTROL, CACHED)], Json(notice)).into_response())
}

fn noticed(chain: &[Award], now: DateTime<Utc>) -> Option<NoticedView> {
    let at = awards::speaks(chain, now)?;
    let award = &chain[at];
    let state = awards::state(award, &chain[at + 1..], now);
    let Standing::Approved(approval) = awards::standing(award) else { return None };
    let until = approval.announced.notice_until;
    let is_shown = matches!(state, AwardState::OnNotice | AwardState::UnderAppeal) && now < until;
    is_shown.then(|| NoticedView { number: awards::mask(&award.number), credits: approval.credits.to_string(), until })
}
