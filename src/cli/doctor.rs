//! `accredit doctor`: looks at everything that must be right, and says what to do about what is not.
//! It must not repair anything.

use std::process::ExitCode;

use serde::Serialize;

use super::output;
use crate::{
    app,
    config::{self, Settings},
    db::{APP_ROLE, ConnectOptions},
};

/// Somebody who is always there: asked for only to see whether GitHub answers.
const ANYBODY: &str = "octocat";

/// Checks the settings, the database, its walls, GitHub, and how accounts are proved; each line says what to do
///
/// The exit status is 0 when everything is right and 1 otherwise.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// For a script
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    message: String,
}

impl Check {
    fn of(what: &'static str, outcome: anyhow::Result<String>) -> Self {
        match outcome {
            Ok(message) => Self { what, ok: true, message },
            Err(error) => Self { what, ok: false, message: output::one_line(&error) },
        }
    }
}

pub(super) fn run(arguments: &Arguments, settings: Result<Settings, config::Error>) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    match settings {
        Err(error) => checks.push(Check::of("settings", Err(error.into()))),
        Ok(settings) => {
            checks.push(Check::of("settings", Ok(format!("all known; data_dir is {}", settings.data_dir.display()))));
            checks.push(Check::of("database", database(&settings)));
            checks.push(Check::of("github", github(&settings)));
            checks.push(Check::of("account proofs", account_proofs(&settings)));
        }
    }
    let all_right = checks.iter().all(|check| check.ok);
    if arguments.json {
        output::json(&checks)?;
    } else {
        for check in &checks {
            output::result(format_args!("{} {}: {}", if check.ok { "ok  " } else { "FAIL" }, check.what, check.message))?;
        }
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Found, reachable, up to date, and walled between institutions.
fn database(settings: &Settings) -> anyhow::Result<String> {
    let place = match &settings.database.url {
        Some(url) => ConnectOptions::from_url(url)?.to_string(),
        None => format!("the embedded Postgres in {}", settings.data_dir.display()),
    };
    let walled = app::with_database(settings, async |db| Ok(db.check_walls().await?))?;
    Ok(format!("{place} answers and is up to date; {APP_ROLE} is bound by row-level security on {walled} tables"))
}

/// How members can prove that a GitHub account is theirs. Nothing is asked of GitHub: it says whether it knows the app when the first one does.
fn account_proofs(settings: &Settings) -> anyhow::Result<String> {
    let web = settings.github.oauth_client_secret.is_some();
    let device = settings.secrets.key.is_some();
    match (&settings.github.oauth_client_id, web, device) {
        (None, true, _) => anyhow::bail!("github.oauth_client_secret is set, and github.oauth_client_id is not: set both, or neither"),
        (None, false, _) => {
            Ok("no OAuth app is set (github.oauth_client_id): members cannot prove a GitHub account, staff attest whose it is".to_owned())
        }
        (Some(_), false, false) => anyhow::bail!(
            "github.oauth_client_id is set, and members can prove no account: set github.oauth_client_secret (by being led to GitHub) or secrets.key (by a code)"
        ),
        (Some(_), true, true) => Ok("by being led to GitHub and by a code".to_owned()),
        (Some(_), true, false) => Ok("by being led to GitHub; by a code when secrets.key is set".to_owned()),
        (Some(_), false, true) => Ok("by a code; by being led to GitHub when github.oauth_client_secret is set".to_owned()),
    }
}

fn github(settings: &Settings) -> anyhow::Result<String> {
    app::block_on(async {
        app::github(settings)?.accounts(&[ANYBODY.to_owned()]).await?;
        Ok(format!("{} answers and accepts the token", settings.github.base_url))
    })?
}
