//! `cache …`: tokens that are kept between runs.

mod clean;
mod list;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// See and remove kept tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Clean(clean::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::List(args) => list::run(&args, context),
        Command::Clean(args) => clean::run(&args, context),
    }
}
