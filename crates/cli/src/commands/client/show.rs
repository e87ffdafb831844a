//! `client show`.

use crate::args::{AdminArgs, TargetArgs};
use crate::context::Context;
use crate::error::CliError;

/// Show a service app and its keys
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client show --client-id 0oa1b2c3d4E5f6g7h8i9 --admin-token-file admin-token")]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let (registrar, app) = super::target(context, &args.target, &args.admin)?;
    let client = registrar.read(&app)?;
    super::print(context, &client)
}
