//! `cache list`.

use okta_http::display_untrusted;
use okta_token::{CachedToken, FileCache};
use serde_json::json;

use crate::cache_folder;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::timestamp::rfc3339;

/// List kept tokens, without the tokens themselves
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m cache list
  okta-m2m cache list --format json")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let folders = cache_folder::open_all(context)?;
    let mut tokens: Vec<_> = folders.iter().flat_map(FileCache::list).collect();
    tokens.sort_by_key(|token| token.expires_at);
    if context.format()? == Format::Json {
        let objects: Result<Vec<_>, CliError> = tokens.iter().map(object).collect();
        return context.output.json(&objects?);
    }
    for token in &tokens {
        let ends = rfc3339(token.expires_at)?;
        let CachedToken { client_id, issuer, scope, bytes, .. } = token;
        let line = format!("{client_id}  {issuer}  {ends}  {bytes}  {scope}");
        context.output.line(&display_untrusted(&line))?;
    }
    Ok(())
}

fn object(token: &CachedToken) -> Result<serde_json::Value, CliError> {
    Ok(json!({
        "client_id": token.client_id,
        "issuer": token.issuer,
        "scope": token.scope,
        "expires_at": rfc3339(token.expires_at)?,
        "bytes": token.bytes,
    }))
}
