//! `/v1/members/{id}/accounts` and `/v1/members/{id}/account-changes`: whose accounts are whose, and who wants what changed.
//! It must not ask GitHub about a login, nor judge who may ask for what.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    account_changes::{ChangeView, problem},
    auth::{By, Staff, Viewer},
    awards::REASON,
    body::{Created, Json},
    done::Done,
    fields::{self, Faults},
    problem::Problem,
    query::Id,
};
use crate::{
    db::{
        InstitutionTx,
        account_changes::{self, Filter},
        bindings, members,
    },
    decisions::{self, Wish},
    model::{
        account::AccountId,
        binding::{Binding, Proof},
        ids::{BindingId, MemberId},
    },
};

/// How many changes of one member are shown.
const MOST_CHANGES: i64 = 200;

/// An account that is or was a member's.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Binding)]
pub(super) struct BindingView {
    id: BindingId,
    github_id: AccountId,
    /// A label, as it was last said of this account.
    github_login: String,
    proof: Proof,
    /// The key, the account or the operator whose word it is; `program` where nobody knows.
    bound_by: String,
    bound_at: DateTime<Utc>,
    unbound_by: Option<String>,
    /// Null: it is the member's.
    unbound_at: Option<DateTime<Utc>>,
    /// What was done with it from then on is the member's. Null: from the beginning.
    counts_from: Option<DateTime<Utc>>,
    /// It never was the member's account: nothing that was done with it is.
    mistaken: bool,
}

impl From<Binding> for BindingView {
    fn from(binding: Binding) -> Self {
        let (unbound_by, unbound_at) = binding.unbound.map(|unbound| (unbound.by, unbound.at)).unzip();
        Self {
            id: binding.id,
            github_id: binding.account,
            github_login: binding.login,
            proof: binding.proof,
            bound_by: binding.bound_by,
            bound_at: binding.bound_at,
            unbound_by,
            unbound_at,
            counts_from: binding.span.and_then(|span| span.from),
            mistaken: binding.span.is_none(),
        }
    }
}

/// A member's accounts, and what somebody wants or wanted changed of them.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MemberAccounts)]
pub(super) struct AccountsView {
    /// Oldest first.
    bindings: Vec<BindingView>,
    /// Newest first; at most one of them is open.
    changes: Vec<ChangeView>,
}

/// Shows a member's accounts, also those of one who was taken off the register.
#[utoipa::path(get, path = "/v1/members/{id}/accounts", tag = "Members", security(("key" = ["student"])), params(("id" = MemberId, Path)),
    responses((status = 200, body = AccountsView)))]
pub(super) async fn list(State(api): State<Api>, viewer: Viewer, Id(id): Id<MemberId>) -> Result<JsonAnswer<AccountsView>, Problem> {
    viewer.require(id)?;
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    if !members::is_known(&mut tx, id).await.map_err(Problem::database)? {
        return Err(Problem::not_found());
    }
    view(&mut tx, id).await.map(JsonAnswer)
}

async fn view(tx: &mut InstitutionTx, id: MemberId) -> Result<AccountsView, Problem> {
    let bindings = bindings::list(tx, id).await.map_err(Problem::database)?;
    let filter = Filter { member: Some(id), ..Filter::default() };
    let changes = account_changes::list(tx, &filter, None, MOST_CHANGES).await.map_err(Problem::database)?;
    Ok(AccountsView {
        bindings: bindings.into_iter().map(BindingView::from).collect(),
        changes: changes.into_iter().map(ChangeView::from).collect(),
    })
}

/// That an account is a member's.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAttestation {
    #[schema(example = "octocat")]
    github_login: String,
    #[schema(example = "Shown at the desk, signed in at GitHub")]
    reason: String,
}

/// Attests an account. A member's first one is bound once GitHub has said which it is; one beside another is a change that a second person
/// must confirm.
#[utoipa::path(post, path = "/v1/members/{id}/accounts", tag = "Members", security(("key" = ["staff"])), params(("id" = MemberId, Path)),
    responses((status = 200, body = AccountsView)))]
pub(super) async fn attest(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<MemberId>,
    Json(new): Json<NewAttestation>,
) -> Result<Done<JsonAnswer<AccountsView>>, Problem> {
    let mut faults = Faults::default();
    let login = faults.check("github_login", fields::github_login(new.github_login));
    let reason = faults.check("reason", fields::text(new.reason, REASON));
    let (Some(login), Some(reason)) = (login, reason) else { return Err(faults.into_problem()) };
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    decisions::attest(&mut tx, id, &login, &reason, &actor, api.clock.now()).await.map_err(problem)?;
    let view = view(&mut tx, id).await?;
    Ok(Done(tx, JsonAnswer(view)))
}

/// A change of an account that is bound.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChange {
    /// The binding that is to end.
    binding_id: BindingId,
    /// The login of the account that is to come in its place; absent: none.
    github_login: Option<String>,
    /// The account never was the member's, so nothing that was done with it is. Not together with another login; also of one that is over.
    #[serde(default)]
    mistaken: bool,
    #[schema(example = "The account was given up")]
    reason: String,
}

/// Asks for a change: the student, or staff. A second person must confirm it, and it takes effect after fourteen days.
#[utoipa::path(post, path = "/v1/members/{id}/account-changes", tag = "Members", security(("key" = ["student"])),
    params(("id" = MemberId, Path)), responses((status = 201, body = ChangeView)))]
pub(super) async fn request(
    State(api): State<Api>,
    viewer: Viewer,
    By(actor): By,
    Id(id): Id<MemberId>,
    Json(new): Json<NewChange>,
) -> Result<Done<Created<ChangeView>>, Problem> {
    viewer.require(id)?;
    let mut tx = api.db.begin_as(viewer.institution).await.map_err(Problem::database)?;
    if !members::is_known(&mut tx, id).await.map_err(Problem::database)? {
        return Err(Problem::not_found());
    }
    viewer.require_asker(id)?;
    let mut faults = Faults::default();
    let login = faults.check("github_login", new.github_login.map(fields::github_login).transpose());
    let reason = faults.check("reason", fields::text(new.reason, REASON));
    if new.mistaken && login.as_ref().is_some_and(Option::is_some) {
        faults.add("mistaken", "must not be said together with another login: ask for one, and for the other when that is done");
    }
    let (Some(github_login), Some(reason), true) = (login, reason, faults.is_empty()) else { return Err(faults.into_problem()) };
    let wish = Wish { binding: new.binding_id, github_login, mistaken: new.mistaken, reason };
    let change = decisions::request(&mut tx, id, wish, &actor, api.clock.now()).await.map_err(problem)?;
    let change = account_changes::get(&mut tx, change).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    Ok(Done(tx, Created(format!("/v1/account-changes/{}", change.id), change.into())))
}
