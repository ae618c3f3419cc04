//! Who may appeal until when, and who may decide on an appeal.
//! It must not look for another reviewer: whoever calls says whether there is one.

use chrono::{DateTime, Utc};

use super::{Refusal, Standing, has_approved, judge, standing, state};
use crate::model::{
    actor::Actor,
    award::{Appeal, AppealDecision, Award, AwardState},
};

/// Whether an appeal against the award is in time, and the only one.
pub fn may_appeal(award: &Award, later: &[Award], now: DateTime<Utc>) -> Result<(), Refusal> {
    let state = state(award, later, now);
    if state == AwardState::UnderAppeal {
        return Err(Refusal::AppealPending);
    }
    let Standing::Approved(approval) = standing(award) else { return Err(Refusal::NotAppealable(state)) };
    if !matches!(state, AwardState::OnNotice | AwardState::Final) {
        return Err(Refusal::NotAppealable(state));
    }
    let until = approval.announced.appeal_until.ok_or(Refusal::NoAppeals)?;
    if now < until { Ok(()) } else { Err(Refusal::TooLate) }
}

/// Whether somebody may decide so on an appeal. `is_other`: there is another reviewer than who approved the award.
pub fn may_settle(
    award: &Award,
    later: &[Award],
    appeal: &Appeal,
    decision: AppealDecision,
    by: &Actor,
    is_other: bool,
) -> Result<(), Refusal> {
    judge(award, by)?;
    if appeal.decided.is_some() {
        return Err(Refusal::AppealDecided);
    }
    let Standing::Approved(approval) = standing(award) else {
        // Revoked since: there is nothing to grant, and a dismissal closes it.
        return if decision == AppealDecision::Dismiss { Ok(()) } else { Err(Refusal::NotAppealable(AwardState::Revoked)) };
    };
    if is_other && has_approved(award, &approval, by) {
        return Err(Refusal::Approver);
    }
    let is_rejected = |one: &Award| standing(one) == Standing::Rejected;
    if decision == AppealDecision::Grant && !later.iter().all(is_rejected) { Err(Refusal::HasSuccessor) } else { Ok(()) }
}
