//! What a report says of a member's award.
//! It must not take credit for given that no person gave, nor leave out that it was refused.

use chrono::{DateTime, Utc};

use super::{Standing, speaks, standing, state};
use crate::model::{
    award::Award,
    credit::Credits,
    credit_report::{Given, ReportedAward},
};

/// The award of a chain (oldest first) that speaks for the member at a moment. `None`: nothing was proposed.
pub fn reported(chain: &[Award], now: DateTime<Utc>) -> Option<ReportedAward> {
    let at = speaks(chain, now)?;
    let award = &chain[at];
    let given = match standing(award) {
        Standing::Open { .. } | Standing::ToConfirm { .. } => None,
        Standing::Approved(approval) => Some(Given { credits: approval.credits, final_from: Some(approval.announced.final_from()) }),
        Standing::Rejected | Standing::Revoked => Some(Given { credits: Credits::ZERO, final_from: None }),
    };
    Some(ReportedAward {
        id: award.id,
        state: state(award, &chain[at + 1..], now),
        evaluation: award.proposal.evaluation,
        points: award.proposal.points,
        policy_hash: award.proposal.policy_hash.clone(),
        recorded_as: award.proposal.manner.recorded_as.clone(),
        given,
        decided_by: award.decisions.iter().map(|decided| decided.person_name.clone()).collect(),
    })
}
