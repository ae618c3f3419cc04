//! Proposes awards from an evaluation: for everybody with a result to whom nobody has given one for the term yet.
//! It must not decide on any: people do.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Error, Result, term_of};
use crate::{
    awards::{self, Refusal},
    db::{
        InstitutionTx, audit,
        awards::{Chain, Filter},
        evaluations, institutions, policies, scores,
    },
    model::{
        actor::Actor,
        audit::{Action, Event},
        award::{Award, Manner, Proposal},
        ids::{AwardId, EvaluationId, MemberId},
        member_score::{Computed, MemberScore},
        work::{Evaluation, WorkState},
    },
    scoring,
};

/// How many members are read at a time.
const PAGE: u16 = 1_000;

/// What came of proposing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proposed {
    pub proposed: usize,
    /// Of these, those that took the place of an earlier proposal.
    pub superseding: usize,
    /// Members who had one that stays.
    pub present: usize,
    /// Members of whom nothing is known.
    pub without_account: usize,
}

/// What all proposals from an evaluation have in common.
pub(super) struct Ground {
    pub evaluation: Evaluation,
    pub evaluated_at: DateTime<Utc>,
    pub policy_name: String,
    manner: Manner,
    complete_until: Option<DateTime<Utc>>,
    complete: bool,
}

impl Ground {
    pub async fn read(tx: &mut InstitutionTx, id: EvaluationId) -> Result<Self> {
        let evaluation = evaluations::get(tx, id).await?.ok_or(Error::NotFound)?;
        let (WorkState::Done, Some(evaluated_at)) = (evaluation.state, evaluation.finished_at) else { return Err(Error::NotDone) };
        if !evaluation.differs.is_empty() {
            return Err(Refusal::WrongEvaluation.into());
        }
        let stored = policies::get(tx, evaluation.policy).await?.ok_or(Error::NotFound)?;
        let policy = scoring::policy::parse(&stored.name, &stored.source).map_err(|why| Error::Policy(why.to_string()))?;
        let term = term_of(tx, evaluation.term).await?;
        let institution = institutions::get(tx).await?.ok_or(Error::NotFound)?;
        let coverage = evaluations::list_coverage(tx, id).await?;
        // Nothing is complete of which one repository was never fetched to the end.
        let complete_until = coverage.iter().map(|one| one.complete_until).min().flatten();
        let complete = complete_until.is_some_and(|until| until >= term.window(institution.timezone).until);
        let decision = policy.decision;
        let manner = Manner {
            notice_days: decision.notice_days,
            appeal_days: decision.appeal_days,
            appeal_days_are: decision.appeal_days_are,
            confirmed_by: decision.confirmed_by,
            recorded_as: decision.recorded_as,
        };
        Ok(Self { evaluation, evaluated_at, policy_name: stored.name, manner, complete_until, complete })
    }

    pub fn proposal(&self, score: &MemberScore, computed: &Computed) -> Proposal {
        Proposal {
            term: self.evaluation.term,
            member: score.member,
            evaluation: self.evaluation.id,
            evaluated_at: self.evaluated_at,
            policy: self.evaluation.policy,
            policy_name: self.policy_name.clone(),
            policy_hash: self.evaluation.policy_hash.clone(),
            points: computed.points,
            credits: computed.credits,
            flagged: score.flagged,
            unmet: i32::try_from(score.unmet.len()).unwrap_or(i32::MAX),
            complete_until: self.complete_until,
            complete: self.complete,
            manner: self.manner.clone(),
        }
    }
}

/// Proposes; again, it changes nothing.
pub async fn propose(tx: &mut InstitutionTx, evaluation: EvaluationId, by: &Actor, now: DateTime<Utc>) -> Result<Proposed> {
    crate::db::awards::lock(tx).await?;
    let ground = Ground::read(tx, evaluation).await?;
    let filter = Filter { term: Some(ground.evaluation.term), policy_name: Some(&ground.policy_name), ..Filter::default() };
    let chains = crate::db::awards::list_chains(tx, &filter).await?;
    let chains: HashMap<MemberId, Chain> =
        chains.into_iter().filter_map(|chain| chain.first().map(|first| first.proposal.member).map(|member| (member, chain))).collect();
    let mut outcome = Proposed::default();
    let mut batch: Vec<(AwardId, Proposal, Option<&Award>)> = Vec::new();
    for score in list_scores(tx, evaluation).await? {
        let chain = chains.get(&score.member).map_or(&[][..], Vec::as_slice);
        match &score.computed {
            None => outcome.without_account += 1,
            Some(_) if !awards::makes_way(chain, (ground.evaluated_at, evaluation), now) => outcome.present += 1,
            Some(computed) => batch.push((AwardId::new(now), ground.proposal(&score, computed), chain.last())),
        }
    }
    (outcome.proposed, outcome.superseding) = (batch.len(), batch.iter().filter(|(_, _, before)| before.is_some()).count());
    if !batch.is_empty() {
        crate::db::awards::insert(tx, &batch, &by.to_string(), now).await?;
        audit::append(tx, by, &event(&ground, &batch), now);
    }
    Ok(outcome)
}

fn event(ground: &Ground, batch: &[(AwardId, Proposal, Option<&Award>)]) -> Event {
    let credits: serde_json::Map<_, _> =
        batch.iter().map(|(id, proposal, _)| (id.to_string(), json!(proposal.credits.to_string()))).collect();
    Event {
        action: Action::AwardsProposed,
        subject: ground.evaluation.id.to_string(),
        facts: json!({ "policy_hash": ground.evaluation.policy_hash, "credits": credits }),
        details: None,
    }
}

async fn list_scores(tx: &mut InstitutionTx, evaluation: EvaluationId) -> Result<Vec<MemberScore>> {
    let mut all: Vec<MemberScore> = Vec::new();
    loop {
        let last = all.last().map(|score| (score.number.clone(), score.member));
        let after = last.as_ref().map(|(number, member)| (number.as_str(), *member));
        let mut page = scores::list(tx, evaluation, after, PAGE).await?;
        let is_last = page.len() <= usize::from(PAGE);
        page.truncate(usize::from(PAGE));
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}
