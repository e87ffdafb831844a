//! The forms that are sent, without what says who sends them.

use okta_http::Secret;

/// The form of a client credentials request (RFC 6749 section 4.4.2). An empty `scope` is left out,
/// which a custom authorization server answers with its default scopes.
pub(crate) fn client_credentials(scope: &str) -> Vec<(&str, &str)> {
    let mut form = vec![("grant_type", "client_credentials")];
    if !scope.is_empty() {
        form.push(("scope", scope));
    }
    form
}

/// The form of a question about a token (RFC 7662 section 2.1, RFC 7009 section 2.1), which may be
/// asked any number of times.
pub(crate) fn about_token(token: &Secret) -> Vec<(&str, &str)> {
    vec![("token", token.expose()), ("token_type_hint", "access_token")]
}
