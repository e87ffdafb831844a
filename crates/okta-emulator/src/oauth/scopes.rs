//! Which scopes exist, and which of those asked for a client gets.

use super::error::OAuthError;
use crate::org::{App, AuthServer};

/// Names from Okta's OpenAPI descriptions; see `src/data/README.md`.
const OKTA_SCOPES: &str = include_str!("../data/okta-scopes.tsv");
/// The scopes of the `default` authorization server; its policy lets every client have them.
pub(super) const CUSTOM_SCOPES: [&str; 1] = ["api:read"];
/// Scopes about a person, which this grant has none of.
pub(super) const OPENID_SCOPES: [&str; 7] =
    ["openid", "profile", "email", "address", "phone", "offline_access", "device_sso"];

const LONGEST_PARAMETER: usize = 1024;
const NOT_CONFIGURED: &str =
    "One or more scopes are not configured for the authorization server resource.";

/// Whether the org knows this Okta scope.
pub(crate) fn is_okta_scope(name: &str) -> bool {
    okta_scopes().any(|scope| scope == name)
}

pub(super) fn okta_scopes() -> impl Iterator<Item = &'static str> {
    OKTA_SCOPES.lines().filter_map(|line| line.split('\t').next())
}

/// Chooses the scopes of a new token from the `scope` parameter.
pub(super) fn granted(
    app: &App,
    server: AuthServer,
    parameter: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let parameter = parameter.unwrap_or_default();
    if parameter.len() > LONGEST_PARAMETER {
        let description = "The 'scope' parameter must not be longer than 1024 characters.";
        return Err(OAuthError::bad("invalid_scope", description));
    }
    let mut requested: Vec<&str> = Vec::new();
    for scope in parameter.split(' ').filter(|scope| !scope.is_empty()) {
        if !requested.contains(&scope) {
            requested.push(scope);
        }
    }
    if let Some(scope) = requested.iter().find(|scope| OPENID_SCOPES.contains(*scope)) {
        let description =
            format!("Cannot request 'openid' scopes using the client credentials grant: {scope}.");
        return Err(OAuthError::bad("invalid_scope", description));
    }
    let granted = match server {
        AuthServer::Org => of_org(app, &requested)?,
        AuthServer::Default => of_default(&requested)?,
    };
    Ok(granted.into_iter().map(str::to_owned).collect())
}

/// What was granted to the app. Scopes that were not are dropped without a word, unless
/// nothing would be left.
fn of_org<'r>(app: &App, requested: &[&'r str]) -> Result<Vec<&'r str>, OAuthError> {
    if requested.is_empty() {
        return Err(OAuthError::bad("invalid_scope", "No scopes were requested."));
    }
    for scope in requested {
        refuse_for_services(scope)?;
        if !is_okta_scope(scope) {
            let looks_like_okta = scope.starts_with("okta.") || scope.starts_with("ssf.");
            let custom = "Custom scopes are not allowed for this request.";
            let description = if looks_like_okta { NOT_CONFIGURED } else { custom };
            return Err(OAuthError::bad("invalid_scope", description));
        }
    }
    let granted: Vec<&str> =
        requested.iter().copied().filter(|scope| app.has_grant(scope)).collect();
    if granted.is_empty() {
        let description = "You are not allowed any of the requested scopes.";
        return Err(OAuthError::bad("consent_required", description));
    }
    Ok(granted)
}

/// Scopes of a signed-in person, which a service is not.
fn refuse_for_services(scope: &str) -> Result<(), OAuthError> {
    if scope.starts_with("okta.") && scope.ends_with(".self") {
        let description = "The client credentials grant may not request .self scopes.";
        return Err(OAuthError::bad("client_credentials_self_scope_requested", description));
    }
    if scope.starts_with("okta.myAccount.") {
        let description = format!("The scopes are not allowed for this request: [{scope}].");
        return Err(OAuthError::bad("invalid_scope", description));
    }
    Ok(())
}

fn of_default<'r>(requested: &[&'r str]) -> Result<Vec<&'r str>, OAuthError> {
    if requested.is_empty() {
        let description =
            "The authorization server resource does not have any configured default scopes.";
        return Err(OAuthError::bad("invalid_scope", description));
    }
    if requested.iter().any(|scope| !CUSTOM_SCOPES.contains(scope)) {
        return Err(OAuthError::bad("invalid_scope", NOT_CONFIGURED));
    }
    Ok(requested.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_clean() {
        assert_eq!(okta_scopes().count(), 186);
        assert!(is_okta_scope("okta.users.read") && is_okta_scope("ssf.read"));
        assert!(!is_okta_scope("okta.users.lifecycle.activate") && !is_okta_scope(""));
        assert!(okta_scopes().all(|it| it.starts_with("okta.") || it.starts_with("ssf.")));
    }
}
