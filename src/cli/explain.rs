//! `accredit score --explain`: one member's number, line by line; from the database, or anew from a bundle and a policy file alone.
//! It must not write to the database, nor need a database or settings for a bundle.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::{CommandFactory as _, error::ErrorKind};

use super::{Cli, output, policy, report, tenant::Tenant, term};
use crate::{
    app,
    config::Settings,
    credits,
    db::{self, Db, evaluations, members, policies::StoredPolicy, scores},
    jobs,
    messages::{self, Language},
    model::{
        ids::{EvaluationId, RepositoryId},
        institution::Institution,
        member_score::{Computed, ExplainedLine, MemberScore, count_flags},
        policy::{Audience, Policy},
        score::ScoreSheet,
        work::Evaluation,
    },
    reports::Working,
    scoring::{self, Bundle},
};

/// What `--explain` takes along.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Explains the number of one member (--member) line by line, from the newest scoring of the term under --policy, or else from the one
    /// that `accredit report` shows; with FILE, a bundle, works it out anew without a database and says whether it is the same
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "json")]
    explain: Option<Option<PathBuf>>,
    /// Whose number is explained
    #[arg(long, value_name = "NUMBER", requires = "explain")]
    member: Option<String>,
    /// Writes what the number was made of to a file, for whoever is to work it out again
    #[arg(long, value_name = "FILE", requires = "explain")]
    bundle: Option<PathBuf>,
    /// The language of the explanation: en or zh
    #[arg(long, default_value_t = Language::English, requires = "explain")]
    pub lang: Language,
}

/// What is to be explained.
pub(super) enum Asked<'a> {
    Stored { term: &'a str, number: &'a str },
    Bundle(&'a Path),
}

impl Options {
    /// `None`: nothing. Wrong usage ends the process with status 2 here.
    pub fn asked<'a>(&'a self, term: Option<&'a str>) -> Option<Asked<'a>> {
        match (self.explain.as_ref()?, term, self.member.as_deref(), &self.bundle) {
            (None, Some(term), Some(number), _) => Some(Asked::Stored { term, number }),
            (Some(file), None, None, None) => Some(Asked::Bundle(file)),
            (None, ..) => wrong("--explain needs --term and --member, or the FILE of a bundle"),
            (Some(_), ..) => wrong("a bundle names its term and its member: leave --term, --member and --bundle out"),
        }
    }
}

fn wrong(what: &str) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, what).exit()
}

/// Prints the working of a stored number, and writes its bundle where one is asked for.
pub(super) fn stored(
    options: &Options,
    (term, number): (&str, &str),
    tenant: &Tenant,
    (policy, audience): (Option<&str>, Option<Audience>),
    settings: &Settings,
) -> anyhow::Result<()> {
    app::with_database(settings, async |db| {
        let institution = tenant.find(&db).await?;
        let evaluation = newest(&db, &institution, term, (policy, audience)).await?;
        let (score, lines) = find(&db, &institution, evaluation.id, number).await?;
        let names = repositories(&db, &institution).await?;
        output::say(format_args!("{} {}, term {term}, as of {}", score.number, score.name, evaluation.requested_at.to_rfc3339()));
        let repository = |id: RepositoryId| names.get(&id).cloned();
        let working = Working { language: options.lang, zone: institution.timezone, repository: &repository };
        output::result(working.write(&score, &lines).trim_end())?;
        let Some(file) = &options.bundle else { return Ok(()) };
        let bundle = jobs::bundle(&db, institution.id, evaluation.id, score.member).await?;
        let json = serde_json::to_string_pretty(&bundle)?;
        std::fs::write(file, json).with_context(|| format!("{} cannot be written", file.display()))?;
        output::say(format_args!("wrote {}", file.display()));
        Ok(())
    })
}

/// The newest scoring of the term under that policy; without one, the scoring that the report shows.
async fn newest(
    db: &Db,
    institution: &Institution,
    term: &str,
    (policy, audience): (Option<&str>, Option<Audience>),
) -> anyhow::Result<Evaluation> {
    let term = term::find(db, institution, term).await?;
    let wanted = match policy {
        Some(_) => Some(policy::find(db, institution, policy).await?),
        None => None,
    };
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let done = match &wanted {
        Some(wanted) => evaluations::get_newest_under(&mut tx, term.id, wanted.id).await?,
        None => report::newest(&mut tx, &term, audience).await?,
    };
    tx.commit().await?;
    done.with_context(|| match &wanted {
        Some(StoredPolicy { name, version, .. }) => {
            let code = &term.code;
            format!("{code} was not scored under {name} {version} yet: `accredit score --term {code} --policy '{name}@{version}'` does it")
        }
        None => report::missing(&term),
    })
}

async fn find(
    db: &Db,
    institution: &Institution,
    evaluation: EvaluationId,
    number: &str,
) -> anyhow::Result<(MemberScore, Vec<ExplainedLine>)> {
    let mut tx = db.begin_as_of_now(institution.id).await?;
    let member = members::list_by_number(&mut tx, &[number.to_owned()]).await?.pop();
    let member = member.with_context(|| format!("{} has no member with the number {number}", institution.slug))?;
    let found = scores::get(&mut tx, evaluation, member.id).await?;
    tx.commit().await?;
    found.with_context(|| format!("{number} was not scored then: `accredit score` scores everybody who is a member now"))
}

async fn repositories(db: &Db, institution: &Institution) -> anyhow::Result<HashMap<RepositoryId, String>> {
    let mut tx = db.begin_as(institution.id).await?;
    let all = db::repositories::list_contexts(&mut tx).await?;
    tx.commit().await?;
    Ok(all.into_iter().map(|one| (one.id, one.full_name.to_string())).collect())
}

/// Works the number of a bundle out again, under its own policy or another, and fails where it is not the same.
pub(super) fn offline(file: &Path, policy_file: Option<&str>, language: Language) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let bundle = Bundle::read(&text).with_context(|| file.display().to_string())?;
    let own = scoring::policy::parse(&format!("{}: policy", file.display()), &bundle.policy)?;
    let policy = match policy_file {
        Some(other) => policy::read(Path::new(other))?.1,
        None => own.clone(),
    };
    if let Some(lack) = Bundle::lacks(&own, &policy) {
        let values = [("what", lack.as_str().to_owned()), ("term", bundle.found.term.clone())];
        bail!(messages::text(language, "bundle-lacks", &values));
    }
    if policy.hash != own.hash {
        output::say(messages::text(language, "bundle-other-policy", &[("hash", policy.hash.clone()), ("old_hash", own.hash)]));
    }
    let sheet = bundle.score(&policy);
    let score = scored(&bundle, &policy, &sheet)?;
    let repository = |id: RepositoryId| bundle.context.repositories.get(&id).map(|one| one.full_name.to_string());
    let working = Working { language, zone: bundle.context.zone, repository: &repository };
    output::say(format_args!("{} {}, term {}, as of {}", score.number, score.name, bundle.found.term, bundle.context.as_of.to_rfc3339()));
    output::result(working.write(&score, &bundle.explained(&sheet.lines)).trim_end())?;
    compare(&bundle, &sheet, &score, &working)
}

fn scored(bundle: &Bundle, policy: &Policy, sheet: &ScoreSheet) -> anyhow::Result<MemberScore> {
    let decision = credits::decide(&policy.credits, sheet.points, bundle.subject.prior.credits, &sheet.unmet);
    let credits_reason = serde_json::to_string(&decision.reason)?;
    Ok(MemberScore {
        member: bundle.subject.member,
        number: bundle.found.number.clone(),
        name: bundle.found.name.clone(),
        unit: None,
        github_login: None,
        computed: Some(Computed { points: sheet.points, credits: decision.credits, credits_reason }),
        contributions: i64::try_from(bundle.contributions.len()).unwrap_or(i64::MAX),
        carried: sheet.carried,
        flags: sheet.flags.clone(),
        unmet: sheet.unmet.clone(),
        flagged: count_flags(&sheet.flags, &sheet.lines),
    })
}

fn compare(bundle: &Bundle, sheet: &ScoreSheet, score: &MemberScore, working: &Working<'_>) -> anyhow::Result<()> {
    let credits = score.credits().unwrap_or_default();
    let found = &bundle.found;
    let now = [("points", sheet.points.to_string()), ("credits", credits.to_string())];
    if *sheet == found.sheet && credits == found.credits {
        let values = [&now[..], &[("lines", sheet.lines.len().to_string())]].concat();
        return output::result(messages::text(working.language, "bundle-same", &values));
    }
    let (new, old) = bundle.differing(sheet);
    let first = new.first().or(old.first()).and_then(|line| bundle.explained(std::slice::from_ref(*line)).pop());
    let before = [("old_points", found.sheet.points.to_string()), ("old_credits", found.credits.to_string())];
    let lines = [("lines", new.len().max(old.len()).to_string()), ("first", first.map_or("none".to_owned(), |line| working.head(&line)))];
    bail!(messages::text(working.language, "bundle-other", &[&now[..], &before, &lines].concat()))
}
