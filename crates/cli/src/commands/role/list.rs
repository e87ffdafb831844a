//! `role list`.

use okta_http::display_untrusted;

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target_client;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::output::Format;

/// List the admin roles that are assigned
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m role list --client-id 0oa1b2c3d4E5f6g7h8i9")]
pub(crate) struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let client = target_client(context, &args.target)?;
    let roles = registrar(context, &args.admin)?.roles(client.as_str())?;
    if context.format()? == Format::Json {
        return context.output.json(&roles);
    }
    for role in &roles {
        let of_custom =
            |id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!("  {id}"));
        let (custom, set) = (of_custom(&role.role), of_custom(&role.resource_set));
        let line = format!("{}  {}{custom}{set}", role.id, role.role_type);
        context.output.line(&display_untrusted(&line))?;
    }
    Ok(())
}
