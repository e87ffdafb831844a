//! `doctor`.

use crate::args::{AdminArgs, ClientArgs, FleetArgs, ScopeArgs};
use crate::context::Context;
use crate::doctor::{self, Asked};
use crate::error::CliError;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m doctor
  okta-m2m doctor --admin-token-file admin-token
  okta-m2m doctor --profile other --format json")]
pub(crate) struct Args {
    /// Scope; repeatable, also separated by spaces or commas
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let scope = ScopeArgs { scope: args.scope.clone(), fleet: FleetArgs::default() };
    let asked = Asked { client: args.client.clone(), scope, admin: args.admin.clone() };
    doctor::examine(&asked, context)
}
