//! `/v1/statements`: what people say about members' work. Appended; one is taken back by another.
//! It must not judge what fits: `model::statement` does, behind the command line too.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reader, Reviewer, Staff},
    awards::problem,
    body::{Created, Json},
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Query},
};
use crate::{
    db::{
        InstitutionTx, institutions,
        statements::{self, Filter, Listed, Refused},
    },
    decisions,
    model::{
        actor::Actor,
        ids::{MemberId, StatementId, TermId},
        page::Page,
        repository::NotFullName,
        statement::{Countersignature, Draft, Mentioned, StatementKind, Trouble, WAITS_FOR, Whose},
    },
};

/// A statement to be made. Which fields each kind has stands in docs/API.md.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStatement {
    kind: StatementKind,
    /// About whose work: the id, or the number in its place.
    member_id: Option<MemberId>,
    #[schema(example = "0020230001")]
    member_number: Option<String>,
    /// A policy's word: which mark, whose confirmation, which role or achievement.
    #[schema(example = "difficulty")]
    name: Option<String>,
    /// A decimal of at most three places: hours, a mark, a share, points or credits.
    #[schema(example = "4.5")]
    value: Option<String>,
    /// Of a share in place of a value: the place in a team, from 1.
    rank: Option<u8>,
    /// How many are in the team, at most 20.
    team: Option<u8>,
    about: Option<NewAbout>,
    /// The day, in the institution's zone, by which it belongs to a term.
    #[schema(example = "2025-10-15")]
    happened_on: NaiveDate,
    /// The last day of a role. Absent: it goes on.
    until_on: Option<NaiveDate>,
    /// The person who says so, where it is another than who holds the key.
    #[schema(example = "Prof. Wang")]
    on_behalf_of: Option<String>,
    #[schema(example = "Agreed in the colloquium of 15 October")]
    reason: String,
}

/// What a statement is about: one of these.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAbout {
    /// The `url` of a contribution to a tracked repository.
    #[schema(example = "https://github.com/rust-lang/cargo/pull/7")]
    contribution_url: Option<String>,
    /// `owner/name` of a tracked repository.
    #[schema(example = "rust-lang/cargo")]
    repository: Option<String>,
    /// Another statement about the same member.
    statement_id: Option<StatementId>,
}

/// What a statement is about.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = About)]
pub(super) enum AboutView {
    ContributionUrl(String),
    Repository(String),
    StatementId(StatementId),
}

/// A statement about a member's work.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Statement)]
pub(super) struct StatementView {
    id: StatementId,
    kind: StatementKind,
    member_id: MemberId,
    member_number: String,
    name: Option<String>,
    value: Option<String>,
    rank: Option<u8>,
    team: Option<u8>,
    about: Option<AboutView>,
    happened_on: NaiveDate,
    until_on: Option<NaiveDate>,
    /// The id of the key that wrote it, or `operator`.
    stated_by: String,
    on_behalf_of: Option<String>,
    stated_at: DateTime<Utc>,
    reason: String,
    /// The withdrawal that took it back. Null: it stands.
    withdrawn_by: Option<StatementId>,
    /// It does not count yet: who must countersign it. Null: it waits for nobody.
    #[schema(example = "a second person who may decide on awards: not who stated it, and not the member")]
    waits_for: Option<&'static str>,
    /// The second person, under a statement that needs one.
    countersigned: Option<CountersignedView>,
}

/// The second person's signature.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Countersigned)]
pub(super) struct CountersignedView {
    /// The id of the key or user, or `operator`.
    by: String,
    /// The person who signed.
    name: String,
    reason: String,
    at: DateTime<Utc>,
}

impl From<Countersignature> for CountersignedView {
    fn from(signed: Countersignature) -> Self {
        Self { by: signed.by, name: signed.person_name, reason: signed.reason, at: signed.at }
    }
}

impl From<Listed> for StatementView {
    fn from(listed: Listed) -> Self {
        let waits_for = listed.is_waiting().then_some(WAITS_FOR);
        let statement = listed.statement;
        Self {
            id: statement.id,
            kind: statement.kind,
            member_id: statement.member,
            member_number: listed.member_number,
            name: statement.name,
            value: statement.value.map(|value| value.to_string()),
            rank: statement.rank,
            team: statement.team,
            about: listed.about.map(|about| match about {
                Mentioned::Contribution(url) => AboutView::ContributionUrl(url),
                Mentioned::Repository(name) => AboutView::Repository(name.to_string()),
                Mentioned::Statement(id) => AboutView::StatementId(id),
            }),
            happened_on: statement.happened_on,
            until_on: statement.until_on,
            stated_by: listed.written_by,
            on_behalf_of: listed.on_behalf_of,
            stated_at: statement.stated_at,
            reason: statement.reason,
            withdrawn_by: listed.withdrawn_by,
            waits_for,
            countersigned: listed.countersigned.map(CountersignedView::from),
        }
    }
}

/// A statement that is taken back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWithdrawal {
    #[schema(example = "It was about another student")]
    reason: String,
    /// The person who takes it back, where it is another than who holds the key.
    on_behalf_of: Option<String>,
}

/// Which statements.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    member_id: Option<MemberId>,
    kind: Option<StatementKind>,
    /// Dated in this term; of a role, held in it.
    term_id: Option<TermId>,
    /// Whether a second person must countersign it, and has not.
    waiting: Option<bool>,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// States something about a member's work. It enters the next scoring; an adjustment does once a second person has countersigned it.
#[utoipa::path(post, path = "/v1/statements", tag = "Statements", security(("key" = ["staff"])),
    responses((status = 201, body = StatementView)))]
pub(super) async fn create(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(new): Json<NewStatement>,
) -> Result<Done<Created<StatementView>>, Problem> {
    let draft = draft(new)?;
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let written = record(&api, &actor, &mut tx, &draft).await?;
    Ok(Done(tx, written))
}

/// Takes a statement back. Both stay on record.
#[utoipa::path(post, path = "/v1/statements/{id}/withdrawals", tag = "Statements", security(("key" = ["staff"])),
    params(("id" = StatementId, Path)), responses((status = 201, body = StatementView)))]
pub(super) async fn withdraw(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Id(id): Id<StatementId>,
    Json(new): Json<NewWithdrawal>,
) -> Result<Done<Created<StatementView>>, Problem> {
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let institution = institutions::get(&mut tx).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    let taken_back = require(&mut tx, id).await?.statement;
    let today = api.clock.now().with_timezone(&institution.timezone).date_naive();
    let draft = Draft::withdrawal(taken_back.member, id, today, new.on_behalf_of, new.reason);
    let written = record(&api, &actor, &mut tx, &draft).await?;
    Ok(Done(tx, written))
}

/// Why the second person signs.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCountersignature {
    #[schema(example = "I was at the colloquium too")]
    reason: String,
}

/// Countersigns an adjustment, as the second person: it enters the next scoring. Not who stated it, and not the member whom it is about.
#[utoipa::path(post, path = "/v1/statements/{id}/countersignatures", tag = "Statements", security(("key" = ["reviewer"])),
    params(("id" = StatementId, Path)), responses((status = 200, body = StatementView)))]
pub(super) async fn countersign(
    State(api): State<Api>,
    reviewer: Reviewer,
    By(actor): By,
    Id(id): Id<StatementId>,
    Json(new): Json<NewCountersignature>,
) -> Result<Done<JsonAnswer<StatementView>>, Problem> {
    let mut faults = Faults::default();
    let Some(reason) = faults.check("reason", fields::text(new.reason, fields::REASON)) else { return Err(faults.into_problem()) };
    let mut tx = api.db.begin_as(reviewer.institution).await.map_err(Problem::database)?;
    decisions::countersign(&mut tx, id, &reason, &actor, api.clock.now()).await.map_err(problem)?;
    let signed = require(&mut tx, id).await?;
    Ok(Done(tx, JsonAnswer(signed.into())))
}

/// Lists the statements, oldest first, those that were taken back and the withdrawals among them.
#[utoipa::path(get, path = "/v1/statements", tag = "Statements", security(("key" = ["reader"])), params(Wanted),
    responses((status = 200, body = Page<StatementView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    reader: Reader,
    Query(wanted): Query<Wanted>,
) -> Result<JsonAnswer<Page<StatementView>>, Problem> {
    let (limit, after) = (query::limit(wanted.limit)?, query::after::<StatementId>(wanted.cursor.as_deref())?);
    let filter = Filter { member: wanted.member_id, kind: wanted.kind, term: wanted.term_id, waiting: wanted.waiting };
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    let found = statements::list(&mut tx, &filter, after, limit).await.map_err(Problem::database)?;
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.statement.id)).map(StatementView::from)))
}

/// Shows a statement.
#[utoipa::path(get, path = "/v1/statements/{id}", tag = "Statements", security(("key" = ["reader"])), params(("id" = StatementId, Path)),
    responses((status = 200, body = StatementView)))]
pub(super) async fn get(State(api): State<Api>, reader: Reader, Id(id): Id<StatementId>) -> Result<JsonAnswer<StatementView>, Problem> {
    let mut tx = api.db.begin_as(reader.institution).await.map_err(Problem::database)?;
    Ok(JsonAnswer(require(&mut tx, id).await?.into()))
}

async fn require(tx: &mut InstitutionTx, id: StatementId) -> Result<Listed, Problem> {
    statements::get(tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)
}

async fn record(api: &Api, actor: &Actor, tx: &mut InstitutionTx, draft: &Draft) -> Result<Created<StatementView>, Problem> {
    let written = statements::record(tx, actor, &[draft], api.clock.now()).await.map_err(Problem::database)?;
    let ids = written.map_err(refuse)?;
    let id = ids.first().ok_or_else(|| Problem::broken(&"a statement was written and has no id"))?;
    let listed = require(tx, *id).await?;
    Ok(Created(format!("/v1/statements/{}", listed.statement.id), listed.into()))
}

/// An id that is not there is answered as in a path; then come fields that are wrong; a conflict is left where all else is right.
fn refuse(refused: Vec<Refused>) -> Problem {
    let faults: Vec<_> = refused.into_iter().map(|refused| refused.fault).collect();
    if faults.iter().any(|fault| fault.trouble == Trouble::Unknown) {
        return Problem::not_found();
    }
    match faults.as_slice() {
        [only] if only.trouble == Trouble::Taken => Problem::conflict_of(only.field, only.message.clone()),
        _ => Problem::invalid_fields(faults.into_iter().map(|fault| Fault::new(fault.field, fault.message)).collect()),
    }
}

fn draft(new: NewStatement) -> Result<Draft, Problem> {
    let mut faults = Faults::default();
    let member = match (new.member_id, new.member_number) {
        (Some(id), None) => Ok(Whose::Id(id)),
        (None, Some(number)) => Ok(Whose::Number(number)),
        _ => Err("give the member_id or the member_number, and not both"),
    };
    let member = faults.check("member_id", member);
    let about = new.about.map(|about| match (about.contribution_url, about.repository, about.statement_id) {
        (Some(url), None, None) => Ok(Mentioned::Contribution(url)),
        (None, Some(name), None) => name.parse().map(Mentioned::Repository).map_err(|why: NotFullName| why.to_string()),
        (None, None, Some(id)) => Ok(Mentioned::Statement(id)),
        _ => Err("give one of contribution_url, repository and statement_id".to_owned()),
    });
    let about = faults.check("about", about.transpose());
    let (Some(member), Some(about)) = (member, about) else { return Err(faults.into_problem()) };
    Ok(Draft {
        kind: new.kind,
        member,
        name: new.name,
        value: new.value,
        rank: new.rank,
        team: new.team,
        about,
        happened_on: new.happened_on,
        until_on: new.until_on,
        on_behalf_of: new.on_behalf_of,
        reason: new.reason,
    })
}
