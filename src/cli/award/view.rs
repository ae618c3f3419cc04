//! What a script reads of awards and of what was done with them.
//! It must not decide: it shows how an award stands.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    awards::{self, Standing},
    model::{
        award::{Award, AwardState, Decided, Decision},
        ids::{AppealId, AwardId, EvaluationId, MemberId, TermId},
    },
};

#[derive(Serialize)]
pub(super) struct AwardView<'a> {
    pub id: AwardId,
    pub term_id: TermId,
    pub member_id: MemberId,
    pub number: &'a str,
    pub name: &'a str,
    pub evaluation_id: EvaluationId,
    pub policy_name: &'a str,
    pub policy_hash: &'a str,
    pub state: AwardState,
    pub points: String,
    pub credits: String,
    pub proposed_credits: String,
    pub recorded_as: Option<&'a str>,
    pub flagged: i32,
    pub unmet: i32,
    pub complete: bool,
    pub supersedes: Option<AwardId>,
    pub superseded_by: Option<AwardId>,
    pub proposed_by: &'a str,
    pub proposed_at: DateTime<Utc>,
    pub notice_until: Option<DateTime<Utc>>,
    pub appeal_until: Option<DateTime<Utc>>,
    pub final_from: Option<DateTime<Utc>>,
    pub decisions: Vec<DecidedView<'a>>,
    pub appeals: Vec<AppealId>,
}

#[derive(Serialize)]
pub(super) struct DecidedView<'a> {
    pub decision: Decision,
    pub reason: Option<&'a str>,
    pub by: &'a str,
    pub name: &'a str,
    pub credits: Option<String>,
    pub at: DateTime<Utc>,
}

impl<'a> From<&'a Decided> for DecidedView<'a> {
    fn from(decided: &'a Decided) -> Self {
        Self {
            decision: decided.decision,
            reason: decided.reason.as_deref(),
            by: &decided.by,
            name: &decided.person_name,
            credits: decided.credits.map(|credits| credits.to_string()),
            at: decided.at,
        }
    }
}

impl<'a> AwardView<'a> {
    pub fn new(chain: &'a [Award], at: usize, now: DateTime<Utc>) -> Self {
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
            number: &award.number,
            name: &award.name,
            evaluation_id: proposal.evaluation,
            policy_name: &proposal.policy_name,
            policy_hash: &proposal.policy_hash,
            state: awards::state(award, later, now),
            points: proposal.points.to_string(),
            credits: awards::credits(award).to_string(),
            proposed_credits: proposal.credits.to_string(),
            recorded_as: proposal.manner.recorded_as.as_deref(),
            flagged: proposal.flagged,
            unmet: proposal.unmet,
            complete: proposal.complete,
            supersedes: award.supersedes,
            superseded_by: later.first().map(|next| next.id),
            proposed_by: &award.proposed_by,
            proposed_at: award.proposed_at,
            notice_until: announced.map(|announced| announced.notice_until),
            appeal_until: announced.and_then(|announced| announced.appeal_until),
            final_from: announced.map(|announced| announced.final_from()),
            decisions: award.decisions.iter().map(DecidedView::from).collect(),
            appeals: award.appeals.iter().map(|appeal| appeal.id).collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct ProposedView {
    pub evaluation_id: EvaluationId,
    pub proposed: usize,
    pub superseding: usize,
    pub present: usize,
    pub without_account: usize,
}

#[derive(Serialize)]
pub(super) struct BulkView<'a> {
    pub evaluation_id: EvaluationId,
    pub approved: usize,
    pub left: Vec<LeftView<'a>>,
}

#[derive(Serialize)]
pub(super) struct LeftView<'a> {
    pub award_id: AwardId,
    pub number: &'a str,
    pub why: String,
}
