//! The token request (RFC 6749 section 4.4.2, RFC 7523 section 2.2).

use jwt_sign::SignedJwt;
use okta_http::{HttpError, Method, Replay, Request, Scopes, TokenEndpoint};

const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The form of a client credentials request. An empty scope set leaves `scope` out, which a custom
/// authorization server answers with its default scopes.
///
/// The request may be repeated, because each repetition is built anew with its own assertion and a
/// token that nobody received costs nothing.
pub(crate) fn client_credentials(
    endpoint: &TokenEndpoint,
    scopes: &Scopes,
    assertion: &SignedJwt,
    proof: Option<&SignedJwt>,
) -> Result<Request, HttpError> {
    let scope = scopes.to_string();
    let mut form = vec![("grant_type", "client_credentials")];
    if !scopes.is_empty() {
        form.push(("scope", &scope));
    }
    form.push(("client_assertion_type", CLIENT_ASSERTION_TYPE));
    form.push(("client_assertion", assertion.expose_compact()));
    let request =
        Request::new(Method::Post, endpoint.as_str()).with_form(&form).with_replay(Replay::Safe);
    match proof {
        Some(proof) => request.with_header("DPoP", proof.expose_compact()),
        None => Ok(request),
    }
}

/// The form of a question about a token (RFC 7662 section 2.1, RFC 7009 section 2.1), which may be
/// asked any number of times.
pub(crate) fn about_token(url: &str, token: &str, assertion: &SignedJwt) -> Request {
    let form = [
        ("token", token),
        ("token_type_hint", "access_token"),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", assertion.expose_compact()),
    ];
    Request::new(Method::Post, url).with_form(&form).with_replay(Replay::Safe)
}
