//! `accredit sign-in`: the OpenID Connect provider by which an institution's people sign in.
//! It must not ask the provider anything: whether it serves shows when somebody signs in.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use rand::TryRng as _;
use secrecy::SecretString;
use serde::Serialize;

use super::{
    output,
    tenant::{List, Tenant},
};
use crate::{
    app,
    config::Settings,
    db::{Db, sign_in},
    model::{
        actor::Actor,
        clock::Clock,
        sealing::NONCE,
        sign_in::{NUMBER_CLAIM, NewProvider, Provider, SCOPES, client_secret},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sets the provider up, in the place of the one before; another issuer ends all sessions
    Set(Set),
    /// Shows the provider
    Show(List),
    /// Takes the provider away: all sessions end, and nobody signs in
    Remove(Remove),
}

#[derive(Debug, clap::Args)]
pub(super) struct Set {
    #[command(flatten)]
    tenant: Tenant,
    /// Its address, letter for letter as its own description says
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What it calls us
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// A file that holds the secret by which it knows us (-: standard input). Without one the secret stays as it is, where issuer and
    /// client id do; a public client has none
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Takes the secret away
    #[arg(long, conflicts_with = "client_secret_file")]
    no_client_secret: bool,
    /// The claim that holds a member's number, as a text
    #[arg(long, value_name = "CLAIM", default_value = NUMBER_CLAIM)]
    number_claim: String,
    /// What is asked for besides openid
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', default_values = SCOPES)]
    scopes: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Remove {
    #[command(flatten)]
    tenant: Tenant,
}

#[derive(Serialize)]
struct ProviderView<'a> {
    issuer: &'a str,
    client_id: &'a str,
    number_claim: &'a str,
    scopes: &'a [String],
    has_client_secret: bool,
}

pub(super) fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    app::with_database(settings, async |db| match command {
        Command::Set(arguments) => set(&db, arguments, settings).await,
        Command::Show(arguments) => show(&db, arguments).await,
        Command::Remove(arguments) => remove(&db, &arguments.tenant).await,
    })
}

async fn set(db: &Db, arguments: &Set, settings: &Settings) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let new = NewProvider {
        issuer: arguments.issuer.clone(),
        client_id: arguments.client_id.clone(),
        number_claim: arguments.number_claim.clone(),
        scopes: arguments.scopes.clone(),
    };
    let now = Clock::System.now();
    let provider = match new.check(now) {
        Ok(provider) => provider,
        Err(faults) => bail!("{}", output::faults(&faults)),
    };
    let secret = arguments.client_secret_file.as_deref().map(read_secret).transpose()?;
    let mut tx = db.begin_as(institution.id).await?;
    let provider = match secret {
        Some(secret) => provider.with_secret(&secret, institution.id, settings.secrets.key.as_ref(), nonce()?)?,
        None if arguments.no_client_secret => provider,
        None => provider.with_secret_of(sign_in::get_provider(&mut tx).await?),
    };
    sign_in::replace_provider(&mut tx, &provider, &Actor::Operator, now).await?;
    tx.commit().await?;
    output::result(format_args!(
        "people of {} sign in at /v1/sign-in/{}, by {}; register <http.public_url>/v1/sign-in/callback there as the redirect address",
        institution.slug, institution.slug, provider.issuer
    ))
}

/// The first line: an editor ends it, and whoever reads along sees no more than the file's name.
fn read_secret(file: &Path) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let secret = client_secret(line.strip_suffix('\r').unwrap_or(line).to_owned());
    secret.map_err(|why| anyhow::anyhow!("the client secret in {} {why}", file.display()))
}

fn nonce() -> anyhow::Result<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    rand::rngs::SysRng.try_fill_bytes(&mut nonce).context("the system has no random numbers")?;
    Ok(nonce)
}

async fn show(db: &Db, arguments: &List) -> anyhow::Result<()> {
    let institution = arguments.tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let provider = sign_in::get_provider(&mut tx).await?;
    tx.commit().await?;
    let Some(Provider { issuer, client_id, number_claim, scopes, client_secret, .. }) = &provider else {
        bail!("{} has no sign-in provider: set one up with `accredit sign-in set`", institution.slug)
    };
    if arguments.json {
        return output::json(&ProviderView { issuer, client_id, number_claim, scopes, has_client_secret: client_secret.is_some() });
    }
    let how = if client_secret.is_some() { "with a secret" } else { "without a secret" };
    output::result(format_args!(
        "{issuer}, where we are {client_id}, {how}; numbers are in {number_claim}; asked for: {}",
        scopes.join(" ")
    ))
}

async fn remove(db: &Db, tenant: &Tenant) -> anyhow::Result<()> {
    let institution = tenant.find(db).await?;
    let mut tx = db.begin_as(institution.id).await?;
    let removed = sign_in::remove_provider(&mut tx, &Actor::Operator, Clock::System.now()).await?;
    tx.commit().await?;
    ensure!(removed, "{} has no sign-in provider", institution.slug);
    output::result(format_args!("nobody of {} signs in any more; all sessions are over, keys stay", institution.slug))
}
