//! Awards with what was decided on them and the appeals against them: appended and never changed.
//! It must not say how an award stands: `awards` does.

mod rows;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{InstitutionTx, Result};
use crate::model::{
    award::{Appeal, AppealDecided, Award, Decided, Proposal},
    ids::{AppealId, AwardId, EvaluationId, MemberId, TermId},
};
use rows::{AppealRow, AwardRow, DecisionRow, NewAwards};

/// The awards of one member for one term under policies of one name, oldest first. Never empty.
pub type Chain = Vec<Award>;

/// How many awards are written by one statement.
const BATCH: usize = 5_000;

/// Which awards are meant; what is `None` does not narrow it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    pub term: Option<TermId>,
    pub policy_name: Option<&'a str>,
    pub member: Option<MemberId>,
    pub evaluation: Option<EvaluationId>,
    pub flagged: Option<bool>,
    /// These alone.
    pub ids: Option<&'a [AwardId]>,
}

/// Whoever writes awards of the institution waits for the others that do, until this transaction is over.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('awards ' || $1::text, 0))", tx.institution().to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// At most `limit` ids of awards after one, oldest first.
pub async fn list_ids(tx: &mut InstitutionTx, filter: &Filter<'_>, after: Option<AwardId>, limit: i64) -> Result<Vec<AwardId>> {
    let ids: Option<Vec<Uuid>> = filter.ids.map(|ids| ids.iter().map(|id| id.0).collect());
    let found = sqlx::query_scalar!(
        "select award_id from awards
         where institution_id = $1 and ($2::uuid is null or term_id = $2) and ($3::text is null or policy_name = $3)
           and ($4::uuid is null or member_id = $4) and ($5::uuid is null or evaluation_id = $5)
           and ($6::boolean is null or (flagged > 0) = $6) and ($7::uuid[] is null or award_id = any($7))
           and ($8::uuid is null or award_id > $8)
         order by award_id limit $9",
        tx.institution().0,
        filter.term.map(|id| id.0),
        filter.policy_name,
        filter.member.map(|id| id.0),
        filter.evaluation.map(|id| id.0),
        filter.flagged,
        ids.as_deref(),
        after.map(|id| id.0),
        limit,
    );
    Ok(found.fetch_all(tx.conn()).await?.into_iter().map(AwardId).collect())
}

/// The whole chains in which an award is meant.
pub async fn list_chains(tx: &mut InstitutionTx, filter: &Filter<'_>) -> Result<Vec<Chain>> {
    let ids: Option<Vec<Uuid>> = filter.ids.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query_as!(
        AwardRow,
        "select a.award_id, a.term_id, a.member_id, a.policy_name, a.generation, a.supersedes, a.evaluation_id, a.evaluated_at, a.policy_id,
           a.policy_hash, a.points, a.credits, a.flagged, a.unmet, a.complete_until, a.complete, a.notice_days, a.appeal_days,
           a.appeal_days_are, a.confirmed_by, a.recorded_as, a.proposed_by, a.proposed_at, m.number, m.name
         from (
           select distinct term_id, policy_name, member_id from awards
           where institution_id = $1 and ($2::uuid is null or term_id = $2) and ($3::text is null or policy_name = $3)
             and ($4::uuid is null or member_id = $4) and ($5::uuid is null or evaluation_id = $5)
             and ($6::boolean is null or (flagged > 0) = $6) and ($7::uuid[] is null or award_id = any($7))
         ) as meant
         join awards a on a.institution_id = $1 and a.term_id = meant.term_id and a.policy_name = meant.policy_name
           and a.member_id = meant.member_id
         join members m on m.institution_id = $1 and m.member_id = a.member_id
         order by m.number, a.member_id, a.term_id, a.policy_name, a.generation",
        tx.institution().0,
        filter.term.map(|id| id.0),
        filter.policy_name,
        filter.member.map(|id| id.0),
        filter.evaluation.map(|id| id.0),
        filter.flagged,
        ids.as_deref(),
    )
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.award_id).collect();
    let mut decisions = list_decisions(tx, &ids).await?;
    let ids: Vec<AwardId> = ids.into_iter().map(AwardId).collect();
    let mut appeals: HashMap<AwardId, Vec<Appeal>> = HashMap::new();
    for (appeal, _) in select_appeals(tx, &AppealFilter { awards: Some(&ids), ..AppealFilter::default() }, None, None).await? {
        appeals.entry(appeal.award).or_default().push(appeal);
    }
    let mut chains: Vec<Chain> = Vec::new();
    for row in rows {
        let id = AwardId(row.award_id);
        let award = row.into_award(decisions.remove(&id).unwrap_or_default(), appeals.remove(&id).unwrap_or_default())?;
        match chains.last_mut() {
            Some(chain) if award.generation > 1 => chain.push(award),
            _ => chains.push(vec![award]),
        }
    }
    Ok(chains)
}

/// The chain in which an award is, and its place there.
pub async fn get(tx: &mut InstitutionTx, id: AwardId) -> Result<Option<(Chain, usize)>> {
    let ids = [id];
    let chain = list_chains(tx, &Filter { ids: Some(&ids), ..Filter::default() }).await?.pop();
    Ok(chain.and_then(|chain| chain.iter().position(|award| award.id == id).map(|at| (chain, at))))
}

/// Appends what is proposed, each after the one before it in its chain.
pub async fn insert(tx: &mut InstitutionTx, proposed: &[(AwardId, Proposal, Option<&Award>)], by: &str, now: DateTime<Utc>) -> Result<()> {
    for batch in proposed.chunks(BATCH) {
        insert_batch(tx, batch, by, now).await?;
    }
    Ok(())
}

async fn insert_batch(
    tx: &mut InstitutionTx,
    proposed: &[(AwardId, Proposal, Option<&Award>)],
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = NewAwards::of(proposed)?;
    sqlx::query!(
        "insert into awards (institution_id, award_id, term_id, member_id, policy_name, generation, supersedes, evaluation_id,
           evaluated_at, policy_id, policy_hash, points, credits, flagged, unmet, complete_until, complete, notice_days, appeal_days,
           appeal_days_are, confirmed_by, recorded_as, proposed_by, proposed_at)
         select $1, a.award_id, a.term_id, a.member_id, a.policy_name, a.generation, a.supersedes, a.evaluation_id, a.evaluated_at, a.policy_id,
           a.policy_hash, a.points, a.credits, a.flagged, a.unmet, a.complete_until, a.complete, a.notice_days, a.appeal_days,
           a.appeal_days_are, array(select jsonb_array_elements_text(a.confirmed_by)), a.recorded_as, $2, $3
         from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::integer[], $9::uuid[], $10::uuid[], $11::timestamptz[], $12::uuid[],
             $13::text[], $14::bigint[], $15::numeric[], $16::integer[], $17::integer[], $18::timestamptz[], $19::boolean[], $20::integer[],
             $21::integer[], $22::text[], $23::jsonb[], $24::text[])
           as a (award_id, term_id, member_id, policy_name, generation, supersedes, evaluation_id, evaluated_at, policy_id, policy_hash, points,
             credits, flagged, unmet, complete_until, complete, notice_days, appeal_days, appeal_days_are, confirmed_by, recorded_as)",
        tx.institution().0,
        by,
        now,
        &new.ids,
        &new.terms,
        &new.members,
        &new.policy_names,
        &new.generations,
        &new.supersedes as &[Option<Uuid>],
        &new.evaluations,
        &new.evaluated,
        &new.policies,
        &new.policy_hashes,
        &new.points,
        &new.credits,
        &new.flagged,
        &new.unmet,
        &new.complete_until as &[Option<DateTime<Utc>>],
        &new.complete,
        &new.notice_days as &[Option<i32>],
        &new.appeal_days as &[Option<i32>],
        &new.appeal_days_are,
        &new.confirmed_by,
        &new.recorded_as as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Appends one decision on each of these awards, after those that each has.
pub async fn insert_decisions(tx: &mut InstitutionTx, decided: &[(&Award, Decided)]) -> Result<()> {
    let ids: Vec<Uuid> = decided.iter().map(|(award, _)| award.id.0).collect();
    let sequences: Vec<i32> = decided.iter().map(|(award, _)| i32::try_from(award.decisions.len() + 1).unwrap_or(i32::MAX)).collect();
    let all = || decided.iter().map(|(_, decided)| decided);
    let decisions: Vec<String> = all().map(|one| one.decision.to_string()).collect();
    let reasons: Vec<Option<String>> = all().map(|one| one.reason.clone()).collect();
    let by: Vec<String> = all().map(|one| one.by.clone()).collect();
    let persons: Vec<String> = all().map(|one| one.person.as_str().to_owned()).collect();
    let names: Vec<String> = all().map(|one| one.person_name.clone()).collect();
    let credits: Vec<Option<Decimal>> = all().map(|one| one.credits.map(|credits| credits.to_decimal())).collect();
    let notices: Vec<Option<DateTime<Utc>>> = all().map(|one| one.announced.map(|announced| announced.notice_until)).collect();
    let appeals: Vec<Option<DateTime<Utc>>> = all().map(|one| one.announced.and_then(|announced| announced.appeal_until)).collect();
    let times: Vec<DateTime<Utc>> = all().map(|one| one.at).collect();
    sqlx::query!(
        "insert into award_decisions (institution_id, award_id, sequence, decision, reason, decided_by, person, person_name, credits,
           notice_until, appeal_until, decided_at)
         select $1, d.award_id, d.sequence, d.decision, d.reason, d.decided_by, d.person, d.person_name, d.credits, d.notice_until,
           d.appeal_until, d.decided_at
         from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[],
             $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
           as d (award_id, sequence, decision, reason, decided_by, person, person_name, credits, notice_until, appeal_until, decided_at)",
        tx.institution().0,
        &ids,
        &sequences,
        &decisions,
        &reasons as &[Option<String>],
        &by,
        &persons,
        &names,
        &credits as &[Option<Decimal>],
        &notices as &[Option<DateTime<Utc>>],
        &appeals as &[Option<DateTime<Utc>>],
        &times,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_appeal(tx: &mut InstitutionTx, appeal: &Appeal) -> Result<()> {
    sqlx::query!(
        "insert into appeals (institution_id, appeal_id, award_id, contribution_url, reason, filed_by, on_behalf_of, filed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.institution().0,
        appeal.id.0,
        appeal.award.0,
        appeal.contribution_url,
        appeal.reason,
        appeal.filed_by,
        appeal.on_behalf_of,
        appeal.filed_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_appeal_decision(tx: &mut InstitutionTx, appeal: AppealId, decided: &AppealDecided) -> Result<()> {
    sqlx::query!(
        "insert into appeal_decisions (institution_id, appeal_id, decision, reason, decided_by, person, person_name, proposed_award_id,
           decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.institution().0,
        appeal.0,
        decided.decision.as_str(),
        decided.reason,
        decided.by,
        decided.person.as_str(),
        decided.person_name,
        decided.proposed.map(|id| id.0),
        decided.at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which appeals; what is `None` does not narrow it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AppealFilter<'a> {
    pub id: Option<AppealId>,
    /// Those against these alone.
    pub awards: Option<&'a [AwardId]>,
    pub member: Option<MemberId>,
    pub is_decided: Option<bool>,
}

/// At most `limit + 1` appeals after one, oldest first, each with whose it is: the surplus one says that there is more.
pub async fn list_appeals(
    tx: &mut InstitutionTx,
    filter: &AppealFilter<'_>,
    after: Option<AppealId>,
    limit: u16,
) -> Result<Vec<(Appeal, MemberId)>> {
    select_appeals(tx, filter, after, Some(i64::from(limit) + 1)).await
}

async fn select_appeals(
    tx: &mut InstitutionTx,
    filter: &AppealFilter<'_>,
    after: Option<AppealId>,
    limit: Option<i64>,
) -> Result<Vec<(Appeal, MemberId)>> {
    let awards: Option<Vec<Uuid>> = filter.awards.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query_as!(
        AppealRow,
        r#"select p.appeal_id, p.award_id, a.member_id, p.contribution_url, p.reason, p.filed_by, p.on_behalf_of, p.filed_at,
             d.decision as "decision?", d.reason as "decision_reason?", d.decided_by as "decided_by?", d.person as "person?",
             d.person_name as "person_name?", d.proposed_award_id, d.decided_at as "decided_at?"
           from appeals p
           join awards a on a.institution_id = $1 and a.award_id = p.award_id
           left join appeal_decisions d on d.institution_id = $1 and d.appeal_id = p.appeal_id
           where p.institution_id = $1 and ($2::uuid is null or p.appeal_id = $2) and ($3::uuid[] is null or p.award_id = any($3))
             and ($4::uuid is null or a.member_id = $4) and ($5::boolean is null or (d.appeal_id is not null) = $5)
             and ($6::uuid is null or p.appeal_id > $6)
           order by p.appeal_id limit $7"#,
        tx.institution().0,
        filter.id.map(|id| id.0),
        awards.as_deref(),
        filter.member.map(|id| id.0),
        filter.is_decided,
        after.map(|id| id.0),
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let member = MemberId(row.member_id);
            Ok((row.into_appeal()?, member))
        })
        .collect()
}

async fn list_decisions(tx: &mut InstitutionTx, awards: &[Uuid]) -> Result<HashMap<AwardId, Vec<Decided>>> {
    let rows = sqlx::query_as!(
        DecisionRow,
        "select award_id, decision, reason, decided_by, person, person_name, credits, notice_until, appeal_until, decided_at
         from award_decisions where institution_id = $1 and award_id = any($2) order by award_id, sequence",
        tx.institution().0,
        awards,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: HashMap<AwardId, Vec<Decided>> = HashMap::new();
    for row in rows {
        found.entry(AwardId(row.award_id)).or_default().push(row.into_decided()?);
    }
    Ok(found)
}
