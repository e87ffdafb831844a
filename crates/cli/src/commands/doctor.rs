//! `doctor`.

use crate::args::{AdminArgs, ClientArgs, FleetArgs, ScopeArgs};
use crate::context::Context;
use crate::doctor::{self, Asked};
use crate::error::CliError;

/// Say what is wrong between this machine and the org, and the command that mends it
///
/// Looks at settings, key file, connection, clock, org URL, authorization server, app, key, DPoP,
/// scopes, token, role and rate limits, in this order. Nothing is changed: the token that is asked
/// for is not kept. What an administrator's credential or the scope okta.apps.read would show is
/// otherwise taken from what the token endpoint says. The exit code is that of the first failure;
/// warnings alone end with 0.
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
