//! `assertion …`: client assertions (RFC 7523).

mod create;
mod inspect;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Make, look at and verify client assertions
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Sign a client assertion for one request
    Create(create::Args),
    /// Show an assertion and every reason for which Okta would refuse it
    Inspect(inspect::Args),
    /// Verify an assertion's signature, and find every other reason for which Okta would refuse it
    Verify(verify::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
    }
}
