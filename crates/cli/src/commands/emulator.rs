//! `emulator …`: the local org as a server of its own.

mod exec;
mod serve;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Run a strict local Okta org
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Run a command with a fresh local org in its environment
    ///
    /// The command finds OKTA_M2M_ORG_URL and OKTA_M2M_ADMIN_TOKEN set, this program first on its
    /// PATH, and a configuration file of its own, so that nothing it does touches a real org or a real
    /// profile. Its exit status is passed on, and signals are passed on to it.
    Exec(exec::Args),
    /// Serve a local org until interrupted
    ///
    /// Prints the org URL and its admin token, once it listens: two assignments for a shell, or one
    /// object with --format json.
    Serve(serve::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        Command::Exec(args) => exec::run(&args, context),
        Command::Serve(args) => serve::run(&args, context).map(|()| ExitCode::SUCCESS),
    }
}
