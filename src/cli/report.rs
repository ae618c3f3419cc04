//! `accredit report`: the credit report of a term, to a file or to standard output.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};

use super::{output, tenant::Tenant, term};
use crate::{
    app,
    config::Settings,
    db::{
        Db, InstitutionTx, credit_reports,
        evaluations::{self, Reported},
    },
    decisions,
    model::{
        actor::Actor,
        clock::Clock,
        credit_report::CreditReport,
        ids::{EvaluationId, InstitutionId},
        policy::Audience,
        term::Term,
        work::{Evaluation, WorkState},
    },
    reports::{self, Format},
};

/// Writes the credit report of a term: who earned what, under which policy, and why
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    tenant: Tenant,
    /// The term's code
    #[arg(long)]
    term: String,
    /// csv: one row for each member; json: also every line of every score
    #[arg(long)]
    format: Format,
    /// Which evaluation of the term; without it the newest one that is done, under a policy that was adopted where any was
    #[arg(long, value_name = "ID")]
    evaluation: Option<EvaluationId>,
    /// Where several were scored, each under a policy of their own: students, faculty or everyone
    #[arg(long = "for", value_name = "AUDIENCE", conflicts_with = "evaluation")]
    audience: Option<Audience>,
    /// Where to write it; without it to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let term = term::find(&db, &institution, &arguments.term).await?;
        let evaluation = choose(&db, institution.id, &term, (arguments.evaluation, arguments.audience)).await?;
        let report = load(&db, institution.id, evaluation.id, Clock::System.now()).await?;
        let bytes = reports::render(&report, arguments.format)?;
        record_export(&db, institution.id, &report, (arguments.format, &bytes)).await?;
        match &arguments.output {
            None => output::bytes(&bytes),
            Some(file) => {
                std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
                output::say(format_args!("wrote {}", file.display()));
                Ok(())
            }
        }
    })
}

/// The evaluation that is named, or else the one that the term's report shows.
pub(super) async fn choose(
    db: &Db,
    institution: InstitutionId,
    term: &Term,
    (named, audience): (Option<EvaluationId>, Option<Audience>),
) -> anyhow::Result<Evaluation> {
    let mut tx = db.begin_as(institution).await?;
    let chosen = match named {
        Some(id) => evaluations::get(&mut tx, id).await?.filter(|one| one.term == term.id),
        None => newest(&mut tx, term, audience).await?,
    };
    tx.commit().await?;
    let evaluation = chosen.with_context(|| missing(term))?;
    if evaluation.state == WorkState::Failed {
        bail!("this scoring failed: {}", evaluation.error.as_deref().unwrap_or("no reason was kept"));
    }
    Ok(evaluation)
}

/// Notes in the log that the report left the house, before it does.
pub(super) async fn record_export(
    db: &Db,
    institution: InstitutionId,
    report: &CreditReport,
    (format, file): (Format, &[u8]),
) -> anyhow::Result<()> {
    let mut tx = db.begin_as(institution).await?;
    credit_reports::record_export(&mut tx, report, (format.as_str(), file), &Actor::Operator, Clock::System.now()).await?;
    Ok(tx.commit().await?)
}

/// The evaluation that the term's report shows.
pub(super) async fn newest(tx: &mut InstitutionTx, term: &Term, audience: Option<Audience>) -> anyhow::Result<Option<Evaluation>> {
    match evaluations::choose_reported(tx, term.id, audience, Clock::System.now()).await? {
        Reported::Evaluation(evaluation) => Ok(Some(evaluation)),
        Reported::AskAudience(audiences) => {
            let audiences: Vec<&str> = audiences.iter().map(|audience| audience.as_str()).collect();
            bail!("{} was scored for {}: say whose with --for", term.code, audiences.join(", "))
        }
        Reported::Nothing => Ok(None),
    }
}

/// What to do where the term has no such evaluation.
pub(super) fn missing(term: &Term) -> String {
    let code = &term.code;
    format!(
        "there is no such scoring of {code} (under a policy that is in force, where any was adopted): `accredit score --term {code}` makes one"
    )
}

/// The report of an evaluation that is done, with the awards as they stand at `now`.
pub(super) async fn load(
    db: &Db,
    institution: InstitutionId,
    evaluation: EvaluationId,
    now: DateTime<Utc>,
) -> anyhow::Result<CreditReport> {
    let mut tx = db.begin_as_of_now(institution).await?;
    let report = decisions::report(&mut tx, evaluation, now).await?;
    tx.commit().await?;
    report.with_context(|| format!("the scoring {evaluation} is not done: ask again when it is"))
}
