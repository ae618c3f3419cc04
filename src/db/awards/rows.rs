//! Rows of awards, of decisions and of appeals, as the tables have them.
//! They must not leave this room.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::{Error, Result};
use crate::model::{
    actor::PersonKey,
    award::{Announced, Appeal, AppealDecided, Award, Decided, Manner, Proposal},
    credit::Credits,
    ids::{AppealId, AwardId, EvaluationId, MemberId, PolicyId, TermId},
    points::Points,
};

pub(super) struct AwardRow {
    pub award_id: Uuid,
    pub term_id: Uuid,
    pub member_id: Uuid,
    pub policy_name: String,
    pub generation: i32,
    pub supersedes: Option<Uuid>,
    pub evaluation_id: Uuid,
    pub evaluated_at: DateTime<Utc>,
    pub policy_id: Uuid,
    pub policy_hash: String,
    pub points: i64,
    pub credits: Decimal,
    pub flagged: i32,
    pub unmet: i32,
    pub complete_until: Option<DateTime<Utc>>,
    pub complete: bool,
    pub notice_days: Option<i32>,
    pub appeal_days: Option<i32>,
    pub appeal_days_are: String,
    pub confirmed_by: Vec<String>,
    pub recorded_as: Option<String>,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    pub number: String,
    pub name: String,
}

impl AwardRow {
    pub fn into_award(self, decisions: Vec<Decided>, appeals: Vec<Appeal>) -> Result<Award> {
        let manner = Manner {
            notice_days: self.notice_days.map(|days| whole(days, "notice_days")).transpose()?,
            appeal_days: self.appeal_days.map(|days| whole(days, "appeal_days")).transpose()?,
            appeal_days_are: self.appeal_days_are.parse().map_err(|why| Error::bad_row("awards", "appeal_days_are", why))?,
            confirmed_by: self.confirmed_by,
            recorded_as: self.recorded_as,
        };
        let proposal = Proposal {
            term: TermId(self.term_id),
            member: MemberId(self.member_id),
            evaluation: EvaluationId(self.evaluation_id),
            evaluated_at: self.evaluated_at,
            policy: PolicyId(self.policy_id),
            policy_name: self.policy_name,
            policy_hash: self.policy_hash,
            points: Points::from_thousandths(self.points),
            credits: Credits::new(self.credits),
            flagged: self.flagged,
            unmet: self.unmet,
            complete_until: self.complete_until,
            complete: self.complete,
            manner,
        };
        Ok(Award {
            id: AwardId(self.award_id),
            proposal,
            generation: self.generation,
            supersedes: self.supersedes.map(AwardId),
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            number: self.number,
            name: self.name,
            decisions,
            appeals,
        })
    }
}

pub(super) struct DecisionRow {
    pub award_id: Uuid,
    pub decision: String,
    pub reason: Option<String>,
    pub decided_by: String,
    pub person: String,
    pub person_name: String,
    pub credits: Option<Decimal>,
    pub notice_until: Option<DateTime<Utc>>,
    pub appeal_until: Option<DateTime<Utc>>,
    pub decided_at: DateTime<Utc>,
}

impl DecisionRow {
    pub fn into_decided(self) -> Result<Decided> {
        Ok(Decided {
            decision: self.decision.parse().map_err(|why| Error::bad_row("award_decisions", "decision", why))?,
            reason: self.reason,
            by: self.decided_by,
            person: PersonKey::stored(self.person),
            person_name: self.person_name,
            credits: self.credits.map(Credits::new),
            announced: self.notice_until.map(|notice_until| Announced { notice_until, appeal_until: self.appeal_until }),
            at: self.decided_at,
        })
    }
}

pub(super) struct AppealRow {
    pub appeal_id: Uuid,
    pub award_id: Uuid,
    pub member_id: Uuid,
    pub contribution_url: Option<String>,
    pub reason: String,
    pub filed_by: String,
    pub on_behalf_of: Option<String>,
    pub filed_at: DateTime<Utc>,
    pub decision: Option<String>,
    pub decision_reason: Option<String>,
    pub decided_by: Option<String>,
    pub person: Option<String>,
    pub person_name: Option<String>,
    pub proposed_award_id: Option<Uuid>,
    pub decided_at: Option<DateTime<Utc>>,
}

impl AppealRow {
    pub fn into_appeal(self) -> Result<Appeal> {
        let decided = match (self.decision, self.decision_reason, self.decided_by, self.person, self.person_name, self.decided_at) {
            (Some(decision), Some(reason), Some(by), Some(person), Some(person_name), Some(at)) => Some(AppealDecided {
                decision: decision.parse().map_err(|why| Error::bad_row("appeal_decisions", "decision", why))?,
                reason,
                by,
                person: PersonKey::stored(person),
                person_name,
                proposed: self.proposed_award_id.map(AwardId),
                at,
            }),
            _ => None,
        };
        Ok(Appeal {
            id: AppealId(self.appeal_id),
            award: AwardId(self.award_id),
            contribution_url: self.contribution_url,
            reason: self.reason,
            filed_by: self.filed_by,
            on_behalf_of: self.on_behalf_of,
            filed_at: self.filed_at,
            decided,
        })
    }
}

/// New awards, column by column.
#[derive(Default)]
pub(super) struct NewAwards {
    pub ids: Vec<Uuid>,
    pub terms: Vec<Uuid>,
    pub members: Vec<Uuid>,
    pub policy_names: Vec<String>,
    pub generations: Vec<i32>,
    pub supersedes: Vec<Option<Uuid>>,
    pub evaluations: Vec<Uuid>,
    pub evaluated: Vec<DateTime<Utc>>,
    pub policies: Vec<Uuid>,
    pub policy_hashes: Vec<String>,
    pub points: Vec<i64>,
    pub credits: Vec<Decimal>,
    pub flagged: Vec<i32>,
    pub unmet: Vec<i32>,
    pub complete_until: Vec<Option<DateTime<Utc>>>,
    pub complete: Vec<bool>,
    pub notice_days: Vec<Option<i32>>,
    pub appeal_days: Vec<Option<i32>>,
    pub appeal_days_are: Vec<String>,
    /// A list of words each: Postgres has no list of lists of any length.
    pub confirmed_by: Vec<serde_json::Value>,
    pub recorded_as: Vec<Option<String>>,
}

impl NewAwards {
    pub fn of(proposed: &[(AwardId, Proposal, Option<&Award>)]) -> Result<Self> {
        let mut new = Self::default();
        for (id, proposal, before) in proposed {
            let manner = &proposal.manner;
            new.ids.push(id.0);
            new.terms.push(proposal.term.0);
            new.members.push(proposal.member.0);
            new.policy_names.push(proposal.policy_name.clone());
            new.generations.push(before.map_or(1, |before| before.generation + 1));
            new.supersedes.push(before.map(|before| before.id.0));
            new.evaluations.push(proposal.evaluation.0);
            new.evaluated.push(proposal.evaluated_at);
            new.policies.push(proposal.policy.0);
            new.policy_hashes.push(proposal.policy_hash.clone());
            new.points.push(proposal.points.thousandths());
            new.credits.push(proposal.credits.to_decimal());
            new.flagged.push(proposal.flagged);
            new.unmet.push(proposal.unmet);
            new.complete_until.push(proposal.complete_until);
            new.complete.push(proposal.complete);
            new.notice_days.push(manner.notice_days.map(days).transpose()?);
            new.appeal_days.push(manner.appeal_days.map(days).transpose()?);
            new.appeal_days_are.push(manner.appeal_days_are.as_str().to_owned());
            new.confirmed_by.push(manner.confirmed_by.as_slice().into());
            new.recorded_as.push(manner.recorded_as.clone());
        }
        Ok(new)
    }
}

fn whole(days: i32, column: &'static str) -> Result<u32> {
    u32::try_from(days).map_err(|why| Error::bad_row("awards", column, why))
}

fn days(days: u32) -> Result<i32> {
    i32::try_from(days).map_err(|why| Error::bad_row("awards", "notice_days", why))
}
