//! `token …`: access tokens.

mod form;
mod get;
mod inspect;
mod introspect;
mod watch;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Get access tokens
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Get an access token
    ///
    /// A token that was asked for before is given again until shortly before it ends, also to other
    /// processes of the same user; a new one is asked for in time.
    Get(get::Args),
    /// Show what an access token says, without its signature
    ///
    /// Nothing is verified and nobody is asked: for that there is `token introspect`. Okta may change
    /// what is in the tokens of an org authorization server at any time.
    Inspect(inspect::Args),
    /// Ask the server about a token
    ///
    /// A token that is unknown, expired, revoked or another client's is not active, and no more is said
    /// about it. The exit code is 0 whatever the answer.
    Introspect(introspect::Introspect),
    /// Take a token back before it ends
    ///
    /// The server answers the same for a token that it does not know.
    Revoke(introspect::Revoke),
    /// Keep a file with a token that is always good
    ///
    /// The file is for its owner alone (0600) and is replaced as a whole, long before the token in it
    /// ends; who reads it sees one token or its successor, never a part. If no new token can be had, the
    /// command says so and goes on trying, by the settings and the key as they are then. SIGTERM and an
    /// interrupt end it; the file stays.
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
