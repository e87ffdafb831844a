//! Where commands get their tokens from.

use okta_http::{HttpClient, OrgUrl, Scopes, TokenEndpoint};
use okta_token::{TokenClient, TokenError, TokenSource};

use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;

/// A source of tokens for the client that the settings describe.
pub(crate) fn source(
    context: &mut Context<'_>,
    settings: &Settings,
    http: &HttpClient,
    org: &OrgUrl,
    scopes: Scopes,
) -> Result<TokenSource, CliError> {
    let endpoint = TokenEndpoint::new(org, &settings.auth_server()?);
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
