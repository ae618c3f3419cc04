//! `accredit key`: the keys that an institution's systems call the API with.
//! It must not store a key: it is printed once, and only its hash is kept.

use anyhow::{Context as _, anyhow, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use rand::{TryRng as _, rngs::SysRng};
use serde::Serialize;

use super::{
    output, table,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{
        Db,
        api_keys::{self, ApiKeyEntry, Rotated},
        members,
    },
    model::{
        actor::{Actor, Person},
        api_key::ApiKey,
        clock::Clock,
        fields,
        ids::{ApiKeyId, InstitutionId},
        institution::Role,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a key and prints it, this once
    Create(Create),
    /// Lists the keys: what they may do, never themselves
    List(List),
    /// Makes a key's successor and prints it, this once; the old one stays valid for a while
    Rotate(Rotate),
    /// Refuses a key from now on
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    #[command(flatten)]
    tenant: Tenant,
    /// admin, staff, reviewer, reader or student
    #[arg(long)]
    role: Role,
    /// The person who answers for what is done with it; without it and without a member, the operator does
    #[arg(long, value_name = "NAME")]
    holder: Option<String>,
    /// The number of the member who that person is; a student's key must say it
    #[arg(long, value_name = "NUMBER")]
    member: Option<String>,
    /// For how many days it is valid; without it, until it is revoked
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3_650))]
    days: Option<u16>,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    tenant: Tenant,
    /// The id of the old key, as `accredit key list` shows it
    id: ApiKeyId,
    /// For how many days the old key stays valid
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=30))]
    days: u16,
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    tenant: Tenant,
    /// The key's id, as `accredit key list` shows it
    id: ApiKeyId,
}

#[derive(Serialize)]
struct NewKeyView<'a> {
    id: ApiKeyId,
    role: Role,
    key: &'a str,
}

#[derive(Serialize)]
struct KeyView<'a> {
    id: ApiKeyId,
    role: Role,
    holder: &'a str,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    lineage_id: ApiKeyId,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Create(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let holder = holder(&db, institution.id, arguments).await?;
            let (id, key) = create(&db, institution.id, arguments.role, holder, arguments.days).await?;
            if arguments.json {
                return output::json(&NewKeyView { id, role: arguments.role, key: key.reveal() });
            }
            output::say(format_args!("a key of {} with the role {}; it is shown this once:", institution.slug, arguments.role));
            output::result(key.reveal())
        }
        Command::List(arguments) => list(&db, arguments).await,
        Command::Rotate(arguments) => rotate(&db, arguments).await,
        Command::Revoke(arguments) => revoke(&db, arguments).await,
    })
}

/// Who answers for a new key.
async fn holder(db: &Db, institution: InstitutionId, arguments: &Create) -> anyhow::Result<Person> {
    let named = arguments.holder.clone().map(|name| fields::text(name, fields::NAME)).transpose();
    let named = named.map_err(|why| anyhow!("--holder {why}"))?;
    let Some(number) = &arguments.member else {
        ensure!(arguments.role != Role::Student, "a student's key shows one member: say whom with --member NUMBER");
        return Ok(named.map_or_else(|| Actor::Operator.to_person(), |name| Person { name, member: None }));
    };
    let mut tx = db.begin_as(institution).await?;
    let found = members::list_by_number(&mut tx, std::slice::from_ref(number)).await?;
    tx.commit().await?;
    let member =
        found.into_iter().next().with_context(|| format!("no member has the number {number}: `accredit member list` shows them"))?;
    Ok(Person { name: named.unwrap_or(member.name), member: Some(member.id) })
}

fn new_key(institution: InstitutionId) -> anyhow::Result<ApiKey> {
    let mut secret = [0; 32];
    SysRng.try_fill_bytes(&mut secret).context("the system has no random numbers")?;
    Ok(ApiKey::new(institution, secret))
}

/// Makes a key and stores its hash.
pub(super) async fn create(
    db: &Db,
    institution: InstitutionId,
    role: Role,
    holder: Person,
    days: Option<u16>,
) -> anyhow::Result<(ApiKeyId, ApiKey)> {
    let key = new_key(institution)?;
    let now = Clock::System.now();
    let entry = ApiKeyEntry::new(role, holder, days.map(|days| now + TimeDelta::days(days.into())), now);
    let mut tx = db.begin_as(institution).await?;
    api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await?;
    tx.commit().await?;
    Ok((entry.id, key))
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let keys = api_keys::list(&mut tx).await?;
    tx.commit().await?;
    if arguments.json {
        let views = keys.iter().map(|k| KeyView {
            id: k.id,
            role: k.role,
            holder: &k.holder.name,
            created_at: k.created_at,
            expires_at: k.expires_at,
            last_used_at: k.last_used_at,
            revoked_at: k.revoked_at,
            lineage_id: k.lineage,
        });
        return output::json(&views.collect::<Vec<_>>());
    }
    let now = Clock::System.now();
    let state = |k: &ApiKeyEntry| match (k.revoked_at, k.expires_at) {
        (Some(at), _) => format!("revoked {}", at.to_rfc3339()),
        (None, Some(at)) if at <= now => format!("over since {}", at.to_rfc3339()),
        (None, Some(at)) => format!("valid until {}", at.to_rfc3339()),
        (None, None) => "valid".to_owned(),
    };
    let rows: Vec<_> =
        keys.iter().map(|k| [k.id.to_string(), k.role.to_string(), k.holder.name.clone(), k.created_at.to_rfc3339(), state(k)]).collect();
    output::result(table::render(["id", "role", "holder", "made", "state"], [false; 5], &rows))
}

async fn rotate(db: &Db, arguments: &Rotate) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let (key, now) = (new_key(institution.id)?, Clock::System.now());
    let ends_at = now + TimeDelta::days(arguments.days.into());
    let mut tx = db.begin_as(institution.id).await?;
    match api_keys::rotate(&mut tx, arguments.id, &key.hash(), ends_at, &Actor::Operator, now).await? {
        Rotated::Done { ending, successor } => {
            tx.commit().await?;
            if arguments.json {
                return output::json(&NewKeyView { id: successor.id, role: successor.role, key: key.reveal() });
            }
            let end = ending.expires_at.map_or_else(String::new, |end| end.to_rfc3339());
            output::say(format_args!("{} is valid until {end}; its successor {} is shown this once:", ending.id, successor.id));
            output::result(key.reveal())
        }
        Rotated::Unknown => bail!("{} has no key {}: `accredit key list` shows them", institution.slug, arguments.id),
        Rotated::Refused => bail!("{} is not valid any more: make a new key with `accredit key create`", arguments.id),
        Rotated::Two(other) => {
            bail!("{other} of the same lineage is valid too: revoke the one that is not needed first, with `accredit key revoke`")
        }
    }
}

async fn revoke(db: &Db, arguments: &Revoke) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let found = api_keys::revoke(&mut tx, arguments.id, &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    ensure!(found, "{} has no key {}: `accredit key list` shows them", institution.slug, arguments.id);
    output::result(format_args!("revoked {}", arguments.id))
}
