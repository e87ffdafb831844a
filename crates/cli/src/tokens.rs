//! Where commands get their tokens from.

use std::sync::Arc;
use std::time::Duration;

use okta_http::{AuthServer, HttpClient, OrgUrl, Scopes, TokenEndpoint};
use okta_token::{FileCache, Refresh, TokenClient, TokenError, TokenSource};

use crate::cache_folder;
use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;
use crate::{fleet, known_key, last_use, scope_advice};

/// A command waits no longer for the successor of a token that is still good.
const RENEWAL_BUDGET: Duration = Duration::from_secs(2);

/// What Okta answers with `invalid_scope` at best.
const OKTA_SCOPES_ELSEWHERE: &str = "warning: scopes that begin with `okta.` are granted by the org authorization server \
     alone: leave --auth-server out";

/// What is amiss if the key before the present one is needed.
const PREVIOUS_KEY: &str = "warning: the server does not accept the client's key yet, and took the one before it: see \
     `okta-m2m client-key rotate --status`";

/// A source of tokens for the client that the settings describe, over the cache of this user.
pub(crate) fn source(
    context: &mut Context<'_>,
    settings: &Settings,
    http: &HttpClient,
    org: &OrgUrl,
    scopes: Scopes,
) -> Result<TokenSource, CliError> {
    remark_on_scopes(context, settings, &scopes)?;
    let files = cache_folder::open(context)?;
    let client = client(context, settings, http, org, files.as_ref())?;
    let source = TokenSource::new(client, scopes);
    let source = source.with_refresh(Refresh::InPlace { budget: RENEWAL_BUDGET });
    let source = match fleet::redis_cache(context, settings)? {
        Some(fleet) => source.with_fleet_cache(fleet),
        None => source,
    };
    Ok(match files {
        Some(files) => source.with_file_cache(Arc::new(files)),
        None => source,
    })
}

/// Says what is wrong with the cache, and to those who asked for more what was learnt about the server; notes when the key
/// was used. No command fails for that.
pub(crate) fn tell_warnings(context: &mut Context<'_>, tokens: &TokenSource) {
    for warning in tokens.warnings() {
        context.output.note_once(&format!("warning: {warning}"));
    }
    if let Some(files) = tokens.file_cache() {
        last_use::note(files, tokens, context.now());
    }
    let client = tokens.client();
    let clock = match client.clock_offset() {
        None if client.was_answered() => {
            "not known: the `Date` of its answer is missing or unusable".to_owned()
        }
        None => "not known: no server was asked".to_owned(),
        Some(0) => "as this machine's, within 2 s".to_owned(),
        Some(secs) if secs > 0 => format!("{secs} s ahead of this machine's"),
        Some(secs) => format!("{} s behind this machine's", secs.unsigned_abs()),
    };
    context.output.detail(&format!("clock of the server: {clock}"));
    if client.uses_previous_key() {
        context.output.note_once(PREVIOUS_KEY);
    }
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
    remark_on_scopes(context, settings, &scopes)?;
    Ok(TokenSource::new(client(context, settings, http, org, None)?, scopes))
}

/// The client of the settings, with its key or its secret. What is known of the key is in `files`.
fn client(
    context: &mut Context<'_>,
    settings: &Settings,
    http: &HttpClient,
    org: &OrgUrl,
    files: Option<&FileCache>,
) -> Result<TokenClient, CliError> {
    let endpoint = TokenEndpoint::new(org, &settings.auth_server()?);
    let (http, client_id) = (http.clone(), settings.client_id()?);
    let client = match settings.client_secret()? {
        Some(secret) => TokenClient::with_client_secret(http, endpoint, client_id, secret),
        None => {
            let signers = known_key::signers(context, settings, files)?;
            TokenClient::with_signers(http, endpoint, client_id, signers)
        }
    };
    let client = client.with_dpop(settings.dpop()?);
    Ok(if settings.discover() { client.with_discovery() } else { client })
}

fn remark_on_scopes(
    context: &mut Context<'_>,
    settings: &Settings,
    scopes: &Scopes,
) -> Result<(), CliError> {
    let server = settings.auth_server()?;
    if server == AuthServer::Org {
        context.output.warn_all(&scope_advice::remarks(scopes));
    } else if scopes.iter().any(|scope| scope.as_str().starts_with("okta.")) {
        context.output.note_once(OKTA_SCOPES_ELSEWHERE);
    }
    Ok(())
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
