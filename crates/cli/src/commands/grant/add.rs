//! `grant add`.

use okta_register::{GrantOutcome, GrantResult};
use serde_json::{Value, json};

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::output::Format;
use crate::provision::refused_grant;

/// Grant scopes, those that are not granted yet
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m grant add --scope okta.users.read --scope okta.groups.read")]
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
    let app = target(context, &args.target)?;
    let results = registrar(context, &args.admin)?.grant(&app, &scopes)?;
    print(context, &results)?;
    let succeeded = results.len();
    let mut refused = results.into_iter().filter_map(|result| match result.outcome {
        GrantOutcome::Refused(server) => Some((result.scope, server)),
        _ => None,
    });
    let Some((scope, server)) = refused.next() else { return Ok(()) };
    let count = 1 + refused.count();
    let error = refused_grant(&scope, server);
    // Some were granted and some were not: the same call grants what is left.
    if count < succeeded && error.class() != crate::exit_code::Class::RequestRefused {
        let command = format!("okta-m2m grant add --client-id {app} --scope \"{scopes}\"");
        return Err(error.unfinished(&command));
    }
    Err(error)
}

fn print(context: &mut Context<'_>, results: &[GrantResult]) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        let results: Vec<Value> = results.iter().map(to_json).collect();
        return context.output.json(&results);
    }
    for result in results {
        context.output.line(&format!("{}  {}", result.scope, word(&result.outcome)))?;
    }
    Ok(())
}

fn to_json(result: &GrantResult) -> Value {
    let message = match &result.outcome {
        GrantOutcome::Refused(server) => Some(server.to_string()),
        _ => None,
    };
    json!({"scope": result.scope.as_str(), "outcome": word(&result.outcome), "message": message})
}

fn word(outcome: &GrantOutcome) -> &'static str {
    match outcome {
        GrantOutcome::Granted => "granted",
        GrantOutcome::AlreadyGranted => "already_granted",
        _ => "refused",
    }
}
