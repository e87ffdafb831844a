//! `role assign`.

use okta_register::RoleOutcome;
use serde_json::json;

use super::{RoleArgs, parse_new};
use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target_client;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::output::Format;

/// Assign an admin role
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m role assign --role READ_ONLY_ADMIN
  okta-m2m role assign --role cr0WxyzJxGIr0ouum0g4 --resource-set iamoJDFKaJxGIr0oamd9g")]
pub(crate) struct Args {
    #[command(flatten)]
    role: RoleArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let role = parse_new(&args.role.role, args.role.resource_set.as_deref())?;
    let client = target_client(context, &args.target)?;
    let outcome = match registrar(context, &args.admin)?.assign_role(client.as_str(), &role)? {
        RoleOutcome::AlreadyAssigned => "already_assigned",
        _ => "assigned",
    };
    if context.format()? == Format::Json {
        let result =
            json!({"client_id": client.as_str(), "role": role.to_string(), "outcome": outcome});
        return context.output.json(&result);
    }
    context.output.line(&format!("{role}  {outcome}"))
}
