//! The people of the demonstration decide: one award gets other credits by two people, what needs no look is approved at once, and an appeal is
//! dismissed. It must not decide otherwise than people through the API do, and says who they are: invented.

use std::fmt::Write as _;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{super::key, Ground, university::DecisionsWire};
use crate::{
    awards::{self, Refusal, Standing, Verdict},
    db::{
        Db, InstitutionTx,
        awards::{self as stored, Filter},
        members, scores,
    },
    decisions::{self, NewAppeal, Settlement},
    model::{
        actor::{Actor, Person},
        award::{AppealDecision, Award, Decision},
        credit::Credits,
        ids::EvaluationId,
        institution::Role,
        points::Points,
    },
};

const OTHERWISE: &str = "Held a workshop on reviewing, which no rule pays";
const CONFIRMED: &str = "I was at that workshop";
const APPEAL: &str = "This one took me a week, and a limit left nothing of it";
const DISMISSED: &str = "The limit is the rule book's, and holds for everybody";

/// The keys of those who decide.
struct People {
    staff: Actor,
    reviewer: Actor,
    second: Actor,
}

/// Decides as the seeds say. Returns what to tell of it, and from when all of it is final.
pub(super) async fn decide(
    db: &Db,
    ground: &Ground,
    evaluation: EvaluationId,
    seeds: &DecisionsWire,
) -> anyhow::Result<(String, DateTime<Utc>)> {
    let people = admit(db, ground, seeds).await?;
    let mut tx = db.begin_as(ground.institution.id).await?;
    let proposed = decisions::propose(&mut tx, evaluation, &people.staff, seeds.approved_at).await?;
    let mut told = format!("proposed {} awards, by {} of the staff\n", proposed.proposed, name(&people.staff));
    told.push_str(&give_other_credits(&mut tx, evaluation, &people, seeds).await?);
    for reviewer in [&people.reviewer, &people.second] {
        told.push_str(&approve_all(&mut tx, evaluation, reviewer, seeds.approved_at).await?);
    }
    told.push_str(&appeal(&mut tx, evaluation, &people, seeds).await?);
    let chains = list(&mut tx, evaluation).await?;
    tx.commit().await?;
    let ends = chains.iter().filter_map(|award| match awards::standing(award) {
        Standing::Approved(approval) => Some(approval.announced.final_from()),
        _ => None,
    });
    Ok((told, ends.max().unwrap_or(seeds.dismissed_at)))
}

/// What needs no look, and is not one's own.
async fn approve_all(tx: &mut InstitutionTx, evaluation: EvaluationId, reviewer: &Actor, at: DateTime<Utc>) -> anyhow::Result<String> {
    let bulk = decisions::approve_all(tx, evaluation, reviewer, at).await?;
    let count = |is: fn(&Refusal) -> bool| bulk.left.iter().filter(|(_, why)| is(why)).count();
    let mut told = format!("approved {} at once, by {}", bulk.approved.len(), name(reviewer));
    let flagged = count(|why| matches!(why, Refusal::Flagged(_)));
    if flagged > 0 {
        let _ = write!(told, "; {flagged} are flagged and wait for a person to look at each");
    }
    if count(|why| *why == Refusal::Oneself) > 0 {
        told.push_str("; one's own is left to another");
    }
    told.push('\n');
    Ok(told)
}

/// Makes the keys with which they decide; each holds one.
async fn admit(db: &Db, ground: &Ground, seeds: &DecisionsWire) -> anyhow::Result<People> {
    let mut tx = db.begin_as(ground.institution.id).await?;
    let found = members::list_by_number(&mut tx, &[seeds.reviewer.clone(), seeds.second.clone()]).await?;
    tx.commit().await?;
    let of_roster = |number: &str| {
        let member = found.iter().find(|member| member.number == number);
        let known = member.map(|member| Person { name: member.name.clone(), member: Some(member.id) });
        known.with_context(|| format!("seeds/roster.csv has no number {number}"))
    };
    let staff = Person { name: seeds.staff.clone(), member: None };
    let mut actors = Vec::new();
    for (role, holder) in [(Role::Reviewer, of_roster(&seeds.second)?), (Role::Reviewer, of_roster(&seeds.reviewer)?), (Role::Staff, staff)]
    {
        let (id, _) = key::create(db, ground.institution.id, role, holder.clone(), None).await?;
        actors.push(Actor::Key { id, holder });
    }
    let mut next = || actors.pop().context("three keys were made");
    Ok(People { staff: next()?, reviewer: next()?, second: next()? })
}

/// The reviewer gives somebody whose points make no credit the smallest one, for what no rule pays; a second person confirms it.
async fn give_other_credits(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    people: &People,
    seeds: &DecisionsWire,
) -> anyhow::Result<String> {
    let short = |award: &Award| award.proposal.credits == Credits::ZERO && award.proposal.points > Points::ZERO;
    let Some(award) = list(tx, evaluation).await?.into_iter().find(short) else { return Ok(String::new()) };
    let half = Credits::new(Decimal::new(5, 1));
    let verdict = |decision, reason: &str, credits| Verdict { decision, reason: Some(reason.to_owned()), credits };
    let approve = verdict(Decision::Approve, OTHERWISE, Some(half));
    decisions::decide(tx, award.id, &approve, &people.reviewer, seeds.approved_at).await?;
    let confirm = verdict(Decision::Confirm, CONFIRMED, None);
    decisions::decide(tx, award.id, &confirm, &people.second, seeds.confirmed_at).await?;
    let (number, student, proposed) = (&award.number, &award.name, award.proposal.credits);
    let (first, second) = (name(&people.reviewer), name(&people.second));
    Ok(format!(
        "gave {number} ({student}) {half} credits and not {proposed}, by {first}: \"{OTHERWISE}\"; confirmed by {second}: \"{CONFIRMED}\"\n"
    ))
}

/// A student appeals against a line that a limit left nothing of, and another than who approved it says why not.
async fn appeal(tx: &mut InstitutionTx, evaluation: EvaluationId, people: &People, seeds: &DecisionsWire) -> anyhow::Result<String> {
    let Some((award, url)) = limited(tx, evaluation, &people.reviewer).await? else { return Ok(String::new()) };
    let student = award.name.clone();
    let new =
        NewAppeal { award: award.id, contribution_url: Some(url.clone()), reason: APPEAL.to_owned(), on_behalf_of: Some(student.clone()) };
    let filed = decisions::file(tx, new, &people.staff, seeds.appealed_at).await?.context("the award has that line")?;
    let settlement = Settlement { decision: AppealDecision::Dismiss, reason: DISMISSED.to_owned(), evaluation: None };
    decisions::settle(tx, filed, &settlement, &people.second, seeds.dismissed_at).await?;
    let number = &award.number;
    let by = name(&people.second);
    Ok(format!("heard an appeal of {number} ({student}) about {url}: \"{APPEAL}\"; dismissed by {by}: \"{DISMISSED}\"\n"))
}

/// The first award that this person approved and that has a line of which a limit left nothing.
async fn limited(tx: &mut InstitutionTx, evaluation: EvaluationId, approver: &Actor) -> anyhow::Result<Option<(Award, String)>> {
    for award in list(tx, evaluation).await? {
        let Standing::Approved(approval) = awards::standing(&award) else { continue };
        if approval.by.iter().any(|person| Some(person) != approver.person().as_ref()) {
            continue;
        }
        let found = scores::get(tx, evaluation, award.proposal.member).await?;
        let lines = found.map(|(_, lines)| lines).unwrap_or_default();
        let cut = lines.iter().find(|one| one.line.limited.is_some() && one.line.points.is_zero() && one.about.is_some());
        if let Some(about) = cut.and_then(|one| one.about.as_ref()) {
            return Ok(Some((award, about.url.clone())));
        }
    }
    Ok(None)
}

/// What was proposed from it, by number.
async fn list(tx: &mut InstitutionTx, evaluation: EvaluationId) -> anyhow::Result<Vec<Award>> {
    let chains = stored::list_chains(tx, &Filter { evaluation: Some(evaluation), ..Filter::default() }).await?;
    Ok(chains.into_iter().flatten().collect())
}

fn name(actor: &Actor) -> String {
    actor.to_person().name
}
