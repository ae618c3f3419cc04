//! The command line: one file for each command. Results go to standard output, everything else to standard error.
//! It must not do what the API could not: both stand on the same rooms.

mod demo;
mod institution;
mod key;
mod member;
mod migrate;
mod output;
mod policy;
mod report;
mod repository;
mod score;
mod serve;
mod sync;
mod term;
mod work;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{config::Settings, telemetry};

/// Turns open-source contributions into academic credit that a university can defend.
#[derive(Debug, Parser)]
#[command(name = "accredit", version, about, max_term_width = 120)]
pub struct Cli {
    /// A file of settings; config/default.toml in the repository lists them all.
    #[arg(long, global = true, env = "ACCREDIT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole job on a database of its own, against a sample GitHub (or a repository of the real one).
    Demo(demo::Arguments),
    /// The API, and a worker beside it.
    Serve(serve::Arguments),
    /// A worker alone; any number may run.
    Work,
    /// Bring the database up to date.
    Migrate,
    /// Institutions.
    #[command(subcommand)]
    Institution(institution::Command),
    /// Keys for the API.
    #[command(subcommand)]
    Key(key::Command),
    /// Members: students and faculty.
    #[command(subcommand)]
    Member(member::Command),
    /// Terms.
    #[command(subcommand)]
    Term(term::Command),
    /// Policies: check a file, store a version.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Repositories that count.
    #[command(subcommand)]
    Repository(repository::Command),
    /// Fetch repositories from GitHub now: those named, or all.
    Sync(sync::Arguments),
    /// Score a term under a policy.
    Score(score::Arguments),
    /// Write the credit report of a term.
    Report(report::Arguments),
}

/// Runs the command of this process and says how it went: 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> anyhow::Result<()> {
    let settings = Settings::load(cli.config.as_deref())?;
    telemetry::start(&settings.log)?;
    match cli.command {
        Command::Demo(arguments) => demo::run(settings, arguments),
        Command::Serve(arguments) => serve::run(settings, arguments),
        Command::Work => work::run(settings),
        Command::Migrate => migrate::run(settings),
        Command::Institution(command) => institution::run(settings, command),
        Command::Key(command) => key::run(settings, command),
        Command::Member(command) => member::run(settings, command),
        Command::Term(command) => term::run(settings, command),
        Command::Policy(command) => policy::run(settings, command),
        Command::Repository(command) => repository::run(settings, command),
        Command::Sync(arguments) => sync::run(settings, arguments),
        Command::Score(arguments) => score::run(settings, arguments),
        Command::Report(arguments) => report::run(settings, arguments),
    }
}
