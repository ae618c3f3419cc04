//! `accredit policy`: checks and explains a policy file, and adds it as a version that never changes.
//! It must not read the rules themselves: `scoring::policy` does.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use chrono::NaiveDate;
use clap::Subcommand;
use serde::Serialize;

use super::{
    difference, output, table,
    tenant::{List, Tenant},
    term,
};
use crate::{
    app,
    config::Settings,
    db::{
        self, Db, InstitutionTx,
        policies::{self, StoredPolicy},
        queue,
        term_policies::{self, Choice},
    },
    jobs,
    messages::{self, Language},
    model::{
        actor::Actor,
        clock::Clock,
        ids::{PolicyId, TermPolicyId},
        institution::Institution,
        page::MAX_LIMIT,
        policy::{Audience, Policy},
        term::{Term, faults_of_days},
        term_policy::{TermPolicy, misfit},
    },
    reports::DifferenceView,
    scoring,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Says whether a file is a policy, without a database
    Check(Check),
    /// Says in plain words what a file lays down, without a database
    Explain(Explain),
    /// Adds a file as a new version; the same file twice is once
    Add(Add),
    Adopt(Adopt),
    /// Lists the versions
    List(List),
    /// Says who would gain or lose what, were another policy in the place of one; writes nothing
    Diff(Diff),
}

#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    #[command(flatten)]
    tenant: Tenant,
    /// The policy as it is: a file, or the name, NAME@VERSION or id of a stored one
    before: String,
    /// The policy as it would be, written in the same ways
    after: String,
    /// The term's code
    #[arg(long)]
    term: String,
    /// The language of the reasons
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    lang: Tongue,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Tongue {
    En,
    Zh,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Self::English,
            Tongue::Zh => Self::Chinese,
        }
    }
}

/// Binds a policy to a term from a day on: `accredit score` takes the one in force
///
/// In force on a day is the one with the newest --from that is not after it. Results that are there stay as they are.
#[derive(Debug, clap::Args)]
pub(super) struct Adopt {
    #[command(flatten)]
    tenant: Tenant,
    /// The policy's name, NAME@VERSION or id
    policy: String,
    /// The term's code
    #[arg(long)]
    term: String,
    /// The first day on which it is in force; today when left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// students, faculty or everyone; whom the policy is written for when left out
    #[arg(long = "for", value_name = "AUDIENCE")]
    audience: Option<Audience>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct AdoptionView<'a> {
    term: &'a str,
    policy: &'a str,
    policy_hash: &'a str,
    audience: Audience,
    adopted_from: NaiveDate,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    file: PathBuf,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    file: PathBuf,
    /// The language: en or zh
    #[arg(long, default_value_t = Language::English)]
    lang: Language,
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    #[command(flatten)]
    tenant: Tenant,
    file: PathBuf,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct PolicyView<'a> {
    /// Absent where it was only checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<PolicyId>,
    name: &'a str,
    version: &'a str,
    hash: &'a str,
}

impl<'a> From<&'a StoredPolicy> for PolicyView<'a> {
    fn from(one: &'a StoredPolicy) -> Self {
        Self { id: Some(one.id), name: &one.name, version: &one.version, hash: &one.hash }
    }
}

pub(super) fn check(arguments: &Check) -> anyhow::Result<()> {
    let (_, policy) = read(&arguments.file)?;
    if arguments.json {
        return output::json(&PolicyView { id: None, name: &policy.name, version: &policy.version, hash: &policy.hash });
    }
    output::result(format_args!(
        "{} is a policy: {} {}, {} rules, {} limits, {} categories, hash {}",
        arguments.file.display(),
        policy.name,
        policy.version,
        policy.rules.len(),
        policy.limits.len(),
        policy.categories.len(),
        policy.hash
    ))
}

pub(super) fn explain(arguments: &Explain) -> anyhow::Result<()> {
    let (_, policy) = read(&arguments.file)?;
    output::result(messages::explain(arguments.lang, &policy).trim_end())
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Check(arguments) => check(arguments),
        Command::Explain(arguments) => explain(arguments),
        Command::Add(arguments) => {
            let (text, policy) = read(&arguments.file)?;
            app::with_database(settings, async |db| {
                let institution = arguments.tenant.find(&db).await?;
                let stored = add(&db, &institution, &policy, text).await?;
                if arguments.json {
                    return output::json(&PolicyView::from(&stored));
                }
                output::result(format_args!("policy {} {}, hash {}", stored.name, stored.version, stored.hash))
            })
        }
        Command::Adopt(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            adopt(&db, &institution, arguments).await
        }),
        Command::List(arguments) => app::with_database(settings, async |db| {
            let institution = arguments.tenant.find(&db).await?;
            let mut tx = db.begin_as(institution.id).await?;
            let all = list(&mut tx).await?;
            tx.commit().await?;
            show(&all, arguments.json)
        }),
        Command::Diff(arguments) => app::with_database(settings, async |db| diff(&db, arguments).await),
    }
}

async fn diff(db: &Db, arguments: &Diff) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let term = term::find(db, &institution, &arguments.term).await?;
    let before = read_either(db, &institution, &arguments.before).await?;
    let after = read_either(db, &institution, &arguments.after).await?;
    let difference = jobs::compare_policies(db, institution.id, &term, before, after, Clock::System.now()).await?;
    if arguments.json {
        return output::json(&DifferenceView::from(&difference));
    }
    difference::show(&difference, arguments.lang.into())
}

/// A file where there is one of that name, otherwise a stored policy.
async fn read_either(db: &Db, institution: &Institution, wanted: &str) -> anyhow::Result<Policy> {
    if Path::new(wanted).is_file() {
        return Ok(read(Path::new(wanted))?.1);
    }
    let stored = find(db, institution, Some(wanted)).await.with_context(|| format!("{wanted} is no file either"))?;
    Ok(scoring::policy::parse(&format!("{} {}", stored.name, stored.version), &stored.source)?)
}

pub(super) fn read(file: &Path) -> anyhow::Result<(String, Policy)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let policy = scoring::policy::parse(&file.display().to_string(), &text)?;
    Ok((text, policy))
}

async fn adopt(db: &Db, institution: &Institution, arguments: &Adopt) -> anyhow::Result<()> {
    let term = term::find(db, institution, &arguments.term).await?;
    let stored = find(db, institution, Some(&arguments.policy)).await?;
    let named = format!("{} {}", stored.name, stored.version);
    let written_for = scoring::policy::parse(&named, &stored.source)?.audience;
    let now = Clock::System.now();
    let adopted = TermPolicy {
        id: TermPolicyId::new(now),
        term: term.id,
        audience: arguments.audience.unwrap_or(written_for),
        policy: stored.id,
        adopted_from: arguments.from.unwrap_or_else(|| now.with_timezone(&institution.timezone).date_naive()),
        adopted_by: Actor::Operator.to_string(),
        adopted_at: now,
    };
    if let Some(why) = misfit(written_for, adopted.audience) {
        bail!("{why}");
    }
    if let Some((_, why)) = faults_of_days(adopted.adopted_from, adopted.adopted_from).into_iter().next() {
        bail!("--from {why}");
    }
    let mut tx = db.begin_as(institution.id).await?;
    ensure!(term_policies::insert(&mut tx, &adopted, &Actor::Operator).await?, "the term or the policy is not there any more");
    queue::request_rescoring(&mut tx, now).await?; // what a later term begins with can be another evaluation now
    tx.commit().await?;
    let TermPolicy { audience, adopted_from, .. } = adopted;
    if arguments.json {
        return output::json(&AdoptionView { term: &term.code, policy: &named, policy_hash: &stored.hash, audience, adopted_from });
    }
    output::result(format_args!("policy {named} holds for {audience} in {} from {adopted_from}", term.code))
}

/// The policy under which a term is scored: the one that a person means, or the one that is in force, or the only one.
pub(super) async fn choose(
    db: &Db,
    institution: &Institution,
    term: &Term,
    (wanted, audience): (Option<&str>, Option<Audience>),
) -> anyhow::Result<StoredPolicy> {
    if wanted.is_some() {
        return find(db, institution, wanted).await;
    }
    let mut tx = db.begin_as(institution.id).await?;
    let choice = term_policies::choose(&mut tx, term.id, audience, Clock::System.now()).await?;
    let Choice::Policy(id) = choice else {
        tx.commit().await?;
        if let Choice::AskAudience(audiences) = choice {
            let audiences: Vec<&str> = audiences.iter().map(|audience| audience.as_str()).collect();
            bail!("policies are in force in {} for {}: say for whom with --for", term.code, audiences.join(", "));
        }
        if let Choice::NotInForce(why) = choice {
            bail!("{why}: say which with --policy, or let one hold with `accredit policy adopt NAME --term {} --from DAY`", term.code);
        }
        return find(db, institution, None).await; // which says what is missing
    };
    let stored = policies::get(&mut tx, id).await?.context("the policy in force is not there any more")?;
    tx.commit().await?;
    Ok(stored)
}

/// Stores a policy's text, or finds it where the same text is stored.
pub(super) async fn add(db: &Db, institution: &Institution, policy: &Policy, source: String) -> anyhow::Result<StoredPolicy> {
    let mut tx = db.begin_as(institution.id).await?;
    if let Some(same) = policies::get_by_hash(&mut tx, &policy.hash).await? {
        return Ok(same);
    }
    let now = Clock::System.now();
    let (name, version, hash) = (policy.name.clone(), policy.version.clone(), policy.hash.clone());
    let stored = StoredPolicy { id: PolicyId::new(now), name, version, hash, source, created_at: now };
    match policies::insert(&mut tx, &stored, &Actor::Operator).await {
        Err(db::Error::Conflict { .. }) => bail!(
            "{} has {} {} with another text already: a version never changes, so give this one another version",
            institution.slug,
            policy.name,
            policy.version
        ),
        written => written?,
    }
    tx.commit().await?;
    Ok(stored)
}

/// The policy that a person means: by id, by `NAME`, by `NAME@VERSION`; without a word the only one. Of several versions the newest.
pub(super) async fn find(db: &Db, institution: &Institution, wanted: Option<&str>) -> anyhow::Result<StoredPolicy> {
    let mut tx = db.begin_as(institution.id).await?;
    let all = list(&mut tx).await?;
    tx.commit().await?;
    let newest = all.last().with_context(|| format!("{} has no policy: `accredit policy add FILE` adds one", institution.slug))?;
    let Some(wanted) = wanted else {
        ensure!(
            all.iter().all(|one| one.name == newest.name),
            "{} has several policies: say which with --policy (`accredit policy list` shows them), or let one hold with `accredit policy adopt`",
            institution.slug
        );
        return Ok(newest.clone());
    };
    let meant =
        |one: &&StoredPolicy| one.name == wanted || one.id.to_string() == wanted || format!("{}@{}", one.name, one.version) == wanted;
    let found = all.iter().rfind(meant);
    found.cloned().with_context(|| format!("{} has no policy {wanted}: `accredit policy list` shows them", institution.slug))
}

/// All versions, the oldest first.
async fn list(tx: &mut InstitutionTx) -> anyhow::Result<Vec<StoredPolicy>> {
    let mut all: Vec<StoredPolicy> = Vec::new();
    loop {
        let page = policies::list(tx, all.last().map(|policy| policy.id), MAX_LIMIT).await?;
        let is_last = page.len() <= usize::from(MAX_LIMIT);
        all.extend(page.into_iter().take(usize::from(MAX_LIMIT)));
        if is_last {
            return Ok(all);
        }
    }
}

fn show(policies: &[StoredPolicy], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&policies.iter().map(PolicyView::from).collect::<Vec<_>>());
    }
    let rows: Vec<_> = policies.iter().map(|one| [one.name.clone(), one.version.clone(), one.id.to_string(), one.hash.clone()]).collect();
    output::result(table::render(["name", "version", "id", "hash"], [false; 4], &rows))
}
