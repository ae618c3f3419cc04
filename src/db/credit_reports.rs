//! The credit report of an evaluation, put together from what is stored; what people decided since, `decisions` adds.
//! It must not compute, nor report what is not done.

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Error, InstitutionTx, Result, audit, evaluations, institutions, policies, scores, terms};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    credit_report::{CreditReport, CreditRow, PolicyLabel},
    ids::{EvaluationId, MemberId},
    member_score::MemberScore,
    work::WorkState,
};

/// How many members are read at a time.
const PAGE: u16 = 1_000;

/// The report of an evaluation that is done; `None` where there is no such evaluation or it is not done.
pub async fn get(tx: &mut InstitutionTx, evaluation: EvaluationId) -> Result<Option<CreditReport>> {
    let Some(evaluation) = evaluations::get(tx, evaluation).await?.filter(|e| e.state == WorkState::Done) else { return Ok(None) };
    let gone = |what| Error::bad_row("evaluations", what, "it points at what is not there");
    let institution = institutions::get(tx).await?.ok_or_else(|| gone("institution_id"))?;
    let term = terms::get(tx, evaluation.term).await?.ok_or_else(|| gone("term_id"))?;
    let policy = policies::get(tx, evaluation.policy).await?.ok_or_else(|| gone("policy_id"))?;
    let coverage = evaluations::list_coverage(tx, evaluation.id).await?;
    let rows = list_rows(tx, evaluation.id).await?;
    let policy = PolicyLabel { name: policy.name, version: policy.version, hash: evaluation.policy_hash };
    Ok(Some(CreditReport { institution, term, evaluation: evaluation.id, policy, coverage, rows }))
}

/// Notes in the log that a report left the house: which, and the hash of the file.
pub async fn record_export(
    tx: &mut InstitutionTx,
    report: &CreditReport,
    (format, file): (&str, &[u8]),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let facts = json!({ "format": format, "rows": report.rows.len(), "sha256": hex::encode(Sha256::digest(file)) });
    let event = Event { action: Action::ReportExported, subject: report.evaluation.to_string(), facts, details: None };
    audit::append(tx, by, &event, now);
    Ok(())
}

/// What an evaluation found of one member on whom people decided.
pub async fn get_row(tx: &mut InstitutionTx, evaluation: EvaluationId, member: MemberId) -> Result<CreditRow> {
    let found = scores::get(tx, evaluation, member).await?;
    let (score, lines) = found.ok_or_else(|| Error::bad_row("awards", "evaluation_id", "it has no score of the member"))?;
    Ok(CreditRow { score, lines, award: None })
}

async fn list_rows(tx: &mut InstitutionTx, evaluation: EvaluationId) -> Result<Vec<CreditRow>> {
    let mut rows: Vec<CreditRow> = Vec::new();
    loop {
        let last = rows.last().map(|row| (row.score.number.clone(), row.score.member));
        let after = last.as_ref().map(|(number, member)| (number.as_str(), *member));
        let mut page: Vec<MemberScore> = scores::list(tx, evaluation, after, PAGE).await?;
        let is_last = page.len() <= usize::from(PAGE);
        page.truncate(usize::from(PAGE));
        let members: Vec<_> = page.iter().map(|score| score.member).collect();
        let mut lines = scores::list_lines(tx, evaluation, &members).await?;
        for score in page {
            let lines = lines.remove(&score.member).ok_or_else(|| scores::without_lines(score.member))?;
            rows.push(CreditRow { score, lines, award: None });
        }
        if is_last {
            return Ok(rows);
        }
    }
}
