//! `token introspect` and `token revoke`.

use std::path::PathBuf;

use okta_http::{Scopes, display_untrusted};
use okta_token::Introspection;
use serde_json::json;

use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;
use crate::{token_file, tokens};

/// Ask the server about a token
///
/// A token that is unknown, expired, revoked or another client's is not active, and no more is said
/// about it. The exit code is 0 whatever the answer.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token introspect
  okta-m2m token get | okta-m2m token introspect - --format json")]
pub(crate) struct Introspect {
    /// File of the token, - for stdin [default: the client's own token]
    #[arg(value_name = "FILE")]
    token: Option<PathBuf>,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
}

/// Take a token back before it ends
///
/// The server answers the same for a token that it does not know. The folder of tokens keeps it no
/// longer; whoever else keeps it, on another machine or in another session's folder, finds out when an
/// API refuses it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token revoke token.txt
  okta-m2m token get | okta-m2m token revoke -")]
pub(crate) struct Revoke {
    /// File of the token, - for stdin
    #[arg(value_name = "FILE")]
    token: PathBuf,
    #[command(flatten)]
    client: ClientArgs,
}

pub(crate) fn introspect(args: &Introspect, context: &mut Context<'_>) -> Result<(), CliError> {
    let given = args.token.as_deref().map(token_file::read).transpose()?;
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let scopes = if given.is_some() { Scopes::default() } else { settings.scopes()? };
    let source = tokens::source(context, &settings, &http, &org, scopes.clone())?;
    let answer = match given {
        Some(token) => source.client().introspect(&token),
        None => {
            let token = source.token().map_err(|error| tokens::told(&error, &settings, &scopes))?;
            source.client().introspect(token.expose())
        }
    };
    tokens::tell_warnings(context, &source);
    let answer = answer.map_err(|error| tokens::told(&error, &settings, &scopes))?;
    if context.format()? == Format::Json {
        context.output.json(&answer)
    } else {
        print(context, &answer)
    }
}

fn print(context: &mut Context<'_>, answer: &Introspection) -> Result<(), CliError> {
    context.output.line(if answer.active { "active" } else { "not active" })?;
    for (name, value) in &answer.claims {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line = format!("  {}  {}", display_untrusted(name), display_untrusted(&value));
        context.output.line(&line)?;
    }
    Ok(())
}

pub(crate) fn revoke(args: &Revoke, context: &mut Context<'_>) -> Result<(), CliError> {
    let token = token_file::read(&args.token)?;
    let settings = Settings::resolve(context, &args.client, &ScopeArgs::default())?;
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let none = Scopes::default();
    let source = tokens::source(context, &settings, &http, &org, none.clone())?;
    source.revoke(&token).map_err(|error| tokens::told(&error, &settings, &none))?;
    if context.format()? == Format::Json {
        let client_id = settings.client_id()?.to_string();
        return context.output.json(&json!({ "client_id": client_id, "revoked": true }));
    }
    context.output.note("revoked, if it was this client's");
    Ok(())
}
