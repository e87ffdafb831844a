//! `assertion …`: client assertions (RFC 7523).

mod create;
mod inspect;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Make, look at and verify client assertions
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Create(create::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
    }
}
