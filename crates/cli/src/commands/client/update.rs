//! `client update`.

use std::path::PathBuf;

use okta_register::{AppChange, AppId, KeySource, PlannedUpdate, Registrar};

use crate::args::{AdminArgs, Switch, TargetArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::{confirm, key_input};

/// Change a service app, and leave everything else about it as it is
///
/// Okta replaces an app as a whole, so it is read, changed and put back, unless somebody else has changed it meanwhile. `--jwks` and
/// `--jwks-uri` take the place of all keys that the app has; to add one, `client-key add`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client update --name \"Nightly sync\" --admin-token-file admin-token
  okta-m2m client update --dpop-bound true
  okta-m2m client update --jwks-uri https://svc.example/jwks.json --yes")]
#[group(id = "change", required = true, multiple = true, args = ["name", "jwks", "jwks_uri", "dpop_bound"])]
pub(crate) struct Args {
    /// Label of the app
    #[arg(long, value_name = "LABEL")]
    name: Option<String>,
    /// Public keys: JWK, JWK Set or PEM; - for stdin
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// URL that Okta fetches the public keys from
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// Whether token requests must carry a DPoP proof
    #[arg(long, value_enum, value_name = "BOOL")]
    dpop_bound: Option<Switch>,
    /// Do not ask, whatever the org deletes for good
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let change = args.change()?;
    let (registrar, app) = super::target(context, &args.target, &args.admin)?;
    let planned = registrar.plan_update(&app, &change)?;
    carry_out(args, context, &registrar, &planned)?;
    show(context, &registrar, &app)
}

impl Args {
    fn change(&self) -> Result<AppChange, CliError> {
        let mut change = AppChange::new();
        if let Some(label) = &self.name {
            change = change.with_label(label)?;
        }
        if let Some(bound) = self.dpop_bound {
            change = change.with_dpop_bound(bound.into());
        }
        Ok(match (&self.jwks, &self.jwks_uri) {
            (Some(file), _) => change.with_keys(KeySource::Jwks(key_input::public_keys(file)?))?,
            (None, Some(url)) => change.with_keys(KeySource::JwksUri(url.clone()))?,
            (None, None) => change,
        })
    }
}

fn carry_out(
    args: &Args,
    context: &mut Context<'_>,
    registrar: &Registrar,
    planned: &PlannedUpdate,
) -> Result<(), CliError> {
    if !planned.is_change() {
        context.output.note("nothing to change");
        return Ok(());
    }
    if !planned.losses().is_empty() {
        let losses = planned.losses().join("; ");
        if !args.yes {
            confirm::ask(context, &format!("The org deletes for good: {losses}. Go on?"), "--yes")?;
        }
        context.output.note(&format!("deleted for good: {losses}"));
    }
    Ok(registrar.update(planned)?)
}

/// The app as it is now.
pub(super) fn show(
    context: &mut Context<'_>,
    registrar: &Registrar,
    app: &AppId,
) -> Result<(), CliError> {
    let client = registrar.read(app)?;
    super::print(context, &client)
}
