//! `/api/v1/apps/{id}/grants`: the Okta scopes that an app may ask for.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::{Operation, authorize};
use super::apps;
use super::permission::Permission;
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::oauth::scopes;
use crate::org::{App, Grant};
use crate::random;
use crate::reply::Reply;

const READ: Operation =
    Operation::new(&["okta.appGrants.read", "okta.appGrants.manage"], Permission::ReadGrants);
const MANAGE: Operation = Operation::new(&["okta.appGrants.manage"], Permission::Everything);

pub(super) fn list(context: &mut Context<'_>, call: &Call, app_id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = apps::find(context, app_id)?;
    let list: Vec<Value> =
        app.grants.iter().map(|grant| grant_json(grant, app, context, call)).collect();
    Ok(Reply::json(StatusCode::OK, &Value::Array(list)))
}

pub(super) fn add(context: &mut Context<'_>, call: &Call, app_id: &str) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let app = apps::find(context, app_id)?;
    let body = call.json_object()?;
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("issuer") != context.org_url {
        let cause = "issuer: The issuer must be the URL of the org.";
        return Err(ApiError::invalid("issuer", cause).into());
    }
    let scope = text("scopeId");
    if !scopes::is_okta_scope(scope) {
        let cause = "scopeId: The scope is not known to the org.";
        return Err(ApiError::invalid("scopeId", cause).into());
    }
    if app.has_grant(scope) {
        return Err(ApiError::conflict("The scope has already been granted to the app.").into());
    }
    let grant = Grant {
        id: random::id("oag"),
        scope: scope.to_owned(),
        created: context.now,
        created_by: caller.actor,
    };
    let reply = Reply::json(StatusCode::CREATED, &grant_json(&grant, app, context, call));
    apps::find_mut(context, app_id)?.grants.push(grant);
    Ok(reply)
}

pub(super) fn read(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    grant_id: &str,
) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = apps::find(context, app_id)?;
    let grant = find(app, grant_id)?;
    Ok(Reply::json(StatusCode::OK, &grant_json(grant, app, context, call)))
}

/// Takes a scope away. Tokens that already carry it keep it until they expire.
pub(super) fn revoke(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    grant_id: &str,
) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    find(apps::find(context, app_id)?, grant_id)?;
    apps::find_mut(context, app_id)?.grants.retain(|grant| grant.id != grant_id);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn find<'a>(app: &'a App, grant_id: &str) -> Result<&'a Grant, ApiError> {
    app.grants
        .iter()
        .find(|grant| grant.id == grant_id)
        .ok_or_else(|| ApiError::not_found(grant_id, "OAuth2ScopeConsentGrant"))
}

fn grant_json(grant: &Grant, app: &App, context: &Context<'_>, call: &Call) -> Value {
    let app_url = context.url(&format!("/api/v1/apps/{}", app.id));
    let mut json = json!({
        "id": grant.id,
        "status": "ACTIVE",
        "created": grant.created.iso8601(),
        "createdBy": grant.created_by,
        "lastUpdated": grant.created.iso8601(),
        "issuer": context.org_url,
        "clientId": app.client_id,
        "scopeId": grant.scope,
        "source": "ADMIN",
        "_links": {
            "app": { "href": app_url, "title": app.label },
            "self": {
                "href": format!("{app_url}/grants/{}", grant.id),
                "hints": { "allow": ["GET", "DELETE"] },
            },
            "client": {
                "href": context.url(&format!("/oauth2/v1/clients/{}", app.client_id)),
                "title": app.label,
            },
        },
    });
    if call.query_value("expand").as_deref() == Some("scope") {
        json["_embedded"] = json!({ "scope": { "id": grant.scope } });
    }
    json
}
