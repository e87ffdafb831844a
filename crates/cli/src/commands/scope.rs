//! `scope …`: Okta's published scopes, and which of them an operation needs.

mod find;
mod list;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// See Okta's scopes, and which of them an endpoint needs
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Find(find::Args),
    List(list::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Find(args) => find::run(&args, context),
        Command::List(args) => list::run(&args, context),
    }
}
