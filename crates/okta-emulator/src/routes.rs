//! Which path is answered by what.

use std::borrow::Cow;

use axum::http::Method;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::management;
use crate::oauth::{self, discovery};
use crate::org::AuthServer;
use crate::reply::Reply;

/// Answers a request. A refusal is an answer like any other once it leaves here.
pub(crate) fn answer(context: &mut Context<'_>, call: &Call) -> Reply {
    let segments = call.segments().unwrap_or_default();
    let path: Vec<&str> = segments.iter().map(Cow::as_ref).collect();
    // A doubled slash or one at the end is another path, and none of ours.
    if path.contains(&"") {
        return ApiError::unknown_path().into();
    }
    route(context, call, &path).unwrap_or_else(|refusal| refusal)
}

fn route(context: &mut Context<'_>, call: &Call, path: &[&str]) -> Result<Reply, Reply> {
    match *path {
        ["api", "v1", ref rest @ ..] => management::api(context, call, rest),
        ["oauth2", "v1", "clients", ref rest @ ..] => management::clients(context, call, rest),
        ["oauth2", "v1", name] => oauth::endpoint(context, call, AuthServer::Org, name),
        ["oauth2", id, "v1", name] => {
            oauth::endpoint(context, call, oauth::custom_server(id)?, name)
        }
        [".well-known", ref document @ ..] => well_known(context, call, AuthServer::Org, document),
        ["oauth2", id, ".well-known", document] => {
            well_known(context, call, oauth::custom_server(id)?, &[document])
        }
        _ => Err(ApiError::unknown_path().into()),
    }
}

fn well_known(
    context: &mut Context<'_>,
    call: &Call,
    server: AuthServer,
    document: &[&str],
) -> Result<Reply, Reply> {
    let reply = match (server, document) {
        (_, ["openid-configuration"]) => discovery::openid_metadata(context, server),
        (_, ["oauth-authorization-server"]) => discovery::oauth_metadata(context, server),
        // RFC 8414 section 3.1: the issuer's path comes after the well-known one.
        (AuthServer::Org, ["oauth-authorization-server", "oauth2", id]) => {
            discovery::oauth_metadata(context, oauth::custom_server(id)?)
        }
        (AuthServer::Org, ["okta-organization"]) => discovery::organization(context),
        _ => return Err(ApiError::unknown_path().into()),
    };
    if call.method == Method::GET { Ok(reply) } else { Err(ApiError::method_not_allowed().into()) }
}
