//! The command line: parse, choose a command, give back an exit status. One file for each command.
//! It must not hold SQL or scoring: commands ask the floors below.

mod accounts;
mod audit;
mod demo;
mod difference;
mod doctor;
mod explain;
mod institution;
mod key;
mod member;
mod migrate;
mod network;
mod output;
mod policy;
mod report;
mod repository;
mod roster;
mod score;
mod serve;
mod settings;
mod sign_in;
mod statement;
mod sync;
mod table;
mod tenant;
mod term;
mod user;
mod wait;
mod work;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{Settings, Variables},
    telemetry,
};

/// Turns open-source contributions into academic credit that a university can defend.
///
/// Results go to standard output, progress and logs to standard error. The exit status is 0 when all was done, 1 when something failed,
/// and 2 when the command was not understood. `accredit settings` explains the settings.
#[derive(Debug, Parser)]
#[command(name = "accredit", version, arg_required_else_help = true)]
struct Cli {
    /// A file of settings; the environment overrules it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Serve(serve::Arguments),
    /// Takes jobs from the queue until it is told to stop; any number may run
    Work,
    /// Brings the database up to date
    Migrate,
    /// Makes and lists institutions
    #[command(subcommand)]
    Institution(institution::Command),
    /// Makes, lists, rotates and revokes API keys
    #[command(subcommand)]
    Key(key::Command),
    /// Invites, lists, changes and disables the people who sign in
    #[command(subcommand)]
    User(user::Command),
    /// Sets up by which OpenID Connect provider people sign in
    #[command(subcommand)]
    SignIn(sign_in::Command),
    /// Registers the repositories that count
    #[command(subcommand)]
    Repository(repository::Command),
    Sync(sync::Arguments),
    /// Registers students and faculty
    #[command(subcommand)]
    Roster(roster::Command),
    /// Shows students and faculty
    #[command(subcommand)]
    Member(member::Command),
    /// Makes and lists terms
    #[command(subcommand)]
    Term(term::Command),
    /// Checks, explains, adds, adopts and lists policies
    #[command(subcommand)]
    Policy(policy::Command),
    /// States what only people can say: marks, hours, shares, roles, confirmations
    #[command(subcommand)]
    Statement(statement::Command),
    Score(score::Arguments),
    Network(network::Arguments),
    Report(report::Arguments),
    /// Shows, verifies and signs the log of what was decided
    #[command(subcommand)]
    Audit(audit::Command),
    Doctor(doctor::Arguments),
    /// Explains every setting, with its default
    Settings,
}

/// The whole program. Wrong usage ends the process with status 2 here.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::say(format_args!("accredit: {}", output::one_line(&error)));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let variables = Variables::read();
    let settings = Settings::load(cli.config.as_deref(), &variables);
    // These work without settings, or say themselves what is wrong with them.
    match cli.command {
        Command::Settings => return done(settings::run()),
        Command::Doctor(arguments) => return doctor::run(&arguments, settings),
        Command::Policy(policy::Command::Check(arguments)) => return done(policy::check(&arguments)),
        Command::Policy(policy::Command::Explain(arguments)) => return done(policy::explain(&arguments)),
        Command::Score(ref arguments) => {
            if let Some(over) = score::offline(arguments) {
                return done(over);
            }
        }
        Command::Audit(ref command) => {
            if let Some(over) = audit::offline(command) {
                return done(over);
            }
        }
        _ => {}
    }
    let settings = settings?;
    telemetry::start(&settings.log)?;
    done(match cli.command {
        Command::Demo(arguments) => demo::run(&arguments, &settings),
        Command::Serve(arguments) => serve::run(&arguments, &settings),
        Command::Work => work::run(&settings),
        Command::Migrate => migrate::run(&settings),
        Command::Institution(command) => institution::run(&command, &settings),
        Command::Key(command) => key::run(&command, &settings),
        Command::User(command) => user::run(&command, &settings),
        Command::SignIn(command) => sign_in::run(&command, &settings),
        Command::Repository(command) => repository::run(&command, &settings),
        Command::Sync(arguments) => sync::run(&arguments, &settings),
        Command::Roster(command) => roster::run(&command, &settings),
        Command::Member(command) => member::run(&command, &settings),
        Command::Term(command) => term::run(&command, &settings),
        Command::Policy(command) => policy::run(&command, &settings),
        Command::Statement(command) => statement::run(&command, &settings),
        Command::Score(arguments) => score::run(&arguments, &settings),
        Command::Network(arguments) => network::run(&arguments, &settings),
        Command::Audit(command) => audit::run(&command, &settings),
        Command::Report(arguments) => report::run(&arguments, &settings),
        Command::Settings | Command::Doctor(_) => Ok(()),
    })
}

fn done(outcome: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Whoever read our output (`| head`) has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_and_their_options_fit_together() {
        super::Cli::command().debug_assert();
    }
}
