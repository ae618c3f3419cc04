//! `accredit roster`: an institution's students and faculty from a file, all of them or none.
//! It must not link accounts: it asks for that, and a worker does it.

use std::{fmt::Write as _, path::PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use super::{output, tenant::Tenant};
use crate::{
    app,
    config::Settings,
    db::Db,
    enrolment::{self, Asked},
    model::{actor::Actor, clock::Clock, ids::InstitutionId, roster::Imported},
    rosters::{self, Roster, Wish},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Import(Import),
}

/// Registers the people of a file: CSV, XLSX, JSON or a OneRoster 1.2 bundle, all of them or none
///
/// What the file is its content says. CSV: UTF-8, UTF-16 or GB18030 (GBK), split at , ; a tab or ，. The first line names the columns:
/// number (学号, 工号), name (姓名), role (身份), unit (院系), class (班级), github_login. `number` and `name` are required. XLSX: the
/// sheet `members` or 名单, otherwise the first. The number says who is who: a second import of the same file changes nothing. What the
/// file does not say stays as it is, and so does whoever is not in it.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    #[command(flatten)]
    tenant: Tenant,
    file: PathBuf,
    /// Says what would happen, and does nothing
    #[arg(long)]
    dry_run: bool,
    /// The numbers are right, though some look as if leading zeros were lost
    #[arg(long)]
    accept_numbers: bool,
    /// Does not read columns that no roster has; otherwise they are refused
    #[arg(long)]
    ignore_columns: bool,
    /// Takes off the register whoever is left out: so many, as a dry run said
    #[arg(long, value_name = "HOW_MANY")]
    remove_left_out: Option<u64>,
    /// For a script
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Import(arguments) = command;
    let shown = arguments.file.display();
    let bytes = std::fs::read(&arguments.file).with_context(|| format!("{shown} cannot be read"))?;
    let wish = Wish { accept_numbers: arguments.accept_numbers, ignore_columns: arguments.ignore_columns };
    let asked = Asked { wish, dry_run: arguments.dry_run, remove_left_out: arguments.remove_left_out };
    let roster = rosters::read(&bytes, &wish).with_context(|| format!("{shown} was not imported"))?;
    drop(bytes);
    app::with_database(settings, async |db| {
        let institution = arguments.tenant.find(&db).await?;
        let imported = import(&db, institution.id, &roster, asked).await.with_context(|| format!("{shown} was not imported"))?;
        if arguments.json {
            return output::json(&imported);
        }
        output::say(format_args!("{}", what_it_is(&imported)));
        output::result(format_args!("{}", told(&imported)))
    })
}

/// Brings a roster into an institution's register.
pub(super) async fn import(db: &Db, institution: InstitutionId, roster: &Roster, asked: Asked) -> anyhow::Result<Imported> {
    let mut tx = db.begin_as(institution).await?;
    let imported = enrolment::import(&mut tx, roster, asked, &Actor::Operator, Clock::System.now()).await?;
    if !asked.dry_run {
        tx.commit().await?;
    }
    Ok(imported)
}

fn what_it_is(imported: &Imported) -> String {
    let file = &imported.file;
    let details = [
        Some(file.format.as_str().to_owned()),
        file.encoding.map(str::to_owned),
        file.separator.map(|separator| format!("split at {separator}")),
        file.sheet.as_ref().map(|sheet| format!("sheet {sheet}")),
        (!file.ignored_columns.is_empty()).then(|| format!("not read: {}", file.ignored_columns.join(", "))),
    ];
    details.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn told(imported: &Imported) -> String {
    let mut told = String::new();
    if imported.dry_run {
        told += "would be: ";
    }
    let Imported { added, changed, unchanged, left_out, removed, skipped, .. } = imported;
    let _ = write!(told, "{added} added, {changed} changed, {unchanged} unchanged");
    match (left_out, removed) {
        (0, _) => {}
        (_, 0) => _ = write!(told, ", {left_out} left out (they stay)"),
        _ => _ = write!(told, ", {removed} removed"),
    }
    if *skipped > 0 {
        let _ = write!(told, ", {skipped} skipped (neither student nor teacher)");
    }
    // A preview is there to be looked at.
    if imported.dry_run {
        for one in &imported.added_members {
            let _ = write!(told, "\n+ {} {}", one.number, one.name);
        }
        for one in &imported.changed_members {
            for field in &one.fields {
                let [before, after] = [&field.before, &field.after].map(|value| value.as_deref().unwrap_or("nothing"));
                let _ = write!(told, "\n~ {} {}: {before} → {after}", one.number, field.field);
            }
        }
        for one in &imported.left_out_members {
            let _ = write!(told, "\n- {} {}", one.number, one.name);
        }
        let shown = imported.added_members.len() + imported.changed_members.len() + imported.left_out_members.len();
        match (added + changed + left_out).checked_sub(shown) {
            Some(more) if more > 0 => _ = write!(told, "\nand {more} more"),
            _ => {}
        }
    }
    told
}
