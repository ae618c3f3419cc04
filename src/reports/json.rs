//! The credit report as JSON: the same members as the CSV, each with all lines. The lines of a member add up to the points.

use serde::Serialize;

use super::{CreditReport, CreditRow, LineView, ReasonView, moment};
use crate::{
    messages::{self, Language},
    model::credit_report::ReportedAward,
};

#[derive(Serialize)]
struct ReportView<'a> {
    institution: &'a str,
    term: TermView<'a>,
    policy: PolicyView<'a>,
    evaluation_id: String,
    complete_until: Option<String>,
    repositories: Vec<RepositoryView<'a>>,
    members: Vec<MemberView<'a>>,
}

#[derive(Serialize)]
struct TermView<'a> {
    code: &'a str,
    name: &'a str,
    starts_on: chrono::NaiveDate,
    ends_on: chrono::NaiveDate,
}

#[derive(Serialize)]
struct PolicyView<'a> {
    name: &'a str,
    version: &'a str,
    hash: &'a str,
}

#[derive(Serialize)]
struct RepositoryView<'a> {
    full_name: &'a str,
    complete_until: Option<String>,
}

#[derive(Serialize)]
struct MemberView<'a> {
    member_id: String,
    number: &'a str,
    name: &'a str,
    unit: Option<&'a str>,
    github_login: Option<&'a str>,
    state: &'static str,
    points: Option<String>,
    credits: Option<String>,
    found_credits: Option<String>,
    credits_reason: Option<String>,
    credits_reason_zh: Option<String>,
    carried: Option<String>,
    flags: Vec<ReasonView>,
    unmet: Vec<ReasonView>,
    contributions: i64,
    award: Option<AwardView<'a>>,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct AwardView<'a> {
    id: String,
    state: &'static str,
    evaluation_id: String,
    policy_hash: &'a str,
    points: String,
    given_credits: Option<String>,
    recorded_as: Option<&'a str>,
    final_from: Option<String>,
    decided_by: &'a [String],
}

impl<'a> From<&'a ReportedAward> for AwardView<'a> {
    fn from(award: &'a ReportedAward) -> Self {
        Self {
            id: award.id.to_string(),
            state: award.state.as_str(),
            evaluation_id: award.evaluation.to_string(),
            policy_hash: &award.policy_hash,
            points: award.points.to_string(),
            given_credits: award.given.map(|given| given.credits.to_string()),
            recorded_as: award.recorded_as.as_deref(),
            final_from: award.given.and_then(|given| given.final_from).map(moment),
            decided_by: &award.decided_by,
        }
    }
}

pub(super) fn render(report: &CreditReport) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = serde_json::to_vec_pretty(&ReportView {
        institution: &report.institution.name,
        term: TermView { code: &report.term.code, name: &report.term.name, starts_on: report.term.starts_on, ends_on: report.term.ends_on },
        policy: PolicyView { name: &report.policy.name, version: &report.policy.version, hash: &report.policy.hash },
        evaluation_id: report.evaluation.to_string(),
        complete_until: report.complete_until().map(moment),
        repositories: report
            .coverage
            .iter()
            .map(|c| RepositoryView { full_name: c.repository.as_str(), complete_until: c.complete_until.map(moment) })
            .collect(),
        members: report.rows.iter().map(MemberView::from).collect(),
    })?;
    json.push(b'\n');
    Ok(json)
}

impl<'a> From<&'a CreditRow> for MemberView<'a> {
    fn from(row: &'a CreditRow) -> Self {
        let score = &row.score;
        let computed = score.computed.as_ref();
        let said = |language| computed.map(|c| messages::kept(language, &c.credits_reason));
        Self {
            member_id: score.member.to_string(),
            number: &score.number,
            name: &score.name,
            unit: score.unit.as_deref(),
            github_login: score.github_login.as_deref(),
            state: row.state(),
            points: score.points().map(|p| p.to_string()),
            credits: row.credits().map(|c| c.to_string()),
            found_credits: score.credits().map(|c| c.to_string()),
            credits_reason: said(Language::English),
            credits_reason_zh: said(Language::Chinese),
            carried: computed.map(|_| score.carried.to_string()),
            flags: score.flags.iter().map(ReasonView::from).collect(),
            unmet: score.unmet.iter().map(ReasonView::from).collect(),
            contributions: score.contributions,
            award: row.award.as_ref().map(AwardView::from),
            lines: row.lines.iter().map(LineView::from).collect(),
        }
    }
}
