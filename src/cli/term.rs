//! `accredit term`: an institution's terms, in whole days of its zone.

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use clap::Subcommand;
use serde::Serialize;

use super::{
    output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{self, Db, terms},
    model::{
        clock::Clock,
        fields,
        ids::{InstitutionId, TermId},
        institution::Institution,
        page::MAX_LIMIT,
        term::{self, Term},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a term
    Create(Create),
    /// Lists the terms
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    #[command(flatten)]
    tenant: Tenant,
    /// As commands and reports name it, such as 2025-2026-1
    #[arg(long)]
    code: String,
    /// As people call it; the code when left out
    #[arg(long)]
    name: Option<String>,
    /// Its first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    starts_on: NaiveDate,
    /// The last day that belongs to it
    #[arg(long, value_name = "YYYY-MM-DD")]
    ends_on: NaiveDate,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct TermView<'a> {
    id: TermId,
    code: &'a str,
    name: &'a str,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
}

impl<'a> From<&'a Term> for TermView<'a> {
    fn from(one: &'a Term) -> Self {
        Self { id: one.id, code: &one.code, name: &one.name, starts_on: one.starts_on, ends_on: one.ends_on }
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Create(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let name = arguments.name.as_deref().unwrap_or(&arguments.code);
            let term = create(&db, institution.id, &arguments.code, name, (arguments.starts_on, arguments.ends_on)).await?;
            if arguments.json {
                return output::json(&TermView::from(&term));
            }
            output::result(format_args!("made term {}: {} to {}, both included", term.code, term.starts_on, term.ends_on))
        }
        Command::List(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            let all = list(&mut tx).await?;
            tx.commit().await?;
            show(&all, arguments.json)
        }
    })
}

/// Writes a new term.
pub(super) async fn create(
    db: &Db,
    institution: InstitutionId,
    code: &str,
    name: &str,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
) -> anyhow::Result<Term> {
    let code = output::checked("code", fields::text(code.to_owned(), fields::LABEL))?;
    let name = output::checked("name", fields::text(name.to_owned(), fields::NAME))?;
    if let Some((field, why)) = term::faults_of_days(starts_on, ends_on).into_iter().next() {
        bail!("{field} {why}");
    }
    let now = Clock::System.now();
    let term = Term { id: TermId::new(now), code, name, starts_on, ends_on };
    let mut tx = db.begin_as(institution).await?;
    match terms::insert(&mut tx, &term, now).await {
        Err(db::Error::Conflict { .. }) => bail!("there is a term {} already", term.code),
        written => written?,
    }
    tx.commit().await?;
    Ok(term)
}

/// The term with this code.
pub(super) async fn find(db: &Db, institution: &Institution, code: &str) -> anyhow::Result<Term> {
    let mut tx = db.begin_as(institution.id).await?;
    let found = terms::get_by_code(&mut tx, code).await?;
    tx.commit().await?;
    found.with_context(|| {
        format!("{} has no term {code}: `accredit term list` shows them, `accredit term create` makes one", institution.slug)
    })
}

async fn list(tx: &mut db::InstitutionTx) -> anyhow::Result<Vec<Term>> {
    let mut all: Vec<Term> = Vec::new();
    loop {
        let page = terms::list(tx, all.last().map(|term| term.code.as_str()), MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        all.extend(page.into_iter().take(usize::from(MAX_LIMIT)));
        if is_last {
            return Ok(all);
        }
    }
}

fn show(terms: &[Term], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&terms.iter().map(TermView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> =
        terms.iter().map(|one| [one.code.clone(), one.name.clone(), one.starts_on.to_string(), one.ends_on.to_string()]).collect();
    output::result(table::render(["code", "name", "starts on", "ends on"], [false; 4], &rows))
}
