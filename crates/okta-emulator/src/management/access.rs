//! Who calls the management API, and whether they may.
//!
//! With an API token everything is allowed: it stands for a super administrator. An access
//! token needs the scope and its client an admin role; Okta answers the two failures differently.

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use super::permission::{Permission, allows};
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::oauth::dpop;
use crate::org::{ADMIN_ID, Actor, AuthServer, IssuedToken};
use crate::reply::Reply;

/// What an operation asks of an access token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// Any of these will do; the first is the one that Okta names as missing.
    pub(crate) scopes: &'static [&'static str],
    pub(crate) permission: Permission,
}

impl Operation {
    pub(crate) const fn new(scopes: &'static [&'static str], permission: Permission) -> Self {
        Self { scopes, permission }
    }
}

/// A caller that has passed.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) is_super_admin: bool,
}

/// Lets the caller through or says why not.
pub(crate) fn authorize(
    context: &mut Context<'_>,
    call: &Call,
    operation: Operation,
) -> Result<Caller, Reply> {
    let authorization = call.header(AUTHORIZATION.as_str()).ok_or_else(ApiError::no_session)?;
    let (scheme, credential) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let challenge = Challenge { context_url: context.org_url, call, operation };
    if scheme.eq_ignore_ascii_case("SSWS") {
        return api_token(context, credential);
    }
    let is_dpop = scheme.eq_ignore_ascii_case("DPoP");
    if !is_dpop && !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(ApiError::no_session().into());
    }
    let token = live_token(context, credential, &challenge)?;
    if is_dpop || token.jkt.is_some() {
        let presented = if is_dpop { Some(credential) } else { None };
        let url = format!("{}{}", context.org_url, call.path);
        dpop::check_resource_call(context, call, &url, presented, token.jkt.as_deref()).map_err(
            |error| challenge.reply("DPoP", error.status, error.error, &error.description),
        )?;
    }
    if !operation.scopes.iter().any(|scope| token.scopes.iter().any(|it| it == scope)) {
        let description = "The access token provided does not contain the required scopes.";
        let scheme = if is_dpop { "DPoP" } else { "Bearer" };
        let status = StatusCode::FORBIDDEN;
        return Err(challenge.reply(scheme, status, "insufficient_scope", description));
    }
    service_app(context, &token, operation)
}

fn api_token(context: &Context<'_>, credential: &str) -> Result<Caller, Reply> {
    if credential != context.org.admin_token {
        return Err(ApiError::invalid_token().into());
    }
    let actor = Actor { id: ADMIN_ID.to_owned(), kind: "User".to_owned() };
    Ok(Caller { actor, is_super_admin: true })
}

/// A token that the org minted, for itself, and that is still good.
fn live_token(
    context: &Context<'_>,
    credential: &str,
    challenge: &Challenge<'_>,
) -> Result<IssuedToken, Reply> {
    let token = context.org.token(credential).ok_or_else(ApiError::invalid_token)?;
    let reason = if token.server != AuthServer::Org {
        "The access token is not intended for Okta."
    } else if token.revoked {
        "The access token has been revoked."
    } else if !token.is_live(context.now) {
        "The access token has expired."
    } else {
        return Ok(token.clone());
    };
    Err(challenge.reply("Bearer", StatusCode::UNAUTHORIZED, "invalid_token", reason))
}

fn service_app(
    context: &Context<'_>,
    token: &IssuedToken,
    operation: Operation,
) -> Result<Caller, Reply> {
    let app = context.org.client(&token.client_id).ok_or_else(ApiError::invalid_token)?;
    if !allows(app, operation.permission) {
        return Err(ApiError::no_permission().into());
    }
    let actor = Actor { id: app.client_id.clone(), kind: "Client".to_owned() };
    Ok(Caller { actor, is_super_admin: allows(app, Permission::Everything) })
}

/// The `WWW-Authenticate` header of an answer that has no body.
struct Challenge<'a> {
    context_url: &'a str,
    call: &'a Call,
    operation: Operation,
}

impl Challenge<'_> {
    fn reply(&self, scheme: &str, status: StatusCode, error: &str, description: &str) -> Reply {
        let algorithms = if scheme == "DPoP" {
            format!("algs=\"{}\", ", dpop::SUPPORTED_ALGORITHMS)
        } else {
            String::new()
        };
        let value = format!(
            "{scheme} {algorithms}authorization_uri=\"{url}/oauth2/v1/authorize\", \
             realm=\"{url}\", scope=\"{scope}\", error=\"{error}\", \
             error_description=\"{description}\", resource=\"{resource}\"",
            url = self.context_url,
            scope = self.operation.scopes.first().copied().unwrap_or_default(),
            description = description.replace('"', "'"),
            resource = self.call.path,
        );
        Reply::empty(status).with_header(WWW_AUTHENTICATE, &value)
    }
}
