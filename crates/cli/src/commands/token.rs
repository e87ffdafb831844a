//! `token …`: access tokens.

mod form;
mod get;
mod inspect;
mod introspect;
mod watch;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

pub(super) use get::Args as GetArgs;

/// Get access tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(get::Args),
    Inspect(inspect::Args),
    Introspect(introspect::Introspect),
    Revoke(introspect::Revoke),
    Watch(watch::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Get(args) => get::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Introspect(args) => introspect::introspect(&args, context),
        Command::Revoke(args) => introspect::revoke(&args, context),
        Command::Watch(args) => watch::run(&args, context),
    }
}
