//! Appeals: filed against an award, and decided. A grant proposes another award, on which people decide as on any.
//! It must not change the award that was appealed against.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Error, Result, propose::Ground};
use crate::{
    awards::{self, Refusal, Standing},
    db::{
        InstitutionTx, api_keys, audit,
        awards::{self as stored, AppealFilter},
        scores, users,
    },
    model::{
        actor::Actor,
        audit::{Action, Details, Event},
        award::{Appeal, AppealDecided, AppealDecision, Award, Proposal},
        ids::{AppealId, AwardId, EvaluationId},
        institution::Role,
    },
};

/// What somebody says against an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAppeal {
    pub award: AwardId,
    pub contribution_url: Option<String>,
    pub reason: String,
    /// Whose word it is, where somebody else writes it down.
    pub on_behalf_of: Option<String>,
}

/// Files an appeal. `None`: the award has no line about that contribution.
pub async fn file(tx: &mut InstitutionTx, new: NewAppeal, by: &Actor, now: DateTime<Utc>) -> Result<Option<AppealId>> {
    stored::lock(tx).await?;
    let (chain, at) = stored::get(tx, new.award).await?.ok_or(Error::NotFound)?;
    let award = &chain[at];
    if let Some(url) = &new.contribution_url {
        let (_, lines) = scores::get(tx, award.proposal.evaluation, award.proposal.member).await?.ok_or(Error::NotFound)?;
        if !lines.iter().any(|line| line.about.as_ref().is_some_and(|about| about.url == *url)) {
            return Ok(None);
        }
    }
    awards::may_appeal(award, &chain[at + 1..], now)?;
    let id = AppealId::new(now);
    let said = json!({ "reason": new.reason, "on_behalf_of": new.on_behalf_of, "contribution_url": new.contribution_url });
    let appeal = Appeal {
        id,
        award: new.award,
        contribution_url: new.contribution_url,
        reason: new.reason,
        filed_by: by.to_string(),
        on_behalf_of: new.on_behalf_of,
        filed_at: now,
        decided: None,
    };
    stored::insert_appeal(tx, &appeal).await?;
    let event = Event {
        action: Action::AppealFiled,
        subject: id.to_string(),
        facts: json!({ "award": new.award }),
        details: Some(Details { member: Some(award.proposal.member), said }),
    };
    audit::append(tx, by, &event, now);
    Ok(Some(id))
}

/// What somebody wants to decide on an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    pub decision: AppealDecision,
    pub reason: String,
    /// Of a grant: from what another award is proposed.
    pub evaluation: Option<EvaluationId>,
}

/// Decides on an appeal.
pub async fn settle(tx: &mut InstitutionTx, id: AppealId, settlement: &Settlement, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    stored::lock(tx).await?;
    let filter = AppealFilter { id: Some(id), ..AppealFilter::default() };
    let (appeal, member) = stored::list_appeals(tx, &filter, None, 1).await?.pop().ok_or(Error::NotFound)?;
    let (chain, at) = stored::get(tx, appeal.award).await?.ok_or(Error::NotFound)?;
    let is_other = has_other_reviewer(tx, &chain[at], now).await?;
    awards::may_settle(&chain[at], &chain[at + 1..], &appeal, settlement.decision, by, is_other)?;
    let person = awards::judge(&chain[at], by)?;
    let proposed = match (settlement.decision, settlement.evaluation) {
        (AppealDecision::Grant, Some(evaluation)) => Some(propose_instead(tx, &chain, &chain[at], evaluation, by, now).await?),
        (AppealDecision::Grant, None) => return Err(Refusal::NoEvaluation.into()),
        (AppealDecision::Dismiss, Some(_)) => return Err(Refusal::NeedlessEvaluation.into()),
        (AppealDecision::Dismiss, None) => None,
    };
    let decided = AppealDecided {
        decision: settlement.decision,
        reason: settlement.reason.clone(),
        by: by.to_string(),
        person,
        person_name: by.to_person().name,
        proposed,
        at: now,
    };
    stored::insert_appeal_decision(tx, id, &decided).await?;
    let event = Event {
        action: match settlement.decision {
            AppealDecision::Grant => Action::AppealGranted,
            AppealDecision::Dismiss => Action::AppealDismissed,
        },
        subject: id.to_string(),
        facts: json!({ "award": appeal.award, "proposed_award": proposed, "evaluation": settlement.evaluation }),
        details: Some(Details { member: Some(member), said: json!({ "reason": settlement.reason }) }),
    };
    audit::append(tx, by, &event, now);
    Ok(())
}

/// Proposes an award from that evaluation in the place of the one that was appealed against.
async fn propose_instead(
    tx: &mut InstitutionTx,
    chain: &[Award],
    award: &Award,
    evaluation: EvaluationId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AwardId> {
    let ground = Ground::read(tx, evaluation).await?;
    if ground.evaluation.term != award.proposal.term || ground.policy_name != award.proposal.policy_name {
        return Err(Refusal::OtherTerm.into());
    }
    let found = scores::get(tx, evaluation, award.proposal.member).await?;
    let proposal: Option<Proposal> = found.and_then(|(score, _)| score.computed.as_ref().map(|computed| ground.proposal(&score, computed)));
    let proposal = proposal.ok_or(Refusal::NoResult)?;
    let id = AwardId::new(now);
    stored::insert(tx, &[(id, proposal, chain.last())], &by.to_string(), now).await?;
    Ok(id)
}

/// Whether anybody else than who approved the award, and than the member, may decide: with a key, or as somebody who signs in.
async fn has_other_reviewer(tx: &mut InstitutionTx, award: &Award, now: DateTime<Utc>) -> Result<bool> {
    let Standing::Approved(approval) = awards::standing(award) else { return Ok(false) };
    let keys = api_keys::list(tx).await?.into_iter();
    let keys = keys
        .filter(|key| key.role.covers(Role::Reviewer) && key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now))
        .map(|key| Actor::Key { id: key.id, holder: key.holder });
    let users = users::list_deciding(tx).await?.into_iter().map(|user| user.actor());
    let is_other = |actor: Actor| actor.member() != Some(award.proposal.member) && !awards::has_approved(award, &approval, &actor);
    Ok(keys.chain(users).any(is_other))
}
