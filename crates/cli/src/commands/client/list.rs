//! `client list`.

use okta_http::display_untrusted;
use okta_register::AppStatus;

use crate::args::AdminArgs;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::output::Format;

/// List the service apps of the org
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client list --admin-token-file admin-token")]
pub(crate) struct Args {
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let clients = registrar(context, &args.admin)?.list()?;
    if context.format()? == Format::Json {
        return context.output.json(&clients);
    }
    for client in &clients {
        let status = client.status.as_ref().map_or("unknown", AppStatus::as_str);
        let line = format!("{}  {status}  {}", client.client_id, client.label);
        context.output.line(&display_untrusted(&line))?;
    }
    Ok(())
}
