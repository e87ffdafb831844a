//! `config …`: what the settings are, where they come from, what is wrong with them.

mod check;
mod explain;

use clap::Subcommand;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;

/// See and check the settings, without a network
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Box<check::Args>),
    Explain(Box<explain::Args>),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Check(args) => check::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
    }
}

/// The options that set something, of all commands.
#[derive(Debug, clap::Args)]
struct SettingArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}
