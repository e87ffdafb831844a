//! `token get`.

use std::sync::Arc;

use okta_token::AccessToken;

use super::form::{Form, TokenFacts};
use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;
use crate::tokens;

/// Get an access token
///
/// Each call asks the server for a new token: this version keeps none between runs, so that
/// --no-cache and --force-refresh change nothing yet.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token get
  okta-m2m token get --scope okta.users.read --output header
  curl --config <(okta-m2m token get --output curl-config) https://acme.okta.com/api/v1/users")]
pub(crate) struct Args {
    /// Form of the result [default: token; json with --format json]
    #[arg(long, value_enum, value_name = "FORM")]
    output: Option<Form>,
    /// Ask for a new token and keep none
    #[arg(long)]
    no_cache: bool,
    /// Ask for a new token and keep it
    #[arg(long, conflicts_with = "no_cache")]
    force_refresh: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let form = match (args.output, context.format()?) {
        (Some(form), _) => form,
        (None, Format::Json) => Form::Json,
        (None, Format::Text) => Form::Token,
    };
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let token = fetch(context, &settings)?;
    let endpoint = settings.token_endpoint(context)?;
    let facts = TokenFacts {
        client_id: settings.client_id()?.to_string(),
        issuer: endpoint.issuer(),
        cached: false,
    };
    let text = form.render(&token, &facts, context.now())?;
    context.output.line(&text)
}

/// A token by the settings.
fn fetch(context: &mut Context<'_>, settings: &Settings) -> Result<Arc<AccessToken>, CliError> {
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let scopes = settings.scopes()?;
    let tokens = tokens::source(context, settings, &http, &org, scopes.clone())?;
    tokens.token().map_err(|error| tokens::told(&error, settings, &scopes))
}
