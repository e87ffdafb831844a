//! `grant add`.

use okta_register::{AppId, GrantOutcome, GrantResult, Registrar};
use serde_json::{Value, json};

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::provision::first_failure;
use crate::scope_advice;

/// Grant scopes, those that are not granted yet
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m grant add --scope okta.users.read --scope okta.groups.read
  okta-m2m grant add --scope okta.users.read,okta.groups.read --all-or-nothing")]
pub(crate) struct Args {
    /// Scope; repeatable, also separated by spaces or commas
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    /// If one scope is not granted, take back those that were
    #[arg(long)]
    all_or_nothing: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let scopes = super::scopes(&args.scope)?;
    context.output.warn_all(&scope_advice::remarks(&scopes));
    let (registrar, app) = target(context, &args.target, &args.admin)?;
    let mut results = registrar.grant(&app, &scopes)?;
    if args.all_or_nothing && results.iter().any(is_lacking) {
        take_back(context, &registrar, &app, &mut results)?;
    }
    print(context, &results)?;
    let granted = results.iter().any(|result| matches!(result.outcome, GrantOutcome::Granted));
    let Some(error) = first_failure(results) else { return Ok(()) };
    match error.class() {
        // Some were granted and some were not, through no fault of the call: it does the rest.
        Class::ClientRefused | Class::Network | Class::RateLimited | Class::Server if granted => {
            let command = format!("okta-m2m grant add --client-id {app} --scope \"{scopes}\"");
            Err(error.unfinished(&command))
        }
        _ => Err(error),
    }
}

fn is_lacking(result: &GrantResult) -> bool {
    !matches!(result.outcome, GrantOutcome::Granted | GrantOutcome::AlreadyGranted)
}

/// Undoes what this call has done; what cannot be undone is named with the command for it.
fn take_back(
    context: &mut Context<'_>,
    registrar: &Registrar,
    app: &AppId,
    results: &mut [GrantResult],
) -> Result<(), CliError> {
    let Err(error) = registrar.take_back(app, results) else { return Ok(()) };
    print(context, results)?;
    let left = results.iter().filter(|it| matches!(it.outcome, GrantOutcome::Granted));
    let left: Vec<_> = left.map(|result| result.scope.as_str()).collect();
    let command = format!("okta-m2m grant revoke --client-id {app} --scope \"{}\"", left.join(" "));
    Err(CliError::from(error).unfinished(&command))
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
        GrantOutcome::Failed(error) => Some(error.to_string()),
        _ => None,
    };
    json!({"scope": result.scope.as_str(), "outcome": word(&result.outcome), "message": message})
}

fn word(outcome: &GrantOutcome) -> &'static str {
    match outcome {
        GrantOutcome::Granted => "granted",
        GrantOutcome::AlreadyGranted => "already_granted",
        GrantOutcome::Refused(_) => "refused",
        GrantOutcome::Failed(_) => "failed",
        GrantOutcome::TakenBack => "taken_back",
        _ => "not_tried",
    }
}
