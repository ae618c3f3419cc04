//! `/v1/awards`: proposes awards from an evaluation, shows how they stand, and takes what people decide on them.
//! It must not judge who may decide what: `awards` does.

use axum::{Json as JsonAnswer, extract::State};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    Api,
    auth::{By, Reviewer, Staff, Viewer},
    body::Json,
    done::Done,
    fields::{self, Fault, Faults},
    problem::Problem,
    query::{self, Id, Query},
};
use crate::{
    awards::{self, Standing, Verdict},
    db::{
        InstitutionTx,
        awards::{self as stored, Filter},
    },
    decisions,
    model::{
        award::{Award, AwardState, Decided, Decision},
        credit::Credits,
        ids::{AppealId, AwardId, EvaluationId, MemberId, PolicyId, TermId},
        page::Page,
        points::Points,
    },
};

/// How many awards are looked through at a time for those that stand as is asked for.
const READ_AT_ONCE: i64 = 500;

/// From which evaluation awards are proposed, or approved.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfEvaluation {
    evaluation_id: EvaluationId,
}

/// What came of proposing.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ProposedAwards)]
pub(super) struct ProposedView {
    /// How many awards were proposed.
    proposed: usize,
    /// How many of these took the place of one on which nobody had given credit.
    superseding: usize,
    /// Members who have one that stays.
    present: usize,
    /// Members without a linked account: nothing is known of them.
    without_account: usize,
}

/// What was proposed for a member, how it stands, and what people decided on it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Award)]
pub(super) struct AwardView {
    id: AwardId,
    term_id: TermId,
    member_id: MemberId,
    number: String,
    name: String,
    evaluation_id: EvaluationId,
    policy_id: PolicyId,
    policy_name: String,
    policy_hash: String,
    state: AwardState,
    #[schema(value_type = String, example = "42.5")]
    points: Points,
    /// What it gives, or would give.
    #[schema(example = "1.5")]
    credits: String,
    /// What the evaluation found.
    proposed_credits: String,
    /// The mark that the registry books.
    recorded_as: Option<String>,
    /// How many flags a person must look at; they stand at the score.
    flagged: i32,
    /// How many requirements of the policy are not met.
    unmet: i32,
    /// Whether everything of the term had been fetched.
    complete: bool,
    complete_until: Option<DateTime<Utc>>,
    /// Where the lines are.
    score: String,
    supersedes: Option<AwardId>,
    superseded_by: Option<AwardId>,
    proposed_by: String,
    proposed_at: DateTime<Utc>,
    notice_until: Option<DateTime<Utc>>,
    appeal_until: Option<DateTime<Utc>>,
    /// From then on it is final, where no appeal is pending.
    final_from: Option<DateTime<Utc>>,
    /// Oldest first.
    decisions: Vec<DecidedView>,
    appeals: Vec<AppealId>,
}

/// What a person decided.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AwardDecision)]
pub(super) struct DecidedView {
    decision: Decision,
    reason: Option<String>,
    /// The id of the key, or `operator`.
    by: String,
    /// The person who decided.
    name: String,
    /// Of an approval: these, and not those that were proposed.
    credits: Option<String>,
    at: DateTime<Utc>,
}

impl From<&Decided> for DecidedView {
    fn from(decided: &Decided) -> Self {
        Self {
            decision: decided.decision,
            reason: decided.reason.clone(),
            by: decided.by.clone(),
            name: decided.person_name.clone(),
            credits: decided.credits.map(|credits| credits.to_string()),
            at: decided.at,
        }
    }
}

impl AwardView {
    fn new(chain: &[Award], at: usize, now: DateTime<Utc>) -> Self {
        let (award, later) = (&chain[at], &chain[at + 1..]);
        let proposal = &award.proposal;
        let announced = match awards::standing(award) {
            Standing::Approved(approval) => Some(approval.announced),
            _ => None,
        };
        Self {
            id: award.id,
            term_id: proposal.term,
            member_id: proposal.member,
            number: award.number.clone(),
            name: award.name.clone(),
            evaluation_id: proposal.evaluation,
            policy_id: proposal.policy,
            policy_name: proposal.policy_name.clone(),
            policy_hash: proposal.policy_hash.clone(),
            state: awards::state(award, later, now),
            points: proposal.points,
            credits: awards::credits(award).to_string(),
            proposed_credits: proposal.credits.to_string(),
            recorded_as: proposal.manner.recorded_as.clone(),
            flagged: proposal.flagged,
            unmet: proposal.unmet,
            complete: proposal.complete,
            complete_until: proposal.complete_until,
            score: format!("/v1/members/{}/score?evaluation={}", proposal.member, proposal.evaluation),
            supersedes: award.supersedes,
            superseded_by: later.first().map(|next| next.id),
            proposed_by: award.proposed_by.clone(),
            proposed_at: award.proposed_at,
            notice_until: announced.map(|announced| announced.notice_until),
            appeal_until: announced.and_then(|announced| announced.appeal_until),
            final_from: announced.map(|announced| announced.final_from()),
            decisions: award.decisions.iter().map(DecidedView::from).collect(),
            appeals: award.appeals.iter().map(|appeal| appeal.id).collect(),
        }
    }
}

/// Proposes awards: for everybody with a result to whom nobody has given one for the term under policies of that name. Again, it changes
/// nothing; a later evaluation takes the place of what nobody has given yet.
#[utoipa::path(post, path = "/v1/awards", tag = "Awards", security(("key" = ["staff"])), responses((status = 200, body = ProposedView)))]
pub(super) async fn propose(
    State(api): State<Api>,
    staff: Staff,
    By(actor): By,
    Json(of): Json<OfEvaluation>,
) -> Result<Done<JsonAnswer<ProposedView>>, Problem> {
    let mut tx = api.db.begin_as(staff.institution).await.map_err(Problem::database)?;
    let outcome = decisions::propose(&mut tx, of.evaluation_id, &actor, api.clock.now()).await.map_err(problem)?;
    Ok(Done(
        tx,
        JsonAnswer(ProposedView {
            proposed: outcome.proposed,
            superseding: outcome.superseding,
            present: outcome.present,
            without_account: outcome.without_account,
        }),
    ))
}

/// Which awards.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    term_id: Option<TermId>,
    member_id: Option<MemberId>,
    evaluation_id: Option<EvaluationId>,
    state: Option<AwardState>,
    /// Whether there are flags that a person must look at.
    flagged: Option<bool>,
    /// How many items at most: 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists awards, oldest first. A student sees one's own.
#[utoipa::path(get, path = "/v1/awards", tag = "Awards", security(("key" = ["student"])), params(Wanted),
    responses((status = 200, body = Page<AwardView>)))]
pub(super) async fn list(
    State(api): State<Api>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Result<JsonAnswer<Page<AwardView>>, Problem> {
    let (limit, mut after) = (query::limit(wanted.limit)?, query::after::<AwardId>(wanted.cursor.as_deref())?);
    let now = api.clock.now();
    let mut tx = api.db.begin_as_of_now(viewer.institution).await.map_err(Problem::database)?;
    let filter = Filter {
        term: wanted.term_id,
        member: viewer.narrow(wanted.member_id)?,
        evaluation: wanted.evaluation_id,
        flagged: wanted.flagged,
        ..Filter::default()
    };
    let mut found: Vec<AwardView> = Vec::new();
    loop {
        let ids = stored::list_ids(&mut tx, &filter, after, READ_AT_ONCE).await.map_err(Problem::database)?;
        let Some(last) = ids.last().copied() else { break };
        let mut page = views(&mut tx, &ids, now).await?;
        page.retain(|view| wanted.state.is_none_or(|state| view.state == state));
        found.extend(page);
        if found.len() > usize::from(limit) {
            break;
        }
        after = Some(last);
    }
    found.truncate(usize::from(limit) + 1);
    Ok(JsonAnswer(Page::cut(found, limit, |last| query::cursor(&last.id))))
}

/// These awards, by id.
async fn views(tx: &mut InstitutionTx, ids: &[AwardId], now: DateTime<Utc>) -> Result<Vec<AwardView>, Problem> {
    let chains = stored::list_chains(tx, &Filter { ids: Some(ids), ..Filter::default() }).await.map_err(Problem::database)?;
    let all = chains.iter().flat_map(|chain| (0..chain.len()).map(move |at| (chain, at)));
    let wanted = all.filter(|(chain, at)| ids.binary_search(&chain[*at].id).is_ok());
    let mut views: Vec<AwardView> = wanted.map(|(chain, at)| AwardView::new(chain, at, now)).collect();
    views.sort_by_key(|view| view.id);
    Ok(views)
}

/// Shows an award.
#[utoipa::path(get, path = "/v1/awards/{id}", tag = "Awards", security(("key" = ["student"])), params(("id" = AwardId, Path)),
    responses((status = 200, body = AwardView)))]
pub(super) async fn get(State(api): State<Api>, viewer: Viewer, Id(id): Id<AwardId>) -> Result<JsonAnswer<AwardView>, Problem> {
    let mut tx = api.db.begin_as_of_now(viewer.institution).await.map_err(Problem::database)?;
    let (chain, at) = stored::get(&mut tx, id).await.map_err(Problem::database)?.ok_or_else(Problem::not_found)?;
    viewer.require(chain[at].proposal.member)?;
    Ok(JsonAnswer(AwardView::new(&chain, at, api.clock.now())))
}

/// What a person decides.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDecision {
    decision: Decision,
    /// May be left out to approve what needs no look: without flags, with nothing unmet, and of a complete term.
    #[schema(example = "Seen with the mentor")]
    reason: Option<String>,
    /// To approve: these credits and not those that were proposed. A second person must `confirm` them.
    #[schema(value_type = Option<String>, example = "1.5")]
    credits: Option<String>,
}

/// Decides on an award. Nobody decides on oneself.
#[utoipa::path(post, path = "/v1/awards/{id}/decisions", tag = "Awards", security(("key" = ["reviewer"])), params(("id" = AwardId, Path)),
    responses((status = 200, body = AwardView)))]
pub(super) async fn decide(
    State(api): State<Api>,
    reviewer: Reviewer,
    By(actor): By,
    Id(id): Id<AwardId>,
    Json(new): Json<NewDecision>,
) -> Result<Done<JsonAnswer<AwardView>>, Problem> {
    let mut faults = Faults::default();
    let reason = faults.check("reason", new.reason.map(|reason| fields::text(reason, fields::REASON)).transpose());
    let credits = new.credits.map(|credits| credits.parse::<Decimal>().map(Credits::new)).transpose();
    let credits = faults.check("credits", credits.map_err(|_| "must be a decimal, such as 1.5"));
    let (Some(reason), Some(credits)) = (reason, credits) else { return Err(faults.into_problem()) };
    let verdict = Verdict { decision: new.decision, reason, credits };
    let now = api.clock.now();
    let mut tx = api.db.begin_as(reviewer.institution).await.map_err(Problem::database)?;
    let (chain, at) = decisions::decide(&mut tx, id, &verdict, &actor, now).await.map_err(problem)?;
    Ok(Done(tx, JsonAnswer(AwardView::new(&chain, at, now))))
}

/// What came of approving many at once.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = BulkApproval)]
pub(super) struct BulkView {
    approved: usize,
    /// Those that a person must look at one by one.
    left: Vec<LeftView>,
}

/// An award that was not approved with the others.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LeftAward)]
pub(super) struct LeftView {
    award_id: AwardId,
    number: String,
    why: String,
}

/// Approves what was proposed from an evaluation, save what is flagged, lacks something, rests on incomplete facts or is about oneself.
#[utoipa::path(post, path = "/v1/awards/decisions", tag = "Awards", security(("key" = ["reviewer"])),
    responses((status = 200, body = BulkView)))]
pub(super) async fn approve_all(
    State(api): State<Api>,
    reviewer: Reviewer,
    By(actor): By,
    Json(of): Json<OfEvaluation>,
) -> Result<Done<JsonAnswer<BulkView>>, Problem> {
    let mut tx = api.db.begin_as(reviewer.institution).await.map_err(Problem::database)?;
    let bulk = decisions::approve_all(&mut tx, of.evaluation_id, &actor, api.clock.now()).await.map_err(problem)?;
    let left = bulk.left.into_iter().map(|(award, why)| LeftView { award_id: award.id, number: award.number, why: why.to_string() });
    Ok(Done(tx, JsonAnswer(BulkView { approved: bulk.approved.len(), left: left.collect() })))
}

/// Why something was not decided, as an answer.
pub(super) fn problem(error: decisions::Error) -> Problem {
    match error {
        decisions::Error::Database(error) => Problem::database(error),
        decisions::Error::NotFound => Problem::not_found(),
        decisions::Error::NotDone => Problem::conflict("The evaluation is not done: wait until its `state` is done."),
        decisions::Error::Refused(refusal) => match refusal.field() {
            Some(field) => Problem::invalid_fields(vec![Fault::new(field, refusal.to_string())]),
            None if refusal.is_about_who_asks() => Problem::forbidden(refusal.to_string()),
            None => Problem::conflict(refusal.to_string()),
        },
        decisions::Error::Policy(why) => Problem::broken(&why),
    }
}
