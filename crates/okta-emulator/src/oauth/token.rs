//! The token endpoint, for the client credentials grant (RFC 6749 section 4.4).

use axum::http::StatusCode;
use serde_json::json;

use super::client_auth;
use super::dpop;
use super::error::OAuthError;
use super::form::Form;
use super::scopes;
use crate::call::Call;
use crate::context::Context;
use crate::org::{App, ApplicationType, AuthServer, IssuedToken};
use crate::random;
use crate::reply::Reply;

/// Seconds; fixed for the org authorization server and our choice for the other.
const LIFETIME: i64 = 3600;
/// Grants that Okta has and a client may be registered for, other than the one served here.
const OTHER_GRANTS: [&str; 5] = [
    "authorization_code",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

pub(super) fn token(
    context: &mut Context<'_>,
    call: &Call,
    server: AuthServer,
) -> Result<Reply, Reply> {
    let form = Form::parse(call)?;
    let grant_type = form.value("grant_type").ok_or_else(|| {
        OAuthError::invalid_request("The token request must specify a 'grant_type'.")
    })?;
    if grant_type != "client_credentials" && !OTHER_GRANTS.contains(&grant_type) {
        let description = "The authorization grant type is not supported by the server.";
        return Err(OAuthError::bad("unsupported_grant_type", description).into());
    }
    let url = context.url(&format!("{}/token", server.base_path()));
    let client_id = client_auth::authenticate(context, call, &form, &url)?;
    let app = client(context, &client_id)?;
    check_client(app, server, grant_type)?;
    let is_bound = app.client.dpop_bound_access_tokens;
    let jkt = if is_bound { Some(dpop::check_token_request(context, call, &url)?) } else { None };
    let granted = scopes::granted(client(context, &client_id)?, server, form.value("scope"))?;
    Ok(issue(context, server, client_id, granted, jkt))
}

fn client<'c>(context: &'c Context<'_>, client_id: &str) -> Result<&'c App, OAuthError> {
    let app = context.org.client(client_id);
    app.ok_or_else(|| OAuthError::invalid_client("Invalid value for 'client_id' parameter."))
}

fn check_client(app: &App, server: AuthServer, grant_type: &str) -> Result<(), OAuthError> {
    if !app.client.grant_types.iter().any(|it| it == grant_type) {
        let description = "The client is not authorized to use the provided grant type.";
        return Err(OAuthError::bad("unauthorized_client", description));
    }
    if grant_type != "client_credentials" {
        let description = "The authorization grant type is not supported by the emulator.";
        return Err(OAuthError::bad("unsupported_grant_type", description));
    }
    if app.client.application_type != ApplicationType::Service {
        return Err(OAuthError::invalid_client(
            "Only clients with 'application_type' of 'service' may use client credentials.",
        ));
    }
    client_auth::check_method(app, server)
}

fn issue(
    context: &mut Context<'_>,
    server: AuthServer,
    client_id: String,
    granted: Vec<String>,
    jkt: Option<String>,
) -> Reply {
    let secret = random::secret("emulator.");
    let issued = context.now.seconds();
    let body = json!({
        "token_type": if jkt.is_some() { "DPoP" } else { "Bearer" },
        "expires_in": LIFETIME,
        "access_token": secret,
        "scope": granted.join(" "),
    });
    let token = IssuedToken {
        jti: random::secret("AT."),
        server,
        client_id,
        scopes: granted,
        issued,
        expires: issued + LIFETIME,
        jkt,
        revoked: false,
    };
    context.org.add_token(&secret, token);
    Reply::json(StatusCode::OK, &body).not_stored()
}
