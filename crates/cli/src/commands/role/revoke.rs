//! `role revoke`.

use serde_json::json;

use super::RoleArgs;
use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target_client;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;

/// Revoke an admin role
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m role revoke --role READ_ONLY_ADMIN")]
pub(crate) struct Args {
    #[command(flatten)]
    role: RoleArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let role = args.role.parse()?;
    let client = target_client(context, &args.target)?;
    let registrar = registrar(context, &args.admin)?;
    let roles = registrar.roles(client.as_str())?;
    let Some(assigned) = roles.iter().find(|assigned| assigned.is(&role)) else {
        let message = format!("`{role}` is not assigned to {client}");
        return Err(CliError::new(Class::RequestRefused, message)
            .with_hint(format!("okta-m2m role list --client-id {client}")));
    };
    registrar.revoke_role(client.as_str(), &assigned.id)?;
    if context.format()? == Format::Json {
        let result =
            json!({"client_id": client.as_str(), "role": role.to_string(), "outcome": "revoked"});
        return context.output.json(&result);
    }
    context.output.line(&format!("{role}  revoked"))
}
