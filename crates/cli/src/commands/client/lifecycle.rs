//! `client activate`, `deactivate` and `delete`.

use okta_register::AppStatus;
use serde_json::json;

use crate::args::{AdminArgs, TargetArgs};
use crate::confirm;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Let a service app get tokens again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client activate --client-id 0oa1b2c3d4E5f6g7h8i9 --admin-token-file admin-token")]
pub(crate) struct Activate {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

/// Let a service app get no tokens, and end those that it has for good
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client deactivate --client-id 0oa1b2c3d4E5f6g7h8i9 --admin-token-file admin-token")]
pub(crate) struct Deactivate {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

/// Delete a service app for good, after deactivating it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client delete --client-id 0oa1b2c3d4E5f6g7h8i9 --yes --admin-token-file admin-token")]
pub(crate) struct Delete {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn activate(args: &Activate, context: &mut Context<'_>) -> Result<(), CliError> {
    let (registrar, app) = super::target(context, &args.target, &args.admin)?;
    registrar.activate(&app)?;
    super::update::show(context, &registrar, &app)
}

pub(crate) fn deactivate(args: &Deactivate, context: &mut Context<'_>) -> Result<(), CliError> {
    let (registrar, app) = super::target(context, &args.target, &args.admin)?;
    registrar.deactivate(&app)?;
    super::update::show(context, &registrar, &app)
}

pub(crate) fn delete(args: &Delete, context: &mut Context<'_>) -> Result<(), CliError> {
    let (registrar, app) = super::target(context, &args.target, &args.admin)?;
    // Which app that is says more than its id, and a mistaken one is refused before anything is changed.
    let client = registrar.read(&app)?;
    if !args.yes {
        let question = format!("Delete app {app} (`{}`) for good?", client.label);
        confirm::ask(context, &question, "--yes")?;
    }
    if client.status != Some(AppStatus::Inactive) {
        registrar.deactivate(&app)?;
    }
    registrar.delete(&app).map_err(|error| {
        let command = format!("okta-m2m client delete --client-id {app} --yes");
        CliError::from(error).unfinished(&command)
    })?;
    if context.format()? == Format::Json {
        return context.output.json(&json!({"client_id": client.client_id, "deleted": true}));
    }
    context.output.line(&format!("{}  deleted", client.client_id))
}
