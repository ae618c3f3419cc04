//! `accredit audit`: shows, verifies and exports the chained log, and signs checkpoints of it.
//! It must not change an entry.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{
    output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    audit::{self, Bad, Checkpoint, Note, Verified, Verifier, VerifierKey, Why},
    config::Settings,
    db::{self, Db, audit_keys},
    model::{actor::Actor, clock::Clock, ids::InstitutionId, page::MAX_LIMIT},
    notary,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Shows the log, oldest first
    List(List),
    /// Goes through the whole log and names the first bad entry
    Verify(Verify),
    /// Writes the log to a file that anybody can verify; it holds nothing of persons
    Export(Export),
    /// Signs how many entries there are and the root of their tree, to hand over
    Checkpoint(ToFile),
    /// Shows the keys that checkpoints are checked with, the newest first
    Key(Key),
}

#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    #[command(flatten)]
    tenant: Tenant,
    /// A checkpoint that was signed earlier: without one nobody can tell what is missing at the end, or whether all was rewritten
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// An exported log in place of the database's
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// The key that the checkpoints are checked with, as `accredit audit key` shows it; without it those in the database
    #[arg(long, value_name = "VKEY")]
    key: Vec<VerifierKey>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(flatten)]
    tenant: Tenant,
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct ToFile {
    #[command(flatten)]
    tenant: Tenant,
    /// Where to write it; without it to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Key {
    #[command(flatten)]
    tenant: Tenant,
    /// Makes a new key, which signs from now on; what the ones before signed still holds
    #[arg(long)]
    rotate: bool,
}

#[derive(Serialize)]
struct EntryView<'a> {
    #[serde(borrow)]
    entry: &'a RawValue,
    hash: String,
    details: Option<&'a RawValue>,
}

/// What needs neither settings nor a database: to verify a file.
pub(super) fn offline(command: &Command) -> Option<anyhow::Result<()>> {
    let Command::Verify(Verify { log: Some(log), checkpoint, key, .. }) = command else { return None };
    Some(verify_file(log, checkpoint, key))
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let sealing = settings.secrets.key.as_ref();
    app::with_database(settings, async |db| match command {
        Command::List(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            list(&db, institution.id, arguments.json).await
        }
        Command::Verify(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as_of_now(institution.id).await?;
            let keys = if arguments.key.is_empty() { notary::list_keys(&mut tx).await? } else { arguments.key.clone() };
            let verified = notary::verify(&mut tx, open(&arguments.checkpoint, &keys)?, |_| {}).await?;
            tx.commit().await?;
            told(&verified)
        }
        Command::Export(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            export(&db, institution.id, &arguments.output).await
        }
        Command::Checkpoint(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let note = notary::checkpoint(&db, institution.id, sealing, Clock::System.now()).await?;
            match &arguments.output {
                None => output::bytes(note.as_bytes()),
                Some(file) => std::fs::write(file, note).with_context(|| format!("{} cannot be written", file.display())),
            }
        }
        Command::Key(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            if arguments.rotate {
                audit_keys::lock(&mut tx).await?;
                notary::make_key(&mut tx, sealing, &Actor::Operator, Clock::System.now()).await?;
            }
            let keys = notary::list_keys(&mut tx).await?;
            tx.commit().await?;
            ensure!(!keys.is_empty(), "{} has signed nothing yet: `accredit audit checkpoint` makes its key", institution.slug);
            keys.iter().try_for_each(output::result)
        }
    })
}

async fn list(db: &Db, institution: InstitutionId, json: bool) -> anyhow::Result<()> {
    let mut tx = db.begin_as_of_now(institution).await?;
    let mut after = 0;
    let mut rows = Vec::new();
    loop {
        let mut page = db::audit::list(&mut tx, after, MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        page.truncate(usize::from(MAX_LIMIT));
        let Some(last) = page.last().map(|entry| entry.sequence) else { break };
        let details = db::audit::list_details(&mut tx, after, last).await?;
        after = last;
        for entry in &page {
            let said = details.get(&entry.sequence).map(|kept| kept.said.as_str());
            if json {
                let view = EntryView {
                    entry: serde_json::from_str(&entry.text)?,
                    hash: hex::encode(entry.hash),
                    details: said.map(serde_json::from_str).transpose()?,
                };
                output::result(serde_json::to_string(&view)?)?;
                continue;
            }
            let told: Value = serde_json::from_str(&entry.text)?;
            let word = |field: &str| told[field].as_str().unwrap_or_default().to_owned();
            let said = said.unwrap_or_default().to_owned();
            rows.push([
                entry.sequence.to_string(),
                word("at"),
                word("by"),
                word("action"),
                word("subject"),
                told["facts"].to_string(),
                said,
            ]);
        }
        if is_last {
            break;
        }
    }
    tx.commit().await?;
    if json {
        return Ok(());
    }
    let header = ["entry", "at", "by", "action", "subject", "facts", "details"];
    output::result(table::render(header, [true, false, false, false, false, false, false], &rows))
}

async fn export(db: &Db, institution: InstitutionId, file: &Path) -> anyhow::Result<()> {
    let shown = file.display();
    let cannot = || format!("{shown} cannot be written");
    // Beside it first: a log that is cut off would look like one of which somebody took the end.
    let unfinished = file.with_added_extension("part");
    let mut out = BufWriter::new(File::create(&unfinished).with_context(cannot)?);
    let mut written: anyhow::Result<()> = Ok(());
    let mut tx = db.begin_as_of_now(institution).await?;
    let verified = notary::verify(&mut tx, Vec::new(), |entry| {
        if written.is_ok() {
            written = audit::write_line(entry).map_err(anyhow::Error::from).and_then(|line| Ok(writeln!(out, "{line}")?));
        }
    })
    .await;
    tx.commit().await?;
    let finished = verified.map_err(anyhow::Error::from).and_then(|verified| written.map(|()| verified)).and_then(|verified| {
        out.flush()?;
        std::fs::rename(&unfinished, file)?;
        Ok(verified)
    });
    if finished.is_err() {
        // What it was is in the error; that the beginning of a file is left as well would be no news.
        let _ = std::fs::remove_file(&unfinished);
    }
    let verified = finished.with_context(cannot)?;
    output::say(format_args!("wrote {} entries to {shown}", verified.size));
    Ok(())
}

fn open(files: &[PathBuf], keys: &[VerifierKey]) -> anyhow::Result<Vec<Checkpoint>> {
    files
        .iter()
        .map(|file| {
            let shown = file.display();
            let text = std::fs::read_to_string(file).with_context(|| format!("{shown} cannot be read"))?;
            let note: Note = text.parse().with_context(|| shown.to_string())?;
            note.open(keys).with_context(|| shown.to_string())
        })
        .collect()
}

fn verify_file(log: &Path, checkpoints: &[PathBuf], keys: &[VerifierKey]) -> anyhow::Result<()> {
    let shown = log.display();
    ensure!(
        checkpoints.is_empty() || !keys.is_empty(),
        "say with --key what the checkpoints are to be checked with: the institution's `accredit audit key` shows it"
    );
    let mut verifier = Verifier::new(open(checkpoints, keys)?);
    for line in BufReader::new(File::open(log).with_context(|| format!("{shown} cannot be read"))?).lines() {
        let sequence = verifier.expected();
        let unreadable = |why: String| Bad { sequence, why: Why::Unreadable(why) };
        let entry = line.map_err(|why| why.to_string()).and_then(|line| audit::read_line(&line)).map_err(unreadable)?;
        verifier.push(&entry)?;
    }
    told(&verifier.finish()?)
}

fn told(verified: &Verified) -> anyhow::Result<()> {
    let Verified { size, vouched, .. } = verified;
    output::result(format_args!("the log holds: {size} entries"))?;
    if vouched < size {
        output::say(format_args!(
            "only {vouched} of them stand behind a checkpoint: without one nobody can tell whether entries are missing at the end or all were rewritten"
        ));
    }
    Ok(())
}
