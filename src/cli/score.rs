//! `accredit score`: asks for an evaluation of a term and runs a worker until it is over.
//! It must not score: the worker does, here or in another process.

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::{
    difference,
    explain::{self, Asked},
    output, policy, report, table,
    tenant::Tenant,
    term,
    wait::{self, Stop},
};
use crate::{
    app,
    config::Settings,
    db::{Db, evaluations, queue, scores},
    messages::Language,
    model::{
        actor::Actor,
        clock::Clock,
        credit::Credits,
        credit_report::CreditReport,
        difference::Difference,
        ids::{EvaluationId, InstitutionId, MemberId, PolicyId, TermId},
        page::MAX_LIMIT,
        points::Points,
        policy::Audience,
        work::{Evaluation, WorkState},
    },
    reports::DifferenceView,
    scoring::difference::member_changes,
};

/// Scores everybody in a term under a policy, from what has been fetched
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    tenant: Tenant,
    /// The term's code
    #[arg(long, required_unless_present = "explain")]
    term: Option<String>,
    /// The policy's name, NAME@VERSION or id; the one in force when left out, or the only one. With a bundle: a policy file to use in place
    /// of its own
    #[arg(long)]
    policy: Option<String>,
    /// Without --policy, where policies of several are in force (with --explain: where several were scored): students, faculty or everyone
    #[arg(long = "for", value_name = "AUDIENCE", conflicts_with = "policy")]
    audience: Option<Audience>,
    #[command(flatten)]
    explain: explain::Options,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct EvaluationView<'a> {
    evaluation_id: EvaluationId,
    term: &'a str,
    policy: &'a str,
    policy_hash: &'a str,
    complete_until: Option<chrono::DateTime<chrono::Utc>>,
    scores: Vec<ScoreView<'a>>,
    /// What is not as it was in the scoring under this policy, in any version, before this one. Absent: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<ChangeView>,
}

#[derive(Serialize)]
struct ChangeView {
    from: EvaluationId,
    #[serde(flatten)]
    difference: DifferenceView,
}

#[derive(Serialize)]
struct ScoreView<'a> {
    number: &'a str,
    name: &'a str,
    state: &'static str,
    points: Option<Points>,
    credits: Option<Credits>,
}

/// Works out a bundle, if that is what is asked: it needs neither a database nor settings. `None`: something else is asked.
pub(super) fn offline(arguments: &Arguments) -> Option<anyhow::Result<()>> {
    match arguments.explain.asked(arguments.term.as_deref())? {
        Asked::Bundle(file) => Some(explain::offline(file, arguments.policy.as_deref(), arguments.explain.lang)),
        Asked::Stored { .. } => None,
    }
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    if let Some(Asked::Stored { term, number }) = arguments.explain.asked(arguments.term.as_deref()) {
        let wanted = (arguments.policy.as_deref(), arguments.audience);
        return explain::stored(&arguments.explain, (term, number), &arguments.tenant, wanted, settings);
    }
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let term = term::find(&db, &institution, arguments.term.as_deref().unwrap_or_default()).await?;
        let wanted = (arguments.policy.as_deref(), arguments.audience);
        let policy = policy::choose(&db, &institution, &term, wanted).await?;
        let previous = previous(&db, institution.id, term.id, policy.id).await?;
        let work = async {
            let stop = Stop::listen();
            evaluate(&db, institution.id, term.id, policy.id, &stop).await
        };
        let evaluation = app::with_worker(settings, db.clone(), work).await?;
        let report = report::load(&db, institution.id, evaluation.id, Clock::System.now()).await?;
        let difference = match previous {
            Some(previous) => Some((previous.id, compare(&db, institution.id, previous.id, evaluation.id).await?)),
            None => None,
        };
        show(&report, difference.as_ref(), arguments.json)
    })
}

/// The newest scoring of the term under any version of this policy.
async fn previous(db: &Db, institution: InstitutionId, term: TermId, policy: PolicyId) -> anyhow::Result<Option<Evaluation>> {
    let mut tx = db.begin_as(institution).await?;
    let newest = evaluations::get_newest_of(&mut tx, term, policy).await?;
    tx.commit().await?;
    Ok(newest)
}

/// Who has not the same in both, all of them.
async fn compare(db: &Db, institution: InstitutionId, before: EvaluationId, after: EvaluationId) -> anyhow::Result<Difference> {
    let mut tx = db.begin_as_of_now(institution).await?;
    let mut members: Vec<(String, MemberId)> = Vec::new();
    let mut changes = Vec::new();
    loop {
        let last = members.last().map(|(number, member)| (number.as_str(), *member));
        let mut page = scores::list_different(&mut tx, before, after, last, MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        page.truncate(usize::from(MAX_LIMIT));
        let ids: Vec<MemberId> = page.iter().map(|(_, member)| *member).collect();
        let sides = (scores::list_with_lines(&mut tx, before, &ids).await?, scores::list_with_lines(&mut tx, after, &ids).await?);
        changes.extend(member_changes(&ids, sides.0, sides.1));
        members = page;
        if is_last {
            break;
        }
    }
    let totals = (scores::get_totals(&mut tx, before).await?, scores::get_totals(&mut tx, after).await?);
    tx.commit().await?;
    Ok(Difference { before: totals.0, after: totals.1, members: changes })
}

/// Asks for an evaluation and waits until it is done.
pub(super) async fn evaluate(
    db: &Db,
    institution: InstitutionId,
    term: TermId,
    policy: PolicyId,
    stop: &Stop,
) -> anyhow::Result<Evaluation> {
    let now = Clock::System.now();
    let id = EvaluationId::new(now);
    let mut tx = db.begin_as(institution).await?;
    queue::request_evaluation(&mut tx, id, term, policy, &Actor::Operator, now)
        .await?
        .context("the term or the policy is not there any more")?;
    tx.commit().await?;
    let over = wait::until(stop, || async {
        let mut tx = db.begin_as(institution).await?;
        let evaluation = evaluations::get(&mut tx, id).await?.context("the evaluation is not there any more")?;
        tx.commit().await?;
        Ok(Some(evaluation).filter(|evaluation| evaluation.state.is_over()))
    })
    .await?;
    match over.state {
        WorkState::Failed => bail!("not scored: {}", over.error.as_deref().unwrap_or("no reason was kept")),
        _ => Ok(over),
    }
}

fn show(report: &CreditReport, difference: Option<&(EvaluationId, Difference)>, json: bool) -> anyhow::Result<()> {
    let scores = report.rows.iter().map(|row| &row.score);
    if json {
        return output::json(&EvaluationView {
            evaluation_id: report.evaluation,
            term: &report.term.code,
            policy: &format!("{} {}", report.policy.name, report.policy.version),
            policy_hash: &report.policy.hash,
            complete_until: report.complete_until(),
            scores: scores
                .map(|score| ScoreView {
                    number: &score.number,
                    name: &score.name,
                    state: score.state().as_str(),
                    points: score.points(),
                    credits: score.credits(),
                })
                .collect(),
            difference: difference.map(|(from, difference)| ChangeView { from: *from, difference: difference.into() }),
        });
    }
    let rows: Vec<_> = scores
        .map(|score| {
            let points = score.points().map(|points| points.to_string()).unwrap_or_default();
            let credits = score.credits().map(|credits| credits.to_string()).unwrap_or_default();
            [score.number.clone(), score.name.clone(), points, credits, score.state().as_str().to_owned()]
        })
        .collect();
    output::result(table::render(["number", "name", "points", "credits", "state"], [false, false, true, true, false], &rows))?;
    if let Some((_, difference)) = difference {
        output::result("\nsince the scoring under this policy before this one:")?;
        difference::show(difference, Language::English)?;
    }
    output::say(match report.complete_until() {
        Some(until) => format!("complete until {}", until.to_rfc3339()),
        None => format!("NOT COMPLETE: {}", unfetched(report)),
    });
    Ok(())
}

/// Why nobody can say up to when the points are complete.
fn unfetched(report: &CreditReport) -> String {
    let never: Vec<&str> = report.coverage.iter().filter(|one| one.complete_until.is_none()).map(|one| one.repository.as_str()).collect();
    match never.as_slice() {
        [] => "no repository is registered: `accredit repository add` registers one".to_owned(),
        never => format!("never fetched to the end: {}; `accredit sync` fetches", never.join(", ")),
    }
}
