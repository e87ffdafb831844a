//! Discovery documents (RFC 8414, OpenID Connect Discovery) and public keys.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::algorithm::SignatureAlgorithm;
use super::scopes::{CUSTOM_SCOPES, OPENID_SCOPES, okta_scopes};
use crate::call::Call;
use crate::context::Context;
use crate::org::AuthServer;
use crate::reply::Reply;

const AUTH_METHODS: [&str; 5] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];

/// `/.well-known/oauth-authorization-server`.
pub(crate) fn oauth_metadata(context: &Context<'_>, server: AuthServer) -> Reply {
    Reply::json(StatusCode::OK, &metadata(context, server))
}

/// `/.well-known/openid-configuration`.
pub(crate) fn openid_metadata(context: &Context<'_>, server: AuthServer) -> Reply {
    let mut document = metadata(context, server);
    document["subject_types_supported"] = json!(["public"]);
    document["id_token_signing_alg_values_supported"] = json!(["RS256"]);
    Reply::json(StatusCode::OK, &document)
}

/// `/.well-known/okta-organization`: how a client finds out which engine an org runs.
pub(crate) fn organization(context: &Context<'_>) -> Reply {
    let body = json!({
        "id": context.org.id,
        "cell": "emulator",
        "pipeline": "idx",
        "_links": { "organization": { "href": context.org_url } },
        "settings": {
            "analyticsCollectionEnabled": false,
            "bugReportingEnabled": false,
            "omEnabled": false,
        },
    });
    Reply::json(StatusCode::OK, &body)
}

/// The public keys for ID tokens: none, because only people get ID tokens and the access
/// tokens of this org are opaque.
pub(super) fn keys(_: &mut Context<'_>, _: &Call, _: AuthServer) -> Result<Reply, Reply> {
    let reply = Reply::json(StatusCode::OK, &json!({ "keys": [] }));
    Ok(reply.with_header(CACHE_CONTROL, "max-age=3600, must-revalidate"))
}

fn metadata(context: &Context<'_>, server: AuthServer) -> Value {
    let endpoint = |name: &str| context.url(&format!("{}/{name}", server.base_path()));
    let scopes: Vec<&str> = match server {
        AuthServer::Org => OPENID_SCOPES.into_iter().chain(okta_scopes()).collect(),
        AuthServer::Default => OPENID_SCOPES.into_iter().chain(CUSTOM_SCOPES).collect(),
    };
    let algorithms = SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str);
    // RFC 8414 section 2 requires an authorization endpoint; nobody answers there.
    json!({
        "issuer": server.issuer(context.org_url),
        "authorization_endpoint": endpoint("authorize"),
        "token_endpoint": endpoint("token"),
        "registration_endpoint": context.url("/oauth2/v1/clients"),
        "jwks_uri": endpoint("keys"),
        "introspection_endpoint": endpoint("introspect"),
        "revocation_endpoint": endpoint("revoke"),
        "scopes_supported": scopes,
        "response_types_supported": ["code", "token", "id_token"],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "dpop_signing_alg_values_supported": algorithms,
    })
}
