//! `client-key …`: the keys that the org has of a service app.

mod rotate;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Change the keys of a service app
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Rotate(Box<rotate::Args>),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Rotate(args) => rotate::run(&args, context),
    }
}
