//! `token …`: access tokens.

mod form;
mod get;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Get access tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(get::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Get(args) => get::run(&args, context),
    }
}
