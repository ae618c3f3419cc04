//! `accredit score`: asks for an evaluation of a term and runs a worker until it is over.
//! It must not score: the worker does, here or in another process.

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::{
    explain::{self, Asked},
    output, policy, report, table,
    tenant::Tenant,
    term,
    wait::{self, Stop},
};
use crate::{
    app,
    config::Settings,
    db::{Db, evaluations, queue},
    model::{
        clock::Clock,
        credit::Credits,
        credit_report::CreditReport,
        ids::{EvaluationId, InstitutionId, PolicyId, TermId},
        points::Points,
        policy::Audience,
        work::{Evaluation, WorkState},
    },
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
    /// Without --policy, where policies of several are in force: students, faculty or everyone
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
        return explain::stored(&arguments.explain, (term, number), &arguments.tenant, arguments.policy.as_deref(), settings);
    }
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let term = term::find(&db, &institution, arguments.term.as_deref().unwrap_or_default()).await?;
        let wanted = (arguments.policy.as_deref(), arguments.audience);
        let policy = policy::choose(&db, &institution, &term, wanted).await?;
        let work = async {
            let stop = Stop::listen();
            evaluate(&db, institution.id, term.id, policy.id, &stop).await
        };
        let evaluation = app::with_worker(settings, db.clone(), work).await?;
        let report = report::load(&db, institution.id, evaluation.id).await?;
        show(&report, arguments.json)
    })
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
    queue::request_evaluation(&mut tx, id, term, policy, now).await?.context("the term or the policy is not there any more")?;
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

fn show(report: &CreditReport, json: bool) -> anyhow::Result<()> {
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
