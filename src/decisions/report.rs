//! The credit report of an evaluation with each member's award as it stands.
//! It must not change what the evaluation found, nor leave out anybody whose award people decided on.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Result;
use crate::{
    awards,
    db::{self, InstitutionTx, awards::Filter, credit_reports},
    model::{
        credit_report::{CreditReport, CreditRow, ReportedAward},
        ids::{EvaluationId, MemberId},
    },
};

/// The report as of a moment; `None` where there is no such evaluation or it is not done.
pub async fn report(tx: &mut InstitutionTx, evaluation: EvaluationId, now: DateTime<Utc>) -> Result<Option<CreditReport>> {
    let Some(mut report) = credit_reports::get(tx, evaluation).await? else { return Ok(None) };
    let filter = Filter { term: Some(report.term.id), policy_name: Some(&report.policy.name), ..Filter::default() };
    let chains = db::awards::list_chains(tx, &filter).await?;
    let mut of: HashMap<MemberId, ReportedAward> =
        chains.iter().filter_map(|chain| Some((chain.first()?.proposal.member, awards::reported(chain, now)?))).collect();
    for row in &mut report.rows {
        row.award = of.remove(&row.score.member);
    }
    let gone = with_those_who_left(tx, of).await?;
    if !gone.is_empty() {
        report.rows.extend(gone);
        report.rows.sort_by(|one, other| (&one.score.number, one.score.member).cmp(&(&other.score.number, other.score.member)));
    }
    Ok(Some(report))
}

/// Who left the register or the policy's audience since people decided: with what the award rests on, as this evaluation has nothing of them.
async fn with_those_who_left(tx: &mut InstitutionTx, awards: HashMap<MemberId, ReportedAward>) -> Result<Vec<CreditRow>> {
    let mut rows = Vec::new();
    for (member, award) in awards.into_iter().filter(|(_, award)| award.given.is_some()) {
        let row = credit_reports::get_row(tx, award.evaluation, member).await?;
        rows.push(CreditRow { award: Some(award), ..row });
    }
    Ok(rows)
}
