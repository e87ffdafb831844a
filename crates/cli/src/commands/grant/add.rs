//! `grant add`.

use okta_http::Scopes;
use okta_register::{AppId, GrantOutcome, GrantResult, RegisterError, Registrar};
use serde_json::{Value, json};

use crate::args::{AdminArgs, TargetArgs};
use crate::commands::client::target;
use crate::context::Context;
use crate::credential::registrar_org;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::grant_journal::{self, GrantJournal};
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
    if args.all_or_nothing {
        let org = registrar_org(context, &args.admin)?;
        let journal = GrantJournal::open(context, &registrar, (&org, &app), &scopes)?;
        return all_or_nothing(context, &registrar, (&app, &scopes), journal);
    }
    let results = registrar.grant(&app, &scopes)?;
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

fn all_or_nothing(
    context: &mut Context<'_>,
    registrar: &Registrar,
    (app, scopes): (&AppId, &Scopes),
    journal: GrantJournal,
) -> Result<(), CliError> {
    let mut results = registrar.grant_beyond(app, scopes, journal.before());
    if results.iter().all(is_there) {
        journal.close()?;
        return print(context, &results);
    }
    if results.iter().any(|result| may_be_granted(result, journal.before())) {
        let taken_back = match registrar.take_back(app, scopes, journal.before()) {
            Ok(scopes) => scopes,
            Err(error) => {
                let command = grant_journal::command(app, &scopes.to_string());
                return half_way(context, error, (results, journal.before()), &command);
            }
        };
        for result in results.iter_mut().filter(|result| is_there(result)) {
            if taken_back.iter().any(|scope| scope == result.scope.as_str()) {
                result.outcome = GrantOutcome::TakenBack;
            }
        }
    }
    journal.close()?;
    print(context, &results)?;
    first_failure(results).map_or(Ok(()), Err)
}

/// What was granted could not be taken back: the journal stays. If nothing is known to be granted, the first failure says more.
fn half_way(
    context: &mut Context<'_>,
    error: RegisterError,
    (results, before): (Vec<GrantResult>, &[String]),
    command: &str,
) -> Result<(), CliError> {
    print(context, &results)?;
    let granted = results.iter().any(|result| is_there(result) && !was_there(result, before));
    match first_failure(results) {
        Some(failure) if !granted => Err(failure),
        _ => Err(CliError::from(error).unfinished(command)),
    }
}

fn is_there(result: &GrantResult) -> bool {
    matches!(result.outcome, GrantOutcome::Granted | GrantOutcome::AlreadyGranted)
}

/// Whether the org may have granted it in this run or in one that was cut off, whatever it answered.
fn may_be_granted(result: &GrantResult, before: &[String]) -> bool {
    match &result.outcome {
        GrantOutcome::Refused(server) => server.status >= 500,
        GrantOutcome::NotTried => false,
        _ => !was_there(result, before),
    }
}

fn was_there(result: &GrantResult, before: &[String]) -> bool {
    before.iter().any(|scope| scope == result.scope.as_str())
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
