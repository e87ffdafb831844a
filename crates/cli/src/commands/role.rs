//! `role …`: the admin roles of a service app.

mod assign;
mod list;
mod revoke;

use clap::Subcommand;
use okta_register::AdminRole;

use crate::context::Context;
use crate::error::CliError;

/// Give a service app an admin role
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Assign(assign::Args),
    List(list::Args),
    Revoke(revoke::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Assign(args) => assign::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Revoke(args) => revoke::run(&args, context),
    }
}

/// A role and, for a custom one, the resources it is for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RoleArgs {
    /// Standard role, for example READ_ONLY_ADMIN, or the id of a custom one
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Resource set of a custom role
    #[arg(long, value_name = "ID")]
    resource_set: Option<String>,
}

impl RoleArgs {
    fn parse(&self) -> Result<AdminRole, CliError> {
        AdminRole::parse(&self.role, self.resource_set.as_deref()).map_err(CliError::from)
    }
}
