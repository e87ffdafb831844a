//! Client authentication at the OAuth endpoints (RFC 6749 section 2.3, RFC 7521 section 4.2).

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::assertion;
use super::error::OAuthError;
use super::form::Form;
use crate::call::Call;
use crate::context::Context;
use crate::org::{App, AuthMethod, AuthServer};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request may present, once it is clear that it presents one thing only.
enum Credentials<'f> {
    Assertion(&'f str),
    Secret { client_id: String, client_secret: String, method: AuthMethod },
}

/// Finds out which client calls the endpoint `url` and returns its id.
pub(super) fn authenticate(
    context: &mut Context<'_>,
    call: &Call,
    form: &Form,
    url: &str,
) -> Result<String, OAuthError> {
    let credentials = credentials(call, form)?;
    if form.value("client_id").is_some_and(|claimed| context.org.client(claimed).is_none()) {
        return Err(invalid_client_id());
    }
    let client_id = match credentials {
        Credentials::Assertion(compact) => assertion::verify(context, compact, url)?,
        Credentials::Secret { client_id, client_secret, method } => {
            let app = context.org.client(&client_id).filter(|app| app.is_active());
            let app = app.ok_or_else(authentication_failed)?;
            let matches = app.client.auth_method == method
                && app.client.client_secret.as_deref() == Some(&client_secret);
            if !matches {
                return Err(authentication_failed());
            }
            client_id
        }
    };
    if form.value("client_id").is_some_and(|claimed| claimed != client_id) {
        return Err(invalid_client_id());
    }
    Ok(client_id)
}

/// Whether the client may use the method that it authenticated with, or is registered with,
/// for a token of its own. The org authorization server takes `private_key_jwt` alone.
pub(super) fn check_method(app: &App, server: AuthServer) -> Result<(), OAuthError> {
    if server == AuthServer::Org && app.client.auth_method != AuthMethod::PrivateKeyJwt {
        return Err(OAuthError::invalid_client(
            "The client must use the private_key_jwt token_endpoint_auth_method to request Okta \
             scopes with client credentials.",
        ));
    }
    Ok(())
}

fn credentials<'f>(call: &Call, form: &'f Form) -> Result<Credentials<'f>, OAuthError> {
    let header = basic(call)?;
    let assertion = form.value("client_assertion");
    let secret = form.value("client_secret");
    if [header.is_some(), assertion.is_some(), secret.is_some()].iter().filter(|it| **it).count()
        > 1
    {
        let description = "Cannot supply multiple client credentials. Use one of the following: \
            credentials in the Authorization header, credentials in the post body, or a \
            client_assertion in the post body.";
        let status = StatusCode::UNAUTHORIZED;
        return Err(OAuthError::new(status, "invalid_request", description));
    }
    if let Some((client_id, client_secret)) = header {
        let method = AuthMethod::ClientSecretBasic;
        return Ok(Credentials::Secret { client_id, client_secret, method });
    }
    if let Some(client_secret) = secret {
        let client_id = form.value("client_id").ok_or_else(invalid_client_id)?.to_owned();
        let (client_secret, method) = (client_secret.to_owned(), AuthMethod::ClientSecretPost);
        return Ok(Credentials::Secret { client_id, client_secret, method });
    }
    let compact =
        assertion.ok_or_else(|| OAuthError::invalid_client("No client credentials found."))?;
    if form.value("client_assertion_type") != Some(ASSERTION_TYPE) {
        let description = "The client_assertion_type is invalid.";
        return Err(OAuthError::invalid_request(description));
    }
    Ok(Credentials::Assertion(compact))
}

/// The `Authorization: Basic` header, its two halves form-encoded (RFC 6749 section 2.3.1).
fn basic(call: &Call) -> Result<Option<(String, String)>, OAuthError> {
    if !call.headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let invalid = || OAuthError::invalid_client("Found Authentication header but was not valid.");
    let value = call.header(AUTHORIZATION.as_str()).ok_or_else(invalid)?;
    let (scheme, encoded) = value.split_once(' ').ok_or_else(invalid)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(invalid());
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| invalid())?;
    let text = String::from_utf8(decoded).map_err(|_| invalid())?;
    let (id, secret) = text.split_once(':').ok_or_else(invalid)?;
    let decode = |part: &str| {
        let part = part.replace('+', " ");
        percent_encoding::percent_decode_str(&part).decode_utf8_lossy().into_owned()
    };
    Ok(Some((decode(id), decode(secret))))
}

fn authentication_failed() -> OAuthError {
    OAuthError::invalid_client(
        "Client authentication failed. Either the client or the client \
        credentials are invalid.",
    )
}

fn invalid_client_id() -> OAuthError {
    OAuthError::invalid_client("Invalid value for 'client_id' parameter.")
}
