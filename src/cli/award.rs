//! `accredit award`: proposes awards from an evaluation, shows how they stand, and takes what the operator decides on them.
//! It must not judge who may decide what: `decisions` does, behind the API too.

mod view;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use rust_decimal::Decimal;

use self::view::{AwardView, BulkView, LeftView, ProposedView};
use super::{output, report, statement, table, tenant::Tenant, term};
use crate::{
    app,
    awards::Verdict,
    config::Settings,
    db::{
        Db,
        awards::{self as stored, Filter},
    },
    decisions::{self, Bulk},
    model::{
        actor::Actor,
        award::{AwardState, Decision},
        clock::Clock,
        credit::Credits,
        fields,
        ids::{AwardId, EvaluationId},
        institution::Institution,
        policy::Audience,
        work::Evaluation,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(List),
    Show(Show),
    Propose(Propose),
    Decide(Decide),
    ApproveAll(ApproveAll),
}

/// Lists awards, by number
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    tenant: Tenant,
    /// Of this term alone
    #[arg(long, value_name = "CODE")]
    term: Option<String>,
    /// Of this member alone
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
    /// proposed, to_confirm, sent_back, rejected, on_notice, under_appeal, final, revoked or superseded
    #[arg(long)]
    state: Option<AwardState>,
    /// Those alone with flags that a person must look at
    #[arg(long)]
    flagged: bool,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Shows an award with all that was decided on it
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    tenant: Tenant,
    id: AwardId,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// From what awards are proposed, or approved.
#[derive(Debug, clap::Args)]
pub(super) struct Of {
    #[command(flatten)]
    tenant: Tenant,
    /// The term's code
    #[arg(long)]
    term: String,
    /// Which evaluation of the term; without it the newest one that is done, under a policy that was adopted where any was
    #[arg(long, value_name = "ID")]
    evaluation: Option<EvaluationId>,
    /// Where several were scored, each under a policy of their own: students, faculty or everyone
    #[arg(long = "for", value_name = "AUDIENCE", conflicts_with = "evaluation")]
    audience: Option<Audience>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Proposes awards: for everybody with a result to whom nobody has given one
///
/// Again, it changes nothing; a later evaluation takes the place of what nobody has given yet.
#[derive(Debug, clap::Args)]
pub(super) struct Propose {
    #[command(flatten)]
    of: Of,
}

/// Decides on an award
///
/// Whoever has this shell is one person, `operator`: other credits than were proposed, another person confirms with a key of their own.
#[derive(Debug, clap::Args)]
pub(super) struct Decide {
    #[command(flatten)]
    tenant: Tenant,
    id: AwardId,
    /// approve, confirm, reject, send_back or revoke
    #[arg(long)]
    decision: Decision,
    /// May be left out to approve what is not flagged, lacks nothing and is complete
    #[arg(long)]
    reason: Option<String>,
    /// To approve: these and not those that were proposed; a second person must confirm them
    #[arg(long, allow_hyphen_values = true, value_name = "DECIMAL")]
    credits: Option<Decimal>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// Approves what was proposed from an evaluation and needs no look of its own
#[derive(Debug, clap::Args)]
pub(super) struct ApproveAll {
    #[command(flatten)]
    of: Of,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::List(arguments) => list(&db, arguments).await,
        Command::Show(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            show(&db, &institution, arguments.id, arguments.json).await
        }
        Command::Propose(Propose { of }) => {
            let institution = of.tenant.find(&db).await?;
            propose(&db, &institution, of).await
        }
        Command::Decide(arguments) => decide(&db, arguments).await,
        Command::ApproveAll(ApproveAll { of }) => {
            let institution = of.tenant.find(&db).await?;
            approve_all(&db, &institution, of).await
        }
    })
}

impl Of {
    async fn evaluation(&self, db: &Db, institution: &Institution) -> anyhow::Result<Evaluation> {
        let term = term::find(db, institution, &self.term).await?;
        report::choose(db, institution.id, &term, (self.evaluation, self.audience)).await
    }
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let term = match &arguments.term {
        Some(code) => Some(term::find(db, &institution, code).await?.id),
        None => None,
    };
    let now = Clock::System.now();
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let member = match &arguments.member {
        Some(number) => Some(statement::find_member(&mut tx, &institution, number).await?),
        None => None,
    };
    let chains = stored::list_chains(&mut tx, &Filter { term, member, ..Filter::default() }).await?;
    tx.commit().await?;
    let all = chains.iter().flat_map(|chain| (0..chain.len()).map(move |at| AwardView::new(chain, at, now)));
    let wanted: Vec<AwardView<'_>> =
        all.filter(|view| arguments.state.is_none_or(|state| view.state == state) && (!arguments.flagged || view.flagged > 0)).collect();
    if arguments.json {
        return output::json(&wanted);
    }
    let rows: Vec<_> = wanted.iter().map(cells).collect();
    let header = ["id", "number", "name", "policy", "state", "points", "credits", "flags", "unmet", "final from"];
    output::result(table::render(header, [false, false, false, false, false, true, true, true, true, false], &rows))
}

fn cells(view: &AwardView<'_>) -> [String; 10] {
    [
        view.id.to_string(),
        view.number.to_owned(),
        view.name.to_owned(),
        view.policy_name.to_owned(),
        view.state.to_string(),
        view.points.clone(),
        view.credits.clone(),
        view.flagged.to_string(),
        view.unmet.to_string(),
        view.final_from.map(|from| from.to_rfc3339()).unwrap_or_default(),
    ]
}

async fn show(db: &Db, institution: &Institution, id: AwardId, json: bool) -> anyhow::Result<()> {
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let found = stored::get(&mut tx, id).await?;
    tx.commit().await?;
    let (chain, at) = found.with_context(|| missing(institution, id))?;
    print(&AwardView::new(&chain, at, Clock::System.now()), json)
}

fn missing(institution: &Institution, id: AwardId) -> String {
    format!("{} has no award {id}: `accredit award list` shows them", institution.slug)
}

fn print(view: &AwardView<'_>, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(view);
    }
    let until = view.final_from.map(|from| format!(", final from {}", from.to_rfc3339())).unwrap_or_default();
    output::result(format_args!(
        "{}: {} credits for {} ({}) under {}, {}{until}\n  proposed {} credits of {} points; {} flags, {} unmet{}",
        view.id,
        view.credits,
        view.name,
        view.number,
        view.policy_name,
        view.state,
        view.proposed_credits,
        view.points,
        view.flagged,
        view.unmet,
        if view.complete { "" } else { ", NOT COMPLETE" },
    ))?;
    for decided in &view.decisions {
        let credits = decided.credits.as_ref().map(|credits| format!(" with {credits} credits")).unwrap_or_default();
        let reason = decided.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        output::result(format_args!("  {} {}{credits} by {}{reason}", decided.at.to_rfc3339(), decided.decision, decided.name))?;
    }
    for appeal in &view.appeals {
        output::result(format_args!("  appeal {appeal}"))?;
    }
    Ok(())
}

async fn propose(db: &Db, institution: &Institution, of: &Of) -> anyhow::Result<()> {
    let evaluation = of.evaluation(db, institution).await?.id;
    let mut tx = db.begin_as(institution.id).await?;
    let proposed = decisions::propose(&mut tx, evaluation, &Actor::Operator, Clock::System.now()).await.context("nothing was proposed")?;
    tx.commit().await?;
    if of.json {
        return output::json(&ProposedView {
            evaluation_id: evaluation,
            proposed: proposed.proposed,
            superseding: proposed.superseding,
            present: proposed.present,
            without_account: proposed.without_account,
        });
    }
    output::result(format_args!(
        "{} proposed, {} of them in the place of an earlier proposal; {} stay as they are, {} without a known account",
        proposed.proposed, proposed.superseding, proposed.present, proposed.without_account
    ))
}

async fn approve_all(db: &Db, institution: &Institution, of: &Of) -> anyhow::Result<()> {
    let evaluation = of.evaluation(db, institution).await?.id;
    let mut tx = db.begin_as(institution.id).await?;
    let bulk = decisions::approve_all(&mut tx, evaluation, &Actor::Operator, Clock::System.now()).await.context("nothing was approved")?;
    tx.commit().await?;
    let Bulk { approved, left } = &bulk;
    if of.json {
        let left = left.iter().map(|(award, why)| LeftView { award_id: award.id, number: &award.number, why: why.to_string() }).collect();
        return output::json(&BulkView { evaluation_id: evaluation, approved: approved.len(), left });
    }
    output::result(format_args!("{} approved, {} left for a person to look at", approved.len(), left.len()))?;
    if left.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = left.iter().map(|(award, why)| [award.id.to_string(), award.number.clone(), why.to_string()]).collect();
    output::result(table::render(["id", "number", "why"], [false; 3], &rows))
}

async fn decide(db: &Db, arguments: &Decide) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let reason = arguments.reason.clone().map(|reason| output::checked("reason", fields::text(reason, fields::REASON))).transpose()?;
    let verdict = Verdict { decision: arguments.decision, reason, credits: arguments.credits.map(Credits::new) };
    let now = Clock::System.now();
    let mut tx = db.begin_as(institution.id).await?;
    let decided = decisions::decide(&mut tx, arguments.id, &verdict, &Actor::Operator, now).await;
    let (chain, at) = match decided {
        Err(decisions::Error::NotFound) => bail!(missing(&institution, arguments.id)),
        decided => decided.context("not decided")?,
    };
    tx.commit().await?;
    print(&AwardView::new(&chain, at, now), arguments.json)
}
