//! `token get`.

use okta_token::{AccessToken, TokenClient, TokenError};

use super::form::{Form, TokenFacts};
use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;

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

/// A new token by the settings.
pub(crate) fn fetch(
    context: &mut Context<'_>,
    settings: &Settings,
) -> Result<AccessToken, CliError> {
    let org = settings.org_url(context)?;
    let endpoint = settings.token_endpoint(context)?;
    let http = http_client(context, &org)?;
    let client =
        TokenClient::new(http, endpoint, settings.client_id()?, settings.signer(context.output)?);
    let scopes = settings.scopes()?;
    let client_id = settings.client_id()?;
    client.fetch(&scopes).map_err(|error| match &error {
        TokenError::ScopesMissing { missing, .. } => {
            let hint = format!("okta-m2m grant add --client-id {client_id} --scope \"{missing}\"");
            CliError::from(error).with_hint(hint)
        }
        _ => CliError::from(error).about(client_id.as_str(), settings.key_path_if_set(), &scopes),
    })
}
