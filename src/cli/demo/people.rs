//! The people of the demonstration decide: what needs no look is approved at once, one award gets other credits by two people, and an appeal is
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
    decisions::{self, Bulk, NewAppeal, Settlement},
    model::{
        actor::{Actor, Person},
        award::{AppealDecision, Award, Decision},
        credit::Credits,
        ids::EvaluationId,
        institution::Role,
    },
};

const FLAGGED: &str = "Talked over with the member what is flagged: half a credit less";
const CONFIRMED: &str = "Looked at it too, and agree";
const APPEAL: &str = "This one took me a week, and a limit left nothing of it";
const DISMISSED: &str = "The limit is the rule book's, and holds for everybody";

/// The keys of those who decide.
struct People {
    staff: Actor,
    reviewer: Actor,
    second: Actor,
}

/// Decides as the seeds say. Returns what to tell of it, and by when all of it is final.
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
    let mut left = Vec::new();
    for reviewer in [&people.reviewer, &people.second] {
        let bulk: Bulk = decisions::approve_all(&mut tx, evaluation, reviewer, seeds.approved_at).await?;
        let own = bulk.left.iter().filter(|(_, why)| *why == Refusal::Oneself).count();
        let own = if own == 0 { String::new() } else { ", and left one's own to another".to_owned() };
        let _ =
            writeln!(told, "approved {} of them at once, by {}: nothing about them is flagged{own}", bulk.approved.len(), name(reviewer));
        left = bulk.left;
    }
    if let Some((award, _)) = left.iter().find(|(award, why)| matches!(why, Refusal::Flagged(_)) && award.proposal.credits > Credits::ZERO)
    {
        told.push_str(&give_other_credits(&mut tx, award, &people, seeds).await?);
    }
    told.push_str(&appeal(&mut tx, evaluation, &people, seeds).await?);
    let chains = stored::list_chains(&mut tx, &Filter { evaluation: Some(evaluation), ..Filter::default() }).await?;
    tx.commit().await?;
    let ends = chains.iter().flatten().filter_map(|award| match awards::standing(award) {
        Standing::Approved(approval) => Some(approval.announced.final_from()),
        _ => None,
    });
    Ok((told, ends.max().unwrap_or(seeds.dismissed_at)))
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

/// The reviewer looks at what is flagged, and gives less; a second person confirms it.
async fn give_other_credits(tx: &mut InstitutionTx, award: &Award, people: &People, seeds: &DecisionsWire) -> anyhow::Result<String> {
    let less = Credits::new((award.proposal.credits.to_decimal() - Decimal::new(5, 1)).max(Decimal::ZERO));
    let verdict = |decision, reason: &str, credits| Verdict { decision, reason: Some(reason.to_owned()), credits };
    let approve = verdict(Decision::Approve, FLAGGED, Some(less));
    decisions::decide(tx, award.id, &approve, &people.reviewer, seeds.approved_at).await?;
    let confirm = verdict(Decision::Confirm, CONFIRMED, None);
    decisions::decide(tx, award.id, &confirm, &people.second, seeds.confirmed_at).await?;
    Ok(format!(
        "gave {} ({}) {less} credits and not {}, by {}: \"{FLAGGED}\"; confirmed by {}\n",
        award.number,
        award.name,
        award.proposal.credits,
        name(&people.reviewer),
        name(&people.second)
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
    let chains = stored::list_chains(tx, &Filter { evaluation: Some(evaluation), ..Filter::default() }).await?;
    for award in chains.into_iter().flatten() {
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

fn name(actor: &Actor) -> String {
    actor.to_person().name
}
