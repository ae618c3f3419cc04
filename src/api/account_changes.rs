//! `/v1/account-changes`: what somebody wants changed of whose an account is, and what a second person says to it.
//! It must not let anything take effect: a job does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reviewer, Viewer},
    awards::REASON,
    body::Json,
    done::Done,
    fields::{self, Faults},
    problem::Problem,
    query::{self, Id, Query},
};
use crate::{
    db::account_changes::{self, Filter},
    decisions::{self, AccountError},
    model::{
        account::AccountId,
        account_change::{AccountChange, ChangeDecision, ChangeKind, ChangeState, Said},
        ids::{AccountChangeId, BindingId, MemberId},
        page::Page,
    },
};

/// A change that somebody wants of a member's accounts.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AccountChange)]
pub(super) struct ChangeView {
    id: AccountChangeId,
    member_id: MemberId,
    kind: ChangeKind,
    state: ChangeState,
    /// The binding that ends; null of one more account.
    binding_id: Option<BindingId>,
    /// The account that comes, as it was named.
    github_login: Option<String>,
    /// What GitHub said that it is; null until it was asked.
    github_id: Option<AccountId>,
    /// The account that ends never was the member's.
    mistaken: bool,
    requested: SaidView,
    /// It takes effect then, or later: once a second person has confirmed it.
    effective_from: DateTime<Utc>,
    confirmed: Option<SaidView>,
    /// Who or what ended it, as `state` says.
    closed: Option<SaidView>,
}

/// Who said it, and when.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SaidOfChange)]
pub(super) struct SaidView {
    by: String,
    name: String,
    reason: Option<String>,
    at: DateTime<Utc>,
}

impl From<Said> for SaidView {
    fn from(said: Said) -> Self {
        Self { by: said.by, name: said.name, reason: said.reason, at: said.at }
    }
}

impl From<AccountChange> for ChangeView {
    fn from(change: AccountChange) -> Self {
        Self {
            id: change.id,
            member_id: change.member,
            kind: change.wanted.kind(),
            state: change.state(),
            binding_id: change.wanted.binding(),
            github_login: change.wanted.login().map(str::to_owned),
            github_id: change.account,
            mistaken: change.wanted.is_mistaken(),
            requested: change.requested.into(),
            effective_from: change.effective_from,
            confirmed: change.confirmed.map(SaidView::from),
            closed: change.closed.map(|(_, said)| said.into()),
        }
    }
}

/// Which changes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedChanges {
    member_id: Option<MemberId>,
    /// Whether it can still be decided or withdrawn.
    open: Option<bool>,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists changes, newest first. A student sees one's own.
#[utoipa::path(get, path = "/v1/account-changes", tag = "Members", security(("key" = ["student"])), params(WantedChanges),
    responses((status = 200, body = Page<ChangeView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    viewer: Viewer,
    Query(wanted): Query<WantedChanges>,
) -> Result<JsonAnswer<Page<ChangeView>>, Problem> {
    let (limit, before) = (query::limit(wanted.limit)?, query::after::<AccountChangeId>(wanted.cursor.as_deref())?);
    let filter = Filter { id: None, member: viewer.narrow(wanted.member_id)?, is_open: wanted.open };
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let found = account_changes::list(&mut tx, &filter, before, i64::from(limit) + 1).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.id)).map(ChangeView::from)))
}

/// Shows a change.
#[utoipa::path(get, path = "/v1/account-changes/{id}", tag = "Members", security(("key" = ["student"])),
    params(("id" = AccountChangeId, Path)), responses((status = 200, body = ChangeView)))]
pub(super) async fn get(State(api): State<Api>, viewer: Viewer, Id(id): Id<AccountChangeId>) -> Result<JsonAnswer<ChangeView>, Problem> {
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let change = account_changes::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    viewer.require(change.member)?;
    Ok(JsonAnswer(change.into()))
}

/// What a second person says.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChangeDecision {
    decision: ChangeDecision,
    #[schema(example = "Asked the student in person")]
    reason: String,
}

/// Decides on a change: another person than who asked for it, and nobody on oneself. A confirmed one can still be rejected until it takes effect.
#[utoipa::path(post, path = "/v1/account-changes/{id}/decisions", tag = "Members", security(("key" = ["reviewer"])),
    params(("id" = AccountChangeId, Path)), responses((status = 200, body = ChangeView)))]
pub(super) async fn decide(
    State(api): State<Api>,
    reviewer: Reviewer,
    By(actor): By,
    Id(id): Id<AccountChangeId>,
    Json(new): Json<NewChangeDecision>,
) -> Result<Done<JsonAnswer<ChangeView>>, Problem> {
    let mut faults = Faults::default();
    let Some(reason) = faults.check("reason", fields::text(new.reason, REASON)) else { return Err(faults.into_problem()) };
    let mut tx = api.db.begin_as(reviewer.institution).await.map_err(Problem::database)?;
    let change = decisions::decide_change(&mut tx, id, new.decision, &reason, &actor, api.clock.now()).await.map_err(problem)?;
    Ok(Done(tx, JsonAnswer(change.into())))
}

/// Why a change is not wanted any more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChangeWithdrawal {
    #[schema(example = "The account was found again")]
    reason: String,
}

/// Withdraws a change that has not taken effect: the student, or staff.
#[utoipa::path(post, path = "/v1/account-changes/{id}/withdrawals", tag = "Members", security(("key" = ["student"])),
    params(("id" = AccountChangeId, Path)), responses((status = 200, body = ChangeView)))]
pub(super) async fn withdraw(
    State(api): State<Api>,
    viewer: Viewer,
    By(actor): By,
    Id(id): Id<AccountChangeId>,
    Json(new): Json<NewChangeWithdrawal>,
) -> Result<Done<JsonAnswer<ChangeView>>, Problem> {
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    let change = account_changes::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    viewer.require_asker(change.member)?;
    let mut faults = Faults::default();
    let Some(reason) = faults.check("reason", fields::text(new.reason, REASON)) else { return Err(faults.into_problem()) };
    let change = decisions::withdraw(&mut tx, id, &reason, &actor, api.clock.now()).await.map_err(problem)?;
    Ok(Done(tx, JsonAnswer(change.into())))
}

/// Why something was not asked for or decided, as an answer.
pub(super) fn problem(error: AccountError) -> Problem {
    match error {
        AccountError::Database(error) => Problem::database(error),
        AccountError::NotFound => Problem::not_found(),
        AccountError::Refused(refusal) if refusal.is_about_who_asks() => Problem::forbidden(refusal.to_string()),
        AccountError::BoundAlready | AccountError::Named(_) => Problem::conflict_of("github_login", error.to_string()),
        AccountError::Refused(_) | AccountError::Waits | AccountError::Over | AccountError::Void => Problem::conflict(error.to_string()),
    }
}
