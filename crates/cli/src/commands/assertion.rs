//! `assertion …`: client assertions (RFC 7523).

mod create;
mod inspect;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Make and look at client assertions
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Create(create::Args),
    Inspect(inspect::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
    }
}
