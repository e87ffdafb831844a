//! `grant revoke`.

use okta_http::{Scope, display_untrusted};
use serde_json::json;

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;

/// Revoke scopes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m grant revoke --scope okta.groups.read")]
pub(crate) struct Args {
    /// Scope; repeatable, also separated by spaces or commas
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let scopes = super::scopes(&args.scope)?;
    let (registrar, app) = target(context, &args.target, &args.admin)?;
    let grants = registrar.grants(&app)?;
    let is_granted = |scope: &Scope| grants.iter().any(|grant| grant.scope == scope.as_str());
    if let Some(unknown) = scopes.iter().find(|scope| !is_granted(scope)) {
        let message = format!("`{unknown}` is not granted to {app}");
        return Err(CliError::new(Class::RequestRefused, message)
            .with_hint(format!("okta-m2m grant list --client-id {app}")));
    }
    let is_meant = |scope: &str| scopes.iter().any(|meant| meant.as_str() == scope);
    let mut revoked = Vec::new();
    for grant in grants.iter().filter(|grant| is_meant(&grant.scope)) {
        registrar.revoke_grant(&app, &grant.id)?;
        revoked.push(json!({"scope": grant.scope, "outcome": "revoked"}));
        if context.format()? == Format::Text {
            context.output.line(&format!("{}  revoked", display_untrusted(&grant.scope)))?;
        }
    }
    match context.format()? {
        Format::Json => context.output.json(&revoked),
        Format::Text => Ok(()),
    }
}
