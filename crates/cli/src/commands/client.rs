//! `client …`: service apps of the org.

mod lifecycle;
mod list;
mod register;
mod show;
mod update;

use clap::Subcommand;
use jwk_gen::Thumbprint;
use jwt_sign::ClientId;
use okta_http::display_untrusted;
use okta_register::{AppId, AppStatus, RegisteredClient, Registrar};

use crate::args::{AdminArgs, ClientArgs, ScopeArgs, TargetArgs};
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;

/// Register, change and look at service apps
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Activate(lifecycle::Activate),
    Deactivate(lifecycle::Deactivate),
    Delete(lifecycle::Delete),
    List(list::Args),
    Register(register::Args),
    Show(show::Args),
    Update(update::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Activate(args) => lifecycle::activate(&args, context),
        Command::Deactivate(args) => lifecycle::deactivate(&args, context),
        Command::Delete(args) => lifecycle::delete(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Register(args) => register::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Update(args) => update::run(&args, context),
    }
}

/// The app that a command is about, the one it names, else the profile's client; and who may change it.
pub(crate) fn target(
    context: &mut Context<'_>,
    target: &TargetArgs,
    admin: &AdminArgs,
) -> Result<(Registrar, AppId), CliError> {
    let client_id = target_client(context, target)?;
    let registrar = registrar(context, admin)?;
    let app = registrar.app_id(client_id.as_str())?;
    Ok((registrar, app))
}

/// The client id of that app, which may have been chosen.
pub(crate) fn target_client(
    context: &Context<'_>,
    target: &TargetArgs,
) -> Result<ClientId, CliError> {
    let client = ClientArgs { client_id: target.client_id.clone(), ..ClientArgs::default() };
    let settings = Settings::resolve(context, &client, &ScopeArgs::default())?;
    settings.client_id()
}

fn print(context: &mut Context<'_>, client: &RegisteredClient) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        return context.output.json(client);
    }
    context.output.line(&to_text(client))
}

fn to_text(client: &RegisteredClient) -> String {
    let status = client.status.as_ref().map_or("unknown", AppStatus::as_str);
    let bound = client
        .dpop_bound_access_tokens
        .map_or("unknown", |bound| if bound { "required" } else { "not required" });
    let mut text = format!(
        "{}\n  app     {}\n  label   {}\n  status  {}\n  DPoP    {bound}",
        client.client_id,
        client.app_id,
        display_untrusted(&client.label),
        display_untrusted(status),
    );
    for key in &client.jwks {
        let kid = key.kid.as_deref().unwrap_or("(no kid)");
        let status = key.status.as_deref().unwrap_or("unknown");
        let thumbprint = key.thumbprint.as_ref().map_or("unknown", Thumbprint::as_str);
        text += &format!("\n  key     {} {status}", display_untrusted(kid));
        text += &format!("\n          thumbprint {thumbprint}");
    }
    text
}
