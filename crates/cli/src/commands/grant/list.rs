//! `grant list`.

use okta_http::display_untrusted;

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// List the scopes that are granted
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m grant list --client-id 0oa1b2c3d4E5f6g7h8i9")]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let (registrar, app) = target(context, &args.target, &args.admin)?;
    let grants = registrar.grants(&app)?;
    if context.format()? == Format::Json {
        return context.output.json(&grants);
    }
    for grant in &grants {
        context.output.line(&display_untrusted(&grant.scope))?;
    }
    Ok(())
}
