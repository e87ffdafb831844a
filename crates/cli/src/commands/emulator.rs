//! `emulator …`: the local org as a server of its own.

mod exec;
mod serve;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Run a strict local Okta org
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Exec(exec::Args),
    Serve(serve::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        Command::Exec(args) => exec::run(&args, context),
        Command::Serve(args) => serve::run(&args, context).map(|()| ExitCode::SUCCESS),
    }
}
