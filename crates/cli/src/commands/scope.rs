//! `scope …`: Okta's published scopes, and which of them an operation needs.

mod find;
mod list;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// See Okta's scopes, and which of them an endpoint needs
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Say which scopes an endpoint needs, by Okta's published operations
    ///
    /// The path may have placeholders, as in Okta's reference, or be a real one or a whole URL.
    Find(find::Args),
    /// List the scopes that Okta has published, or those that have all the words
    ///
    /// Okta adds scopes between the releases of its reference: one that is missing here may exist.
    List(list::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Find(args) => find::run(&args, context),
        Command::List(args) => list::run(&args, context),
    }
}
