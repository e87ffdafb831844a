//! `grant …`: which scopes a service app may be given.

mod add;
mod list;
mod revoke;

use clap::Subcommand;
use okta_http::Scopes;

use crate::context::Context;
use crate::error::CliError;
use crate::settings::scopes_of;

/// Grant scopes to a service app
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Revoke(revoke::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(args) => add::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Revoke(args) => revoke::run(&args, context),
    }
}

/// The scopes of `--scope`, at least one.
fn scopes(words: &[String]) -> Result<Scopes, CliError> {
    scopes_of(&words.join(" ")).map_err(|error| error.in_place("`--scope`"))
}
