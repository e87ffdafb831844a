//! `token get`.

use std::time::Duration;

use okta_token::{Demand, Freshness, Served};

use super::form::{Form, TokenFacts};
use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::duration;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;
use crate::tokens;

/// Get an access token
///
/// A token that was asked for before is given again until shortly before it ends, also to other
/// processes of the same user; a new one is asked for in time.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token get
  okta-m2m token get --scope okta.users.read --output header
  okta-m2m token get --min-ttl 5m
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
    /// How long the token must still be good, less than half its life: 30s, 5m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "0s",
        hide_default_value = true)]
    min_ttl: Duration,
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
    let Served { token, cached } = fetch(args, context, &settings)?;
    let endpoint = settings.token_endpoint(context)?;
    let facts = TokenFacts {
        client_id: settings.client_id()?.to_string(),
        issuer: endpoint.issuer(),
        cached,
    };
    let text = form.render(&token, &facts, context.now())?;
    context.output.line(&text)
}

/// A token by the settings.
fn fetch(args: &Args, context: &mut Context<'_>, settings: &Settings) -> Result<Served, CliError> {
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let scopes = settings.scopes()?;
    let source = if args.no_cache { tokens::uncached_source } else { tokens::source };
    let tokens = source(context, settings, &http, &org, scopes.clone())?;
    let freshness = match (args.no_cache, args.force_refresh) {
        (true, _) => Freshness::Uncached,
        (_, true) => Freshness::Refreshed,
        _ => Freshness::Cached,
    };
    let served = tokens.token_for(&Demand { min_ttl: args.min_ttl, freshness });
    tokens::tell_warnings(context, &tokens);
    let served = served.map_err(|error| tokens::told(&error, settings, &scopes))?;
    let half = served.token.lifetime() / 2;
    if !args.min_ttl.is_zero() && args.min_ttl >= half {
        let half = half.as_secs();
        let message = format!("`--min-ttl` must be less than half the token's life, {half} s");
        return Err(CliError::usage(message));
    }
    Ok(served)
}
