//! Introspection and revocation (RFC 7662, RFC 7009).

use axum::http::StatusCode;
use serde_json::json;

use super::client_auth;
use super::form::Form;
use crate::call::Call;
use crate::context::Context;
use crate::org::AuthServer;
use crate::reply::Reply;

pub(super) fn introspect(
    context: &mut Context<'_>,
    call: &Call,
    server: AuthServer,
) -> Result<Reply, Reply> {
    let form = Form::parse(call)?;
    let url = context.url(&format!("{}/introspect", server.base_path()));
    let client_id = client_auth::authenticate(context, call, &form, &url)?;
    let secret = form.required("token")?;
    // A client learns nothing about tokens that are not its own.
    let token = context.org.token(secret).filter(|token| {
        token.client_id == client_id && token.server == server && token.is_live(context.now)
    });
    let Some(token) = token else {
        return Ok(Reply::json(StatusCode::OK, &json!({ "active": false })).not_stored());
    };
    let mut body = json!({
        "active": true,
        "token_type": if token.jkt.is_some() { "DPoP" } else { "Bearer" },
        "scope": token.scopes.join(" "),
        "client_id": token.client_id,
        "sub": token.client_id,
        "iat": token.issued,
        "exp": token.expires,
        "aud": server.audience(context.org_url),
        "iss": server.issuer(context.org_url),
        "jti": token.jti,
    });
    if let Some(jkt) = &token.jkt {
        body["cnf"] = json!({ "jkt": jkt });
    }
    Ok(Reply::json(StatusCode::OK, &body).not_stored())
}

/// 200 whatever the token was: what is invalid already needs no revoking.
pub(super) fn revoke(
    context: &mut Context<'_>,
    call: &Call,
    server: AuthServer,
) -> Result<Reply, Reply> {
    let form = Form::parse(call)?;
    let url = context.url(&format!("{}/revoke", server.base_path()));
    let client_id = client_auth::authenticate(context, call, &form, &url)?;
    let token = context.org.token_mut(form.required("token")?);
    if let Some(token) = token.filter(|it| it.client_id == client_id && it.server == server) {
        token.revoked = true;
    }
    Ok(Reply::empty(StatusCode::OK).not_stored())
}
