//! The authorization servers: tokens, client authentication, DPoP, discovery.

mod algorithm;
mod assertion;
mod client_auth;
pub(crate) mod discovery;
pub(crate) mod dpop;
mod error;
mod form;
mod introspection;
mod jwk;
mod jws;
pub(crate) mod scopes;
mod token;

use axum::http::Method;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::org::AuthServer;
use crate::reply::Reply;

pub(crate) use dpop::DpopNonces;
pub(crate) use error::OAuthError;
pub(crate) use jwk::{KeyUse, PublicJwk};

/// An authorization server by the id in its path.
pub(crate) fn custom_server(id: &str) -> Result<AuthServer, Reply> {
    if id == "default" {
        return Ok(AuthServer::Default);
    }
    let description = "The authorization server id is invalid.";
    Err(OAuthError::invalid_request(description).into())
}

/// Answers a path below `/oauth2/v1` or `/oauth2/{id}/v1`, except `clients`.
pub(crate) fn endpoint(
    context: &mut Context<'_>,
    call: &Call,
    server: AuthServer,
    name: &str,
) -> Result<Reply, Reply> {
    let (method, answer): (Method, fn(&mut Context<'_>, &Call, AuthServer) -> _) = match name {
        "token" => (Method::POST, token::token),
        "introspect" => (Method::POST, introspection::introspect),
        "revoke" => (Method::POST, introspection::revoke),
        "keys" => (Method::GET, discovery::keys),
        _ => return Err(ApiError::unknown_path().into()),
    };
    if call.method != method {
        return Err(ApiError::method_not_allowed().into());
    }
    answer(context, call, server)
}

impl AuthServer {
    /// Everything of the org authorization server is below this path, and so on.
    fn base_path(self) -> &'static str {
        match self {
            Self::Org => "/oauth2/v1",
            Self::Default => "/oauth2/default/v1",
        }
    }

    fn issuer(self, org_url: &str) -> String {
        match self {
            Self::Org => org_url.to_owned(),
            Self::Default => format!("{org_url}/oauth2/default"),
        }
    }

    /// The audience of its access tokens.
    fn audience(self, org_url: &str) -> String {
        match self {
            Self::Org => org_url.to_owned(),
            Self::Default => "api://default".to_owned(),
        }
    }
}
