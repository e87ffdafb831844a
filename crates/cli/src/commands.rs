//! The commands: one file each, arguments and a run function.

mod api;
mod assertion;
mod cache;
mod client;
mod client_key;
mod completions;
mod config;
mod demo;
mod doctor;
mod dpop;
mod emulator;
mod exec;
mod grant;
pub(crate) mod key;
mod man;
mod profile;
mod role;
mod scope;
mod setup;
mod token;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    Setup(Box<setup::Args>),
    Doctor(Box<doctor::Args>),
    #[command(subcommand)]
    Key(key::Command),
    #[command(subcommand)]
    Client(client::Command),
    #[command(subcommand)]
    ClientKey(client_key::Command),
    #[command(subcommand)]
    Grant(grant::Command),
    #[command(subcommand)]
    Role(role::Command),
    #[command(subcommand)]
    Scope(scope::Command),
    #[command(subcommand)]
    Assertion(assertion::Command),
    #[command(subcommand)]
    Token(token::Command),
    #[command(subcommand)]
    Dpop(dpop::Command),
    Api(Box<api::Args>),
    Exec(Box<exec::Args>),
    #[command(subcommand)]
    Profile(profile::Command),
    #[command(subcommand)]
    Config(config::Command),
    #[command(subcommand)]
    Cache(cache::Command),
    #[command(subcommand)]
    Emulator(emulator::Command),
    Completions(completions::Args),
    Man(man::Args),
}

/// Those of [`Command`] that scripts run again and again. Help is never made of these: `defer` puts the options of one that is
/// called behind the global ones.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum FrequentCommand {
    #[command(subcommand)]
    Token(FrequentToken),
    Api(Box<api::Args>),
    Exec(Box<exec::Args>),
}

#[derive(Debug, Subcommand)]
pub(crate) enum FrequentToken {
    Get(Box<token::GetArgs>),
}

impl FrequentCommand {
    pub(crate) const NAMES: [&str; 3] = ["token", "api", "exec"];
}

impl From<FrequentCommand> for Command {
    fn from(command: FrequentCommand) -> Self {
        match command {
            FrequentCommand::Token(FrequentToken::Get(args)) => {
                Self::Token(token::Command::Get(*args))
            }
            FrequentCommand::Api(args) => Self::Api(args),
            FrequentCommand::Exec(args) => Self::Exec(args),
        }
    }
}

/// Runs a command; only `exec` and `emulator exec` have exit codes that are not their own.
pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    if !matches!(command, Command::Key(key::Command::Public(_))) {
        context.format()?;
    }
    match command {
        Command::Demo(args) => demo::run(&args, context)?,
        Command::Setup(args) => setup::run(&args, context)?,
        Command::Doctor(args) => doctor::run(&args, context)?,
        Command::Key(command) => key::run(command, context)?,
        Command::Client(command) => client::run(command, context)?,
        Command::ClientKey(command) => client_key::run(command, context)?,
        Command::Grant(command) => grant::run(command, context)?,
        Command::Role(command) => role::run(command, context)?,
        Command::Scope(command) => scope::run(command, context)?,
        Command::Assertion(command) => assertion::run(command, context)?,
        Command::Token(command) => token::run(command, context)?,
        Command::Dpop(command) => dpop::run(command, context)?,
        Command::Api(args) => api::run(&args, context)?,
        Command::Exec(args) => return exec::run(&args, context),
        Command::Profile(command) => profile::run(command, context)?,
        Command::Config(command) => config::run(command, context)?,
        Command::Cache(command) => cache::run(command, context)?,
        Command::Emulator(command) => return emulator::run(command, context),
        Command::Completions(args) => completions::run(&args, context)?,
        Command::Man(args) => man::run(&args, context)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
