//! Awards, appeals and changes of accounts as every door takes them: read, judged, written and logged in one transaction.
//! It must not judge by itself, nor commit: whoever calls does.

mod account;
mod appeal;
mod propose;

use chrono::{DateTime, Utc};
use serde_json::json;

pub use account::{AccountError, Wish, attest, decide_change, request, withdraw};
pub use appeal::{NewAppeal, Settlement, file, settle};
pub use propose::{Proposed, propose};

use crate::{
    awards::{self, Calendar, Refusal, Verdict},
    db::{self, InstitutionTx, audit, awards::Filter, holidays, institutions, statements, terms},
    model::{
        actor::{Actor, PersonKey},
        audit::{Action, Details, Event},
        award::{Announced, Award, Decided, Decision},
        ids::{AwardId, EvaluationId, TermId},
        term::Term,
    },
};

/// Why something was not decided.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("there is no such thing in this institution")]
    NotFound,
    #[error("the evaluation is not done yet: wait until its state is done")]
    NotDone,
    #[error("{0}")]
    Refused(Refusal),
    #[error("the policy cannot be read: {0}")]
    Policy(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// Decides on one award. Returns its chain and its place there, as they are now.
pub async fn decide(tx: &mut InstitutionTx, id: AwardId, verdict: &Verdict, by: &Actor, now: DateTime<Utc>) -> Result<(Vec<Award>, usize)> {
    db::awards::lock(tx).await?;
    let (chain, at) = db::awards::get(tx, id).await?.ok_or(Error::NotFound)?;
    let (award, later) = (&chain[at], &chain[at + 1..]);
    let term = term_of(tx, award.proposal.term).await?;
    let missing = missing_of(tx, &term, &[award]).await?.pop().ok_or(Error::NotFound)?;
    let is_approved = awards::may_decide(award, later, verdict, by, &missing, now)?;
    let person = awards::judge(award, by)?;
    let calendar = calendar(tx).await?;
    let announced = is_approved.then(|| awards::announce(award, &calendar, now));
    let decided = decided(verdict, by, person, announced, now);
    db::awards::insert_decisions(tx, &[(award, decided)]).await?;
    audit::append(tx, by, &event(award, verdict, announced), now);
    db::awards::get(tx, id).await?.ok_or(Error::NotFound)
}

fn decided(verdict: &Verdict, by: &Actor, person: PersonKey, announced: Option<Announced>, at: DateTime<Utc>) -> Decided {
    Decided {
        decision: verdict.decision,
        reason: verdict.reason.clone(),
        by: by.to_string(),
        person,
        person_name: by.to_person().name,
        credits: verdict.credits,
        announced,
        at,
    }
}

fn event(award: &Award, verdict: &Verdict, announced: Option<Announced>) -> Event {
    let action = match verdict.decision {
        Decision::Approve => Action::AwardApproved,
        Decision::Confirm => Action::AwardConfirmed,
        Decision::Reject => Action::AwardRejected,
        Decision::SendBack => Action::AwardSentBack,
        Decision::Revoke => Action::AwardRevoked,
    };
    let credits = verdict.credits.unwrap_or_else(|| awards::credits(award));
    let facts = json!({
        "evaluation": award.proposal.evaluation,
        "policy_hash": award.proposal.policy_hash,
        "credits": credits.to_string(),
        "notice_until": announced.map(|announced| announced.notice_until),
    });
    let said = verdict.reason.as_ref().map(|reason| json!({ "reason": reason }));
    let details = said.map(|said| Details { member: Some(award.proposal.member), said });
    Event { action, subject: award.id.to_string(), facts, details }
}

/// What came of approving many at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    pub approved: Vec<AwardId>,
    /// Those that nobody has decided and that are left to be looked at one by one, and why.
    pub left: Vec<(Award, Refusal)>,
}

/// Approves what was proposed from an evaluation and needs no look of its own.
pub async fn approve_all(tx: &mut InstitutionTx, evaluation: EvaluationId, by: &Actor, now: DateTime<Utc>) -> Result<Bulk> {
    let person = by.person().ok_or(Refusal::NoPerson)?;
    let found = db::evaluations::get(tx, evaluation).await?.ok_or(Error::NotFound)?;
    db::awards::lock(tx).await?;
    let chains = db::awards::list_chains(tx, &Filter { evaluation: Some(evaluation), ..Filter::default() }).await?;
    let open: Vec<&Award> = chains.iter().filter_map(|chain| chain.last().filter(|last| last.proposal.evaluation == evaluation)).collect();
    let open: Vec<&Award> = open.into_iter().filter(|award| is_undecided(award)).collect();
    let term = term_of(tx, found.term).await?;
    let missing = missing_of(tx, &term, &open).await?;
    let calendar = calendar(tx).await?;
    let verdict = Verdict { decision: Decision::Approve, reason: None, credits: None };
    let (mut approved, mut left) = (Vec::new(), Vec::new());
    for (award, missing) in open.into_iter().zip(missing) {
        match awards::left_because(award, &[], by, &missing, now) {
            Some(why) => left.push((award.clone(), why)),
            None => {
                let announced = Some(awards::announce(award, &calendar, now));
                approved.push((award, decided(&verdict, by, person.clone(), announced, now)));
            }
        }
    }
    let ids: Vec<AwardId> = approved.iter().map(|(award, _)| award.id).collect();
    if !approved.is_empty() {
        db::awards::insert_decisions(tx, &approved).await?;
        let credits: serde_json::Map<_, _> =
            approved.iter().map(|(award, _)| (award.id.to_string(), json!(award.proposal.credits.to_string()))).collect();
        let event = Event {
            action: Action::AwardsApproved,
            subject: evaluation.to_string(),
            facts: json!({ "policy_hash": found.policy_hash, "credits": credits }),
            details: None,
        };
        audit::append(tx, by, &event, now);
    }
    Ok(Bulk { approved: ids, left })
}

fn is_undecided(award: &Award) -> bool {
    matches!(awards::standing(award), awards::Standing::Open { .. } | awards::Standing::ToConfirm { .. })
}

async fn calendar(tx: &mut InstitutionTx) -> Result<Calendar> {
    let institution = institutions::get(tx).await?.ok_or(Error::NotFound)?;
    Ok(Calendar::new(institution.timezone, &holidays::list(tx, None).await?))
}

async fn term_of(tx: &mut InstitutionTx, id: TermId) -> Result<Term> {
    terms::get(tx, id).await?.ok_or(Error::NotFound)
}

/// Of each award whose confirmations are missing.
async fn missing_of(tx: &mut InstitutionTx, term: &Term, awards: &[&Award]) -> Result<Vec<Vec<String>>> {
    if awards.iter().all(|award| award.proposal.manner.confirmed_by.is_empty()) {
        return Ok(vec![Vec::new(); awards.len()]);
    }
    let members: Vec<_> = awards.iter().map(|award| award.proposal.member).collect();
    let stated = statements::list_of_members(tx, &members).await?;
    // By member, so that each is compared with its own alone.
    let mut by_member = std::collections::HashMap::new();
    for one in stated {
        by_member.entry(one.member).or_insert_with(Vec::new).push(one);
    }
    let of = |award: &&Award| by_member.get(&award.proposal.member).map_or(&[][..], Vec::as_slice);
    Ok(awards.iter().map(|award| awards::missing_confirmations(award, of(award), term)).collect())
}
