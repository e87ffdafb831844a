//! The token request (RFC 6749 section 4.4.2, RFC 7523 section 2.2).

use std::time::Duration;

use jwt_sign::SignedJwt;
use okta_http::{HttpError, Method, Replay, Request, Scopes, TokenEndpoint};

const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server that takes longer is tried again.
const ONE_TRY: Duration = Duration::from_secs(10);

/// In bytes; an access token has 16 KiB at most.
const LONGEST_ANSWER: u64 = 64 * 1024;

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
    let request = repeatable(endpoint.as_str(), &form);
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
    repeatable(url, &form)
}

fn repeatable(url: &str, form: &[(&str, &str)]) -> Request {
    let request = Request::new(Method::Post, url).with_form(form);
    request.with_replay(Replay::Safe).within(ONE_TRY).with_body_limit(LONGEST_ANSWER)
}
