//! `accredit key`: the keys that an institution's systems call the API with.
//! It must not store a key: it is printed once, and only its hash is kept.

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
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
    db::{Db, api_keys},
    model::{
        api_key::ApiKey,
        clock::Clock,
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
    /// Refuses a key from now on
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    #[command(flatten)]
    tenant: Tenant,
    /// admin, staff or reader
    #[arg(long)]
    role: Role,
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
struct KeyView {
    id: ApiKeyId,
    role: Role,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Create(arguments) => {
            let institution = arguments.tenant.find(&db).await?;
            let (id, key) = create(&db, institution.id, arguments.role).await?;
            if arguments.json {
                return output::json(&NewKeyView { id, role: arguments.role, key: key.reveal() });
            }
            output::say(format_args!("a key of {} with the role {}; it is shown this once:", institution.slug, arguments.role));
            output::result(key.reveal())
        }
        Command::List(arguments) => list(&db, arguments).await,
        Command::Revoke(arguments) => revoke(&db, arguments).await,
    })
}

/// Makes a key and stores its hash.
pub(super) async fn create(db: &Db, institution: InstitutionId, role: Role) -> anyhow::Result<(ApiKeyId, ApiKey)> {
    let mut secret = [0; 32];
    SysRng.try_fill_bytes(&mut secret).context("the system has no random numbers")?;
    let key = ApiKey::new(institution, secret);
    let now = Clock::System.now();
    let id = ApiKeyId::new(now);
    let mut tx = db.begin_as(institution).await?;
    api_keys::insert(&mut tx, id, role, &key.hash(), now).await?;
    tx.commit().await?;
    Ok((id, key))
}

async fn list(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let keys = api_keys::list(&mut tx).await?;
    tx.commit().await?;
    if arguments.json {
        let views = keys.iter().map(|k| KeyView { id: k.id, role: k.role, created_at: k.created_at, revoked_at: k.revoked_at });
        return output::json(&views.collect::<Vec<_>>());
    }
    let state = |revoked: Option<DateTime<Utc>>| revoked.map_or("valid".to_owned(), |at| format!("revoked {}", at.to_rfc3339()));
    let rows: Vec<_> =
        keys.iter().map(|k| [k.id.to_string(), k.role.to_string(), k.created_at.to_rfc3339(), state(k.revoked_at)]).collect();
    output::result(table::render(["id", "role", "made", "state"], [false; 4], &rows))
}

async fn revoke(db: &Db, arguments: &Revoke) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let found = api_keys::revoke(&mut tx, arguments.id, Clock::System.now()).await?;
    tx.commit().await?;
    ensure!(found, "{} has no key {}: `accredit key list` shows them", institution.slug, arguments.id);
    output::result(format_args!("revoked {}", arguments.id))
}
