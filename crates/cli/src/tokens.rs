//! Where commands get their tokens from.

use std::sync::Arc;
use std::time::Duration;

use okta_http::{AuthServer, HttpClient, OrgUrl, Scopes, TokenEndpoint};
use okta_token::{Refresh, TokenClient, TokenError, TokenSource};

use crate::cache_folder;
use crate::context::Context;
use crate::error::CliError;
use crate::fleet;
use crate::settings::Settings;

/// A command waits no longer for the successor of a token that is still good.
const RENEWAL_BUDGET: Duration = Duration::from_secs(2);

/// What Okta answers with `invalid_scope` at best.
const OKTA_SCOPES_ELSEWHERE: &str = "warning: scopes that begin with `okta.` are granted by the org authorization server \
     alone: leave --auth-server out";

/// A source of tokens for the client that the settings describe, over the cache of this user.
pub(crate) fn source(
    context: &mut Context<'_>,
    settings: &Settings,
    http: &HttpClient,
    org: &OrgUrl,
    scopes: Scopes,
) -> Result<TokenSource, CliError> {
    let source = uncached_source(context, settings, http, org, scopes)?;
    let source = source.with_refresh(Refresh::InPlace { budget: RENEWAL_BUDGET });
    let source = match fleet::redis_cache(context, settings)? {
        Some(fleet) => source.with_fleet_cache(fleet),
        None => source,
    };
    Ok(match cache_folder::open(context)? {
        Some(files) => source.with_file_cache(Arc::new(files)),
        None => source,
    })
}

/// Says what is wrong with the cache, and to those who asked for more what was learnt about the server. No command fails
/// for that.
pub(crate) fn tell_warnings(context: &mut Context<'_>, tokens: &TokenSource) {
    for warning in tokens.warnings() {
        context.output.note_once(&format!("warning: {warning}"));
    }
    let client = tokens.client();
    let clock = match client.clock_offset() {
        None => "not known: no server was asked".to_owned(),
        Some(0) => "as this machine's, within 2 s".to_owned(),
        Some(secs) if secs > 0 => format!("{secs} s ahead of this machine's"),
        Some(secs) => format!("{} s behind this machine's", secs.unsigned_abs()),
    };
    context.output.detail(&format!("clock of the server: {clock}"));
    let bound = client.dpop_binding();
    let bound = bound.map_or_else(|| "not used".to_owned(), |key| format!("by key {key}"));
    context.output.detail(&format!("DPoP: {bound}"));
}

/// A source of tokens that begins with none and leaves none behind.
pub(crate) fn uncached_source(
    context: &mut Context<'_>,
    settings: &Settings,
    http: &HttpClient,
    org: &OrgUrl,
    scopes: Scopes,
) -> Result<TokenSource, CliError> {
    let server = settings.auth_server()?;
    if server != AuthServer::Org && scopes.iter().any(|scope| scope.as_str().starts_with("okta.")) {
        context.output.note_once(OKTA_SCOPES_ELSEWHERE);
    }
    let endpoint = TokenEndpoint::new(org, &server);
    let signer = settings.signer(context.output)?;
    let client = TokenClient::new(http.clone(), endpoint, settings.client_id()?, signer)
        .with_dpop(settings.dpop()?);
    Ok(TokenSource::new(client, scopes))
}

/// A failure to get a token, with what the settings say about it.
pub(crate) fn told(error: &TokenError, settings: &Settings, scopes: &Scopes) -> CliError {
    let client_id = settings.client_id_if_set().unwrap_or("ID");
    match error {
        TokenError::ScopesMissing { missing, .. } => {
            let hint = format!("okta-m2m grant add --client-id {client_id} --scope \"{missing}\"");
            CliError::from(error).with_hint(hint)
        }
        _ => CliError::from(error).about(client_id, settings.key_path_if_set(), scopes),
    }
}
