//! `accredit report`: the credit report of a term, to a file or to standard output.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::{output, tenant::Tenant, term};
use crate::{
    app,
    config::Settings,
    db::{Db, credit_reports, evaluations},
    model::{
        credit_report::CreditReport,
        ids::{EvaluationId, InstitutionId},
        work::WorkState,
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
    /// Which evaluation of the term; without it the newest one that is done
    #[arg(long, value_name = "ID")]
    evaluation: Option<EvaluationId>,
    /// Where to write it; without it to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let term = term::find(&db, &institution, &arguments.term).await?;
        let missing = || format!("there is no such scoring of {}: `accredit score --term {}` makes one", term.code, term.code);
        let mut tx = db.begin_as(institution.id).await?;
        let chosen = match arguments.evaluation {
            Some(id) => evaluations::get(&mut tx, id).await?.filter(|one| one.term == term.id),
            None => evaluations::get_newest_done(&mut tx, term.id).await?,
        };
        tx.commit().await?;
        let evaluation = chosen.with_context(missing)?;
        if evaluation.state == WorkState::Failed {
            bail!("this scoring failed: {}", evaluation.error.as_deref().unwrap_or("no reason was kept"));
        }
        let report = load(&db, institution.id, evaluation.id).await?;
        let bytes = reports::render(&report, arguments.format)?;
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

/// The report of an evaluation that is done, as of one moment.
pub(super) async fn load(db: &Db, institution: InstitutionId, evaluation: EvaluationId) -> anyhow::Result<CreditReport> {
    let mut tx = db.begin_as_of_now(institution).await?;
    let report = credit_reports::get(&mut tx, evaluation).await?;
    tx.commit().await?;
    report.with_context(|| format!("the scoring {evaluation} is not done: ask again when it is"))
}
