//! Puts the rows of the credit report together, as `reports` renders them.
//! It must not compute: every number is as it was stored.

use anyhow::Context as _;

use crate::{
    db::{Db, InstitutionTx, evaluations, policies, scores, terms},
    model::{ids::EvaluationId, institution::Institution, page::MAX_LIMIT, work::Evaluation},
    reports::{CreditReport, CreditRow, PolicyLabel, RepositoryCoverage},
};

/// The report of an evaluation that is done, as of one moment.
pub(super) async fn load(db: &Db, institution: &Institution, evaluation: &Evaluation) -> anyhow::Result<CreditReport> {
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let term = terms::get(&mut tx, evaluation.term).await?.context("the evaluation's term is not there any more")?;
    let policy = policies::get(&mut tx, evaluation.policy).await?.context("the evaluation's policy is not there any more")?;
    let coverage = evaluations::list_coverage(&mut tx, evaluation.id).await?;
    let report = CreditReport {
        institution: institution.clone(),
        term,
        evaluation: evaluation.id,
        policy: PolicyLabel { name: policy.name, version: policy.version, hash: policy.hash },
        coverage: coverage
            .into_iter()
            .map(|one| RepositoryCoverage { repository: one.full_name, complete_until: one.complete_until })
            .collect(),
        rows: rows(&mut tx, evaluation.id).await?,
    };
    tx.commit().await?;
    Ok(report)
}

async fn rows(tx: &mut InstitutionTx, evaluation: EvaluationId) -> anyhow::Result<Vec<CreditRow>> {
    let mut rows: Vec<CreditRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| (row.score.number.as_str(), row.score.member));
        let mut page = scores::list(tx, evaluation, after, MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        page.truncate(usize::from(MAX_LIMIT));
        let members: Vec<_> = page.iter().map(|score| score.member).collect();
        let mut lines = scores::list_lines(tx, evaluation, &members).await?;
        rows.extend(page.into_iter().map(|score| CreditRow { lines: lines.remove(&score.member).unwrap_or_default(), score }));
        if is_last {
            return Ok(rows);
        }
    }
}
