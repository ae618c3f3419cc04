//! `accredit appeal`: what students say against awards, and what the operator decides on it.
//! It must not judge who may decide what: `decisions` does, behind the API too.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde::Serialize;

use super::{output, statement, table, tenant::Tenant};
use crate::{
    app,
    config::Settings,
    db::{
        Db, InstitutionTx,
        awards::{self as stored, AppealFilter},
    },
    decisions::{self, NewAppeal, Settlement},
    model::{
        actor::Actor,
        award::{Appeal, AppealDecision},
        clock::Clock,
        fields,
        ids::{AppealId, AwardId, EvaluationId, MemberId},
        institution::Institution,
        page::MAX_LIMIT,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(List),
    File(File),
    Decide(Decide),
}

/// Lists appeals, the oldest first
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    tenant: Tenant,
    /// Of this member alone
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
    /// Those alone on which nobody has decided
    #[arg(long)]
    open: bool,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Files an appeal against an award, for a student
#[derive(Debug, clap::Args)]
pub(super) struct File {
    #[command(flatten)]
    tenant: Tenant,
    award: AwardId,
    #[arg(long)]
    reason: String,
    /// Whose word it is
    #[arg(long, value_name = "PERSON")]
    by: String,
    /// The address of the contribution whose line it is about; without it the whole award
    #[arg(long, value_name = "URL")]
    about: Option<String>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Decides on an appeal
///
/// A grant proposes another award from an evaluation; it takes the place of the first once a person approves it.
#[derive(Debug, clap::Args)]
pub(super) struct Decide {
    #[command(flatten)]
    tenant: Tenant,
    id: AppealId,
    /// grant or dismiss
    #[arg(long)]
    decision: AppealDecision,
    #[arg(long)]
    reason: String,
    /// To grant: from which another award is proposed
    #[arg(long, value_name = "ID")]
    evaluation: Option<EvaluationId>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct AppealView<'a> {
    id: AppealId,
    award_id: AwardId,
    member_id: MemberId,
    contribution_url: Option<&'a str>,
    reason: &'a str,
    filed_by: &'a str,
    on_behalf_of: Option<&'a str>,
    filed_at: DateTime<Utc>,
    decided: Option<DecidedView<'a>>,
}

#[derive(Serialize)]
struct DecidedView<'a> {
    decision: AppealDecision,
    reason: &'a str,
    by: &'a str,
    name: &'a str,
    proposed_award_id: Option<AwardId>,
    at: DateTime<Utc>,
}

impl<'a> From<&'a (Appeal, MemberId)> for AppealView<'a> {
    fn from((appeal, member_id): &'a (Appeal, MemberId)) -> Self {
        Self {
            id: appeal.id,
            award_id: appeal.award,
            member_id: *member_id,
            contribution_url: appeal.contribution_url.as_deref(),
            reason: &appeal.reason,
            filed_by: &appeal.filed_by,
            on_behalf_of: appeal.on_behalf_of.as_deref(),
            filed_at: appeal.filed_at,
            decided: appeal.decided.as_ref().map(|decided| DecidedView {
                decision: decided.decision,
                reason: &decided.reason,
                by: &decided.by,
                name: &decided.person_name,
                proposed_award_id: decided.proposed,
                at: decided.at,
            }),
        }
    }
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::List(arguments) => list(&db, arguments).await,
        Command::File(arguments) => file(&db, arguments).await,
        Command::Decide(arguments) => decide(&db, arguments).await,
    })
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let member = match &arguments.member {
        Some(number) => Some(statement::find_member(&mut tx, &institution, number).await?),
        None => None,
    };
    let filter = AppealFilter { member, is_decided: arguments.open.then_some(false), ..AppealFilter::default() };
    let mut all: Vec<(Appeal, MemberId)> = Vec::new();
    loop {
        let page = stored::list_appeals(&mut tx, &filter, all.last().map(|(appeal, _)| appeal.id), MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        all.extend(page.into_iter().take(usize::from(MAX_LIMIT)));
        if is_last {
            break;
        }
    }
    tx.commit().await?;
    show(&all, arguments.json)
}

async fn file(db: &Db, arguments: &File) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let new = NewAppeal {
        award: arguments.award,
        contribution_url: arguments.about.clone(),
        reason: output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?,
        on_behalf_of: Some(output::checked("person", fields::text(arguments.by.clone(), fields::NAME))?),
    };
    let mut tx = db.begin_as(institution.id).await?;
    let filed = match decisions::file(&mut tx, new, &Actor::Operator, Clock::System.now()).await {
        Err(decisions::Error::NotFound) => bail!("{} has no award {}: `accredit award list` shows them", institution.slug, arguments.award),
        filed => filed.context("not filed")?,
    };
    let id = filed.context("not filed: no line of the award is about that contribution; leave --about out to appeal against the whole")?;
    let filed = get(&mut tx, &institution, id).await?;
    tx.commit().await?;
    show_one(filed, arguments.json)
}

async fn decide(db: &Db, arguments: &Decide) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let reason = output::checked("reason", fields::text(arguments.reason.clone(), fields::REASON))?;
    let settlement = Settlement { decision: arguments.decision, reason, evaluation: arguments.evaluation };
    let mut tx = db.begin_as(institution.id).await?;
    get(&mut tx, &institution, arguments.id).await?;
    decisions::settle(&mut tx, arguments.id, &settlement, &Actor::Operator, Clock::System.now()).await.context("not decided")?;
    let decided = get(&mut tx, &institution, arguments.id).await?;
    tx.commit().await?;
    show_one(decided, arguments.json)
}

async fn get(tx: &mut InstitutionTx, institution: &Institution, id: AppealId) -> anyhow::Result<(Appeal, MemberId)> {
    let filter = AppealFilter { id: Some(id), ..AppealFilter::default() };
    let found = stored::list_appeals(tx, &filter, None, 1).await?.pop();
    found.with_context(|| format!("{} has no appeal {id}: `accredit appeal list` shows them", institution.slug))
}

fn show_one(appeal: (Appeal, MemberId), json: bool) -> anyhow::Result<()> {
    if json { output::json(&AppealView::from(&appeal)) } else { show(&[appeal], false) }
}

fn show(appeals: &[(Appeal, MemberId)], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&appeals.iter().map(AppealView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> = appeals.iter().map(|(appeal, _)| cells(appeal)).collect();
    output::result(table::render(["id", "award", "filed", "by", "reason", "about", "decided"], [false; 7], &rows))
}

fn cells(appeal: &Appeal) -> [String; 7] {
    let decided = appeal.decided.as_ref();
    [
        appeal.id.to_string(),
        appeal.award.to_string(),
        appeal.filed_at.to_rfc3339(),
        appeal.on_behalf_of.clone().unwrap_or_else(|| appeal.filed_by.clone()),
        appeal.reason.clone(),
        appeal.contribution_url.clone().unwrap_or_default(),
        decided.map(|decided| format!("{} by {}: {}", decided.decision, decided.person_name, decided.reason)).unwrap_or_default(),
    ]
}
