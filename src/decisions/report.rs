//! The credit report of an evaluation with each member's award as it stands.
//! It must not change what the evaluation found.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Result;
use crate::{
    awards,
    db::{InstitutionTx, awards::Filter, credit_reports},
    model::{
        credit_report::{CreditReport, ReportedAward},
        ids::{EvaluationId, MemberId},
    },
};

/// The report as of a moment; `None` where there is no such evaluation or it is not done.
pub async fn report(tx: &mut InstitutionTx, evaluation: EvaluationId, now: DateTime<Utc>) -> Result<Option<CreditReport>> {
    let Some(mut report) = credit_reports::get(tx, evaluation).await? else { return Ok(None) };
    let filter = Filter { term: Some(report.term.id), policy_name: Some(&report.policy.name), ..Filter::default() };
    let chains = crate::db::awards::list_chains(tx, &filter).await?;
    let mut of: HashMap<MemberId, ReportedAward> =
        chains.iter().filter_map(|chain| Some((chain.first()?.proposal.member, awards::reported(chain, now)?))).collect();
    for row in &mut report.rows {
        row.award = of.remove(&row.score.member);
    }
    Ok(Some(report))
}
