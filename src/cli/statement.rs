//! `accredit statement`: what people say about members' work, one by one or from a file, all of it or none.
//! It must not judge what fits: `model::statement` does, behind the API too.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use serde::Serialize;

use super::{output, table, tenant::Tenant, term};
use crate::{
    app,
    config::Settings,
    db::{
        Db, InstitutionTx, members,
        statements::{self, Filter, Listed},
    },
    decisions,
    model::{
        actor::Actor,
        clock::Clock,
        fields,
        ids::{MemberId, StatementId},
        institution::Institution,
        page::MAX_LIMIT,
        statement::{Draft, Mentioned, Row, StatementKind, WAITS_FOR, Whose, read_file},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Add(Box<Add>),
    Import(Import),
    List(List),
    Withdraw(Withdraw),
    Countersign(Countersign),
}

/// States something about a member's work
///
/// A mark, adjustment, time log or credited amount needs --value; a share a --value from 0 to 1, or --rank and --team; a mark, confirmation,
/// role or achievement a --name that policies know. A share and a declaration are about a contribution, a withdrawal is about a statement. An
/// adjustment counts once a second person has countersigned it.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    #[command(flatten)]
    tenant: Tenant,
    /// mark, confirmation, time_log, share, adjustment, role, achievement, exclusion, declaration, credited or withdrawal
    #[arg(long)]
    kind: StatementKind,
    /// About whose work
    #[arg(long, value_name = "NUMBER")]
    member: String,
    /// A policy's word, such as difficulty, mentor or maintainer
    #[arg(long)]
    name: Option<String>,
    /// Hours, a mark, a share, points or credits
    #[arg(long, allow_hyphen_values = true, value_name = "DECIMAL")]
    value: Option<String>,
    /// The place in a team, from 1
    #[arg(long)]
    rank: Option<u8>,
    /// How many are in the team
    #[arg(long)]
    team: Option<u8>,
    /// The address of a contribution, a repository (OWNER/NAME) or the id of a statement
    #[arg(long)]
    about: Option<Mentioned>,
    /// The day by which it belongs to a term; today when left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
    /// The last day of a role
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// Who says so
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    #[arg(long)]
    reason: String,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Makes the statements of a CSV file, all of them or none
///
/// UTF-8, with the header kind,member_number,name,value,rank,team,about,happened_on,until_on,on_behalf_of,reason; columns that no line needs
/// may be left out. Each import appends: the same file twice is stated twice.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    #[command(flatten)]
    tenant: Tenant,
    file: PathBuf,
    /// Says what would happen, and does nothing
    #[arg(long)]
    dry_run: bool,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Lists statements, the oldest first
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    tenant: Tenant,
    /// About this member alone
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
    /// Of this kind alone
    #[arg(long)]
    kind: Option<StatementKind>,
    /// Dated in this term alone
    #[arg(long, value_name = "CODE")]
    term: Option<String>,
    /// Those alone that a second person must countersign
    #[arg(long)]
    waiting: bool,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Countersigns an adjustment, as the second person: from the next scoring on it counts
///
/// Whoever has this shell is one person, `operator`: what was stated here, another person countersigns with a key of their own.
#[derive(Debug, clap::Args)]
pub(super) struct Countersign {
    #[command(flatten)]
    tenant: Tenant,
    id: StatementId,
    #[arg(long)]
    reason: String,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Takes a statement back; both stay on record
#[derive(Debug, clap::Args)]
pub(super) struct Withdraw {
    #[command(flatten)]
    tenant: Tenant,
    id: StatementId,
    #[arg(long)]
    reason: String,
    /// Who takes it back
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct StatementView<'a> {
    id: StatementId,
    kind: StatementKind,
    member_number: &'a str,
    name: Option<&'a str>,
    value: Option<String>,
    rank: Option<u8>,
    team: Option<u8>,
    about: Option<String>,
    happened_on: NaiveDate,
    until_on: Option<NaiveDate>,
    stated_by: &'a str,
    on_behalf_of: Option<&'a str>,
    stated_at: DateTime<Utc>,
    reason: &'a str,
    withdrawn_by: Option<StatementId>,
    waits_for: Option<&'static str>,
    countersigned_by: Option<&'a str>,
}

impl<'a> From<&'a Listed> for StatementView<'a> {
    fn from(one: &'a Listed) -> Self {
        Self {
            id: one.statement.id,
            kind: one.statement.kind,
            member_number: &one.member_number,
            name: one.statement.name.as_deref(),
            value: one.statement.value.map(|value| value.to_string()),
            rank: one.statement.rank,
            team: one.statement.team,
            about: one.about.as_ref().map(ToString::to_string),
            happened_on: one.statement.happened_on,
            until_on: one.statement.until_on,
            stated_by: &one.written_by,
            on_behalf_of: one.on_behalf_of.as_deref(),
            stated_at: one.statement.stated_at,
            reason: &one.statement.reason,
            withdrawn_by: one.withdrawn_by,
            waits_for: one.is_waiting().then_some(WAITS_FOR),
            countersigned_by: one.countersigned.as_ref().map(|signed| signed.person_name.as_str()),
        }
    }
}

/// What an import did, or would do.
#[derive(Serialize)]
struct Imported {
    stated: usize,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Import(arguments) => {
            let rows = read(&arguments.file)?;
            app::with_database(settings, async |db| {
                let institution = arguments.tenant.find(&db).await?;
                let stated = import(&db, &institution, &rows, arguments.dry_run).await;
                let stated = stated.with_context(|| format!("{} was not imported", arguments.file.display()))?;
                if arguments.json {
                    return output::json(&Imported { stated });
                }
                output::result(format_args!("{}{stated} stated", if arguments.dry_run { "would be: " } else { "" }))
            })
        }
        Command::Add(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            state(&db, &institution, arguments.draft(today(&institution)), arguments.json).await
        }),
        Command::Withdraw(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            let draft = withdrawal(&db, &institution, arguments).await?;
            state(&db, &institution, draft, arguments.json).await
        }),
        Command::Countersign(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            countersign(&db, &institution, arguments).await
        }),
        Command::List(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            let all = list(&db, &institution, arguments).await?;
            show(&all, arguments.json)
        }),
    }
}

fn today(institution: &Institution) -> NaiveDate {
    Clock::System.now().with_timezone(&institution.timezone).date_naive()
}

impl Add {
    fn draft(&self, today: NaiveDate) -> Draft {
        Draft {
            kind: self.kind,
            member: Whose::Number(self.member.clone()),
            name: self.name.clone(),
            value: self.value.clone(),
            rank: self.rank,
            team: self.team,
            about: self.about.clone(),
            happened_on: self.on.unwrap_or(today),
            until_on: self.until,
            on_behalf_of: self.by.clone(),
            reason: self.reason.clone(),
        }
    }
}

async fn withdrawal(db: &Db, institution: &Institution, arguments: &Withdraw) -> anyhow::Result<Draft> {
    let mut tx = db.begin_as(institution.id).await?;
    let found = statements::get(&mut tx, arguments.id).await?;
    tx.commit().await?;
    let missing = || format!("{} has no statement {}: `accredit statement list` shows them", institution.slug, arguments.id);
    let member = found.with_context(missing)?.statement.member;
    Ok(Draft::withdrawal(member, arguments.id, today(institution), arguments.by.clone(), arguments.reason.clone()))
}

async fn state(db: &Db, institution: &Institution, draft: Draft, json: bool) -> anyhow::Result<()> {
    let mut tx = db.begin_as(institution.id).await?;
    let ids = statements::record(&mut tx, &Actor::Operator, &[&draft], Clock::System.now()).await?.map_err(|refused| {
        let told: Vec<String> = refused.iter().map(|one| format!("{}: {}", one.fault.field, one.fault.message)).collect();
        anyhow!("not stated: {}", told.join("; "))
    })?;
    let made = statements::list_by_id(&mut tx, &ids).await?;
    tx.commit().await?;
    match made.first() {
        Some(one) if json => output::json(&StatementView::from(one)),
        _ => show(&made, false),
    }
}

async fn countersign(db: &Db, institution: &Institution, arguments: &Countersign) -> anyhow::Result<()> {
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let mut tx = db.begin_as(institution.id).await?;
    decisions::countersign(&mut tx, arguments.id, &reason, &Actor::Operator, Clock::System.now())
        .await
        .with_context(|| format!("{} was not countersigned", arguments.id))?;
    let signed = statements::get(&mut tx, arguments.id).await?;
    tx.commit().await?;
    match signed {
        Some(one) if arguments.json => output::json(&StatementView::from(&one)),
        signed => show(signed.as_slice(), false),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<Row>> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{shown} is not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")"))?;
    read_file(&text).map_err(|wrong| {
        let told: Vec<String> = wrong.iter().map(|one| format!("line {}: {}: {}", one.line, one.field, one.message)).collect();
        anyhow!("{shown} was not imported: {}", told.join("\n  "))
    })
}

/// States all of a file, or says all that is wrong with it; a dry run is never committed.
async fn import(db: &Db, institution: &Institution, rows: &[Row], dry_run: bool) -> anyhow::Result<usize> {
    let drafts: Vec<&Draft> = rows.iter().map(|row| &row.draft).collect();
    let mut tx = db.begin_as(institution.id).await?;
    match statements::record(&mut tx, &Actor::Operator, &drafts, Clock::System.now()).await? {
        Err(refused) => {
            let line = |at: usize| rows.get(at).map_or(0, |row| row.line);
            let told = refused.iter().map(|one| format!("line {}: {}: {}", line(one.at), one.fault.field, one.fault.message));
            bail!("{}", told.collect::<Vec<_>>().join("\n  "))
        }
        Ok(ids) if dry_run => Ok(ids.len()),
        Ok(ids) => {
            tx.commit().await?;
            Ok(ids.len())
        }
    }
}

async fn list(db: &Db, institution: &Institution, arguments: &List) -> anyhow::Result<Vec<Listed>> {
    let term = match &arguments.term {
        Some(code) => Some(term::find(db, institution, code).await?.id),
        None => None,
    };
    let mut tx = db.begin_as(institution.id).await?;
    let member = match &arguments.member {
        Some(number) => Some(find_member(&mut tx, institution, number).await?),
        None => None,
    };
    let filter = Filter { member, kind: arguments.kind, term, waiting: arguments.waiting.then_some(true) };
    let mut all: Vec<Listed> = Vec::new();
    loop {
        let page = statements::list(&mut tx, &filter, all.last().map(|one| one.statement.id), MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        all.extend(page.into_iter().take(usize::from(MAX_LIMIT)));
        if is_last {
            break;
        }
    }
    tx.commit().await?;
    Ok(all)
}

pub(super) async fn find_member(tx: &mut InstitutionTx, institution: &Institution, number: &String) -> anyhow::Result<MemberId> {
    let found = members::list_by_number(tx, std::slice::from_ref(number)).await?;
    found.first().map(|member| member.id).with_context(|| format!("{} has no member with the number {number}", institution.slug))
}

fn show(statements: &[Listed], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&statements.iter().map(StatementView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> = statements.iter().map(cells).collect();
    let header = ["id", "day", "member", "kind", "name", "value", "about", "by", "reason", "state"];
    output::result(table::render(header, [false, false, false, false, false, true, false, false, false, false], &rows))
}

/// Empty: it counts, and needed nobody else.
fn state_of(one: &Listed) -> String {
    match (one.withdrawn_by, &one.countersigned) {
        (Some(_), _) => "taken back".to_owned(),
        (None, Some(signed)) => format!("countersigned by {}", signed.person_name),
        (None, None) if one.is_waiting() => "waits for a second person".to_owned(),
        (None, None) => String::new(),
    }
}

fn cells(one: &Listed) -> [String; 10] {
    let statement = &one.statement;
    let value = match (statement.value, statement.rank, statement.team) {
        (Some(value), _, _) => value.to_string(),
        (None, Some(rank), Some(team)) => format!("{rank} of {team}"),
        _ => String::new(),
    };
    [
        statement.id.to_string(),
        statement.happened_on.to_string(),
        one.member_number.clone(),
        statement.kind.to_string(),
        statement.name.clone().unwrap_or_default(),
        value,
        one.about.as_ref().map(ToString::to_string).unwrap_or_default(),
        one.on_behalf_of.clone().unwrap_or_else(|| one.written_by.clone()),
        statement.reason.clone(),
        state_of(one),
    ]
}
