//! `accredit key`: the keys that an institution's systems call the API with, and the operator's own.
//! It must not store a key: it is printed once, and only its hash is kept.

use std::str::FromStr;

use anyhow::{Context as _, anyhow, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use rand::{TryRng as _, rngs::SysRng};
use serde::Serialize;
use uuid::Uuid;

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
        operator_keys::{self, OperatorKeyEntry},
    },
    model::{
        actor::{Actor, Person},
        api_key::{ApiKey, OperatorKey},
        clock::Clock,
        fields,
        ids::{ApiKeyId, InstitutionId, OperatorKeyId},
        institution::Role,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a key and prints it, this once
    Create(Create),
    /// Lists the keys: what they may do, never themselves
    List(ListKeys),
    /// Makes a key's successor and prints it, this once; the old one stays valid for a while
    Rotate(Rotate),
    /// Refuses a key from now on
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    #[command(flatten)]
    tenant: Tenant,
    /// admin, staff, reviewer, reader or student; or operator, for a key of no institution
    #[arg(long)]
    role: KeyRole,
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

/// What a key may do: inside an institution, or to make institutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyRole {
    Inside(Role),
    Operator,
}

impl FromStr for KeyRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == OPERATOR {
            Ok(Self::Operator)
        } else {
            text.parse().map(Self::Inside).map_err(|why: String| format!("{why}, {OPERATOR}"))
        }
    }
}

const OPERATOR: &str = "operator";

#[derive(Debug, clap::Args)]
pub(super) struct ListKeys {
    #[command(flatten)]
    list: List,
    /// The operator's keys in place of an institution's
    #[arg(long, conflicts_with = "institution")]
    operator: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    tenant: Tenant,
    /// The key's id, as `accredit key list` shows it
    id: Uuid,
    /// A key of the operator's
    #[arg(long, conflicts_with = "institution")]
    operator: bool,
}

#[derive(Serialize)]
struct NewKeyView<'a> {
    id: Uuid,
    role: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct KeyView<'a> {
    id: Uuid,
    role: &'a str,
    holder: &'a str,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    lineage_id: Option<ApiKeyId>,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Create(arguments) => {
            let KeyRole::Inside(role) = arguments.role else { return create_operators(&db, arguments).await };
            let institution = arguments.tenant.find(&db).await?;
            let holder = holder(&db, institution.id, role, arguments).await?;
            let (id, key) = create(&db, institution.id, role, holder, arguments.days).await?;
            show(arguments.json, &NewKeyView { id: id.0, role: role.as_str(), key: key.reveal() }, &institution.slug)
        }
        Command::List(arguments) if arguments.operator => list_operators(&db, arguments).await,
        Command::List(arguments) => list(&db, arguments).await,
        Command::Rotate(arguments) => rotate(&db, arguments).await,
        Command::Revoke(arguments) if arguments.operator => revoke_operators(&db, OperatorKeyId(arguments.id)).await,
        Command::Revoke(arguments) => revoke(&db, arguments).await,
    })
}

/// The only time.
fn show(json: bool, made: &NewKeyView<'_>, whose: &str) -> anyhow::Result<()> {
    if json {
        return output::json(made);
    }
    output::say(format_args!("a key of {whose} with the role {}; it is shown this once:", made.role));
    output::result(made.key)
}

async fn create_operators(db: &Db, arguments: &Create) -> anyhow::Result<()> {
    ensure!(arguments.tenant.institution.is_none(), "an operator's key belongs to no institution: leave --institution out");
    ensure!(arguments.member.is_none(), "an operator is nobody's member: leave --member out");
    let holder = arguments.holder.clone().unwrap_or_else(|| OPERATOR.to_owned());
    let holder = fields::text(holder, fields::NAME).map_err(|why| anyhow!("--holder {why}"))?;
    let key = OperatorKey::new(secret()?);
    let now = Clock::System.now();
    let entry = OperatorKeyEntry { id: OperatorKeyId::new(now), holder, created_at: now, revoked_at: None };
    let mut tx = db.begin_as_operator().await?;
    operator_keys::insert(&mut tx, &entry, &key.hash()).await?;
    tx.commit().await?;
    show(arguments.json, &NewKeyView { id: entry.id.0, role: OPERATOR, key: key.reveal() }, "the operator")
}

fn secret() -> anyhow::Result<[u8; 32]> {
    let mut secret = [0; 32];
    SysRng.try_fill_bytes(&mut secret).context("the system has no random numbers")?;
    Ok(secret)
}

/// Who answers for a new key.
async fn holder(db: &Db, institution: InstitutionId, role: Role, arguments: &Create) -> anyhow::Result<Person> {
    let named = arguments.holder.clone().map(|name| fields::text(name, fields::NAME)).transpose();
    let named = named.map_err(|why| anyhow!("--holder {why}"))?;
    let Some(number) = &arguments.member else {
        ensure!(role != Role::Student, "a student's key shows one member: say whom with --member NUMBER");
        return Ok(named.map_or_else(|| Actor::Operator.to_person(), |name| Person { name, member: None }));
    };
    let mut tx = db.begin_as(institution).await?;
    let found = members::list_by_number(&mut tx, std::slice::from_ref(number)).await?;
    tx.commit().await?;
    let member =
        found.into_iter().next().with_context(|| format!("no member has the number {number}: `accredit member list` shows them"))?;
    Ok(Person { name: named.unwrap_or(member.name), member: Some(member.id) })
}

/// Makes a key and stores its hash.
pub(super) async fn create(
    db: &Db,
    institution: InstitutionId,
    role: Role,
    holder: Person,
    days: Option<u16>,
) -> anyhow::Result<(ApiKeyId, ApiKey)> {
    let key = ApiKey::new(institution, secret()?);
    let now = Clock::System.now();
    let entry = ApiKeyEntry::new(role, holder, days.map(|days| now + TimeDelta::days(days.into())), now);
    let mut tx = db.begin_as(institution).await?;
    api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await?;
    tx.commit().await?;
    Ok((entry.id, key))
}

async fn list(db: &Db, arguments: &ListKeys) -> anyhow::Result<()> {
    let institution = arguments.list.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let keys = api_keys::list(&mut tx).await?;
    tx.commit().await?;
    let views = keys.iter().map(|k| KeyView {
        id: k.id.0,
        role: k.role.as_str(),
        holder: &k.holder.name,
        created_at: k.created_at,
        expires_at: k.expires_at,
        last_used_at: k.last_used_at,
        revoked_at: k.revoked_at,
        lineage_id: Some(k.lineage),
    });
    show_all(&views.collect::<Vec<_>>(), arguments.list.json)
}

async fn list_operators(db: &Db, arguments: &ListKeys) -> anyhow::Result<()> {
    let mut tx = db.begin_as_operator().await?;
    let keys = operator_keys::list(&mut tx).await?;
    tx.commit().await?;
    let views = keys.iter().map(|k| KeyView {
        id: k.id.0,
        role: OPERATOR,
        holder: &k.holder,
        created_at: k.created_at,
        expires_at: None,
        last_used_at: None,
        revoked_at: k.revoked_at,
        lineage_id: None,
    });
    show_all(&views.collect::<Vec<_>>(), arguments.list.json)
}

fn show_all(keys: &[KeyView<'_>], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&keys);
    }
    let now = Clock::System.now();
    let state = |k: &KeyView<'_>| match (k.revoked_at, k.expires_at) {
        (Some(at), _) => format!("revoked {}", at.to_rfc3339()),
        (None, Some(at)) if at <= now => format!("over since {}", at.to_rfc3339()),
        (None, Some(at)) => format!("valid until {}", at.to_rfc3339()),
        (None, None) => "valid".to_owned(),
    };
    let rows: Vec<_> =
        keys.iter().map(|k| [k.id.to_string(), k.role.to_owned(), k.holder.to_owned(), k.created_at.to_rfc3339(), state(k)]).collect();
    output::result(table::render(["id", "role", "holder", "made", "state"], [false; 5], &rows))
}

async fn rotate(db: &Db, arguments: &Rotate) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let (key, now) = (ApiKey::new(institution.id, secret()?), Clock::System.now());
    let ends_at = now + TimeDelta::days(arguments.days.into());
    let mut tx = db.begin_as(institution.id).await?;
    match api_keys::rotate(&mut tx, arguments.id, &key.hash(), ends_at, &Actor::Operator, now).await? {
        Rotated::Done { ending, successor } => {
            tx.commit().await?;
            if arguments.json {
                return output::json(&NewKeyView { id: successor.id.0, role: successor.role.as_str(), key: key.reveal() });
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
    let found = api_keys::revoke(&mut tx, ApiKeyId(arguments.id), &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    ensure!(found, "{} has no key {}: `accredit key list` shows them", institution.slug, arguments.id);
    output::result(format_args!("revoked {}", arguments.id))
}

async fn revoke_operators(db: &Db, id: OperatorKeyId) -> anyhow::Result<()> {
    let mut tx = db.begin_as_operator().await?;
    let found = operator_keys::revoke(&mut tx, id, Clock::System.now()).await?;
    tx.commit().await?;
    ensure!(found, "the operator has no key {id}: `accredit key list --operator` shows them");
    output::result(format_args!("revoked {id}"))
}
