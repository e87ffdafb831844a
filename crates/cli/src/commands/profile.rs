//! `profile …`: the sections of the configuration file.

mod list;
mod show;
mod switch;

use clap::Subcommand;

use crate::config_file::ConfigFile;
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;

/// See the profiles of the configuration file, and choose one
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Show(show::Args),
    Use(switch::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Use(args) => switch::run(&args, context),
    }
}

/// The profile that a command would use here.
fn in_use(context: &Context<'_>, file: &ConfigFile) -> Result<String, CliError> {
    let asked_for = context.profile_name()?;
    Ok(asked_for.unwrap_or_else(|| file.default_profile().unwrap_or(DEFAULT_PROFILE).to_owned()))
}
