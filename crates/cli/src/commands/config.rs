//! `config …`: what the settings are, where they come from, what is wrong with them.

mod check;
mod explain;

use clap::Subcommand;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;

/// See and check the settings, without a network
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Find all that is wrong with the settings, without a network
    ///
    /// The configuration file, the files of Okta's SDKs, every setting, the key and the other files that
    /// are named. All problems are listed; the exit code is 3 if all of them are about files, else 2.
    Check(Box<check::Args>),
    /// Show every setting with its value, where it comes from, and what it won over
    ///
    /// Secrets, and what may be one, are not shown. Flags of other commands may be given, to see what
    /// they would change.
    Explain(Box<explain::Args>),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Check(args) => check::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
    }
}

// The options that set something, of all commands.
#[derive(Debug, clap::Args)]
struct SettingArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}
