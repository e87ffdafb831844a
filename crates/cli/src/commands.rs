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

/// What the program does. A command is described in full when it is called, or when all of them are.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Walk the whole way against a local org that this process starts
    ///
    /// Key, app, grants, role, assertion, token, API call: for each step the request, what came back
    /// and how long it took. Nothing leaves this machine and nothing is kept.
    Demo(demo::Args),
    /// Make a service ready: key, app, grants, role, token, one API call, profile
    ///
    /// What is there already stays as it is, so that a second run changes nothing and a run that
    /// failed is taken up by running it again.
    Setup(Box<setup::Args>),
    /// Say what is wrong between this machine and the org, and the command that mends it
    ///
    /// Looks at settings, key file, connection, clock, org URL, authorization server, app, key, DPoP,
    /// scopes, token, role and rate limits, in this order. Nothing is changed: the token that is asked
    /// for is not kept. What an administrator's credential or the scope okta.apps.read would show is
    /// otherwise taken from what the token endpoint says. The exit code is that of the first failure;
    /// warnings alone end with 0.
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
    /// Call the org's API with an access token
    Api(Box<api::Args>),
    /// Run a command with an access token in its environment
    ///
    /// The command finds OKTA_M2M_ACCESS_TOKEN, OKTA_M2M_TOKEN_TYPE, OKTA_M2M_EXPIRES_AT and
    /// OKTA_M2M_ORG_URL set. Every other variable of this program and of Okta's SDKs is kept from it,
    /// because keys and API tokens may be among them. Its input and output are ours, its exit status is
    /// passed on (128 + n after signal n), and signals are passed on to it. The token is not renewed
    /// while it runs: for that there is `token watch`.
    Exec(Box<exec::Args>),
    #[command(subcommand)]
    Profile(profile::Command),
    #[command(subcommand)]
    Config(config::Command),
    #[command(subcommand)]
    Cache(cache::Command),
    #[command(subcommand)]
    Emulator(emulator::Command),
    /// Print a completion script for a shell
    ///
    /// It completes commands, options, files and, but for PowerShell and Elvish, the names of profiles.
    Completions(completions::Args),
    /// Write the manual pages, one for each command, into a folder
    ///
    /// The folder is made if it does not exist; pages of an older version are replaced.
    Man(man::Args),
}

/// Those of [`Command`] that scripts run again and again.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum FrequentCommand {
    #[command(subcommand)]
    Token(Box<token::Command>),
    Api(Box<api::Args>),
    Exec(Box<exec::Args>),
}

impl FrequentCommand {
    pub(crate) const NAMES: [&str; 3] = ["token", "api", "exec"];
}

impl From<FrequentCommand> for Command {
    fn from(command: FrequentCommand) -> Self {
        match command {
            FrequentCommand::Token(command) => Self::Token(*command),
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
