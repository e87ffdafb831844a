//! `/oauth2/v1/clients`: dynamic client registration in Okta's form.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::access::{Operation, authorize};
use super::metadata::{self, Invalid};
use super::page::Page;
use super::permission::Permission;
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::oauth::OAuthError;
use crate::org::{App, AppDocument, ClientKey, Keys, Status};
use crate::random;
use crate::reply::Reply;

const READ: Operation =
    Operation::new(&["okta.clients.read", "okta.clients.manage"], Permission::ReadApps);
const REGISTER: Operation = Operation::new(&["okta.clients.register"], Permission::ManageApps);
const MANAGE: Operation = Operation::new(&["okta.clients.manage"], Permission::ManageApps);

const DEFAULT_LIMIT: usize = 20;
/// Members that a replacement must bring along, since nothing is taken over silently.
const REPLACED_AS_A_WHOLE: [&str; 4] =
    ["application_type", "grant_types", "response_types", "token_endpoint_auth_method"];
/// Set by the org alone. A body that has them asks for something it will not get.
const READ_ONLY: [&str; 2] = ["client_id_issued_at", "client_secret_expires_at"];

pub(super) fn list(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let page = Page::of(call, DEFAULT_LIMIT)?;
    let prefix = call.query_value("q").unwrap_or_default();
    let matching = context.org.apps().iter().filter(|app| app.label.starts_with(&prefix));
    let items: Vec<_> = matching.map(|app| (app.sequence, client_json(app))).collect();
    Ok(page.reply(context, call, items))
}

pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, REGISTER)?;
    let mut body = call.json_object()?;
    if body.contains_key("client_id") {
        return Err(refusal(&Invalid::new("client_id", "The field is read-only.")));
    }
    let label = client_name(&mut body).map_err(|it| refusal(&it))?;
    refuse_read_only(&body).map_err(|it| refusal(&it))?;
    let client = metadata::settings(body, None, context.now).map_err(|it| refusal(&it))?;
    let id = random::id("0oa");
    let app = App {
        client_id: id.clone(),
        id,
        sequence: 0,
        label,
        status: Status::Active,
        created: context.now,
        last_updated: context.now,
        client,
        document: AppDocument::default(),
        grants: Vec::new(),
        roles: Vec::new(),
    };
    let reply = Reply::json(StatusCode::CREATED, &client_json(&app));
    context.org.add_app(app);
    Ok(reply)
}

pub(super) fn read(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    Ok(Reply::json(StatusCode::OK, &client_json(find(context, id)?)))
}

pub(super) fn replace(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let app = find(context, id)?;
    if !app.grants.is_empty() && !caller.is_super_admin {
        return Err(ApiError::no_permission().into());
    }
    let mut body = call.json_object()?;
    let (label, client) = replacement(&mut body, app, context).map_err(|it| refusal(&it))?;
    let now = context.now;
    let app = context.org.client_mut(id).ok_or_else(|| not_found(id))?;
    // The Clients API does not show this setting and so cannot take it away.
    let dpop_bound_access_tokens = app.client.dpop_bound_access_tokens;
    app.label = label;
    app.last_updated = now;
    app.client = crate::org::ClientSettings { dpop_bound_access_tokens, ..client };
    Ok(Reply::json(StatusCode::OK, &client_json(app)))
}

pub(super) fn delete(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    let app_id = find(context, id)?.id.clone();
    context.org.remove_app(&app_id);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn replacement(
    body: &mut Map<String, Value>,
    app: &App,
    context: &Context<'_>,
) -> Result<(String, crate::org::ClientSettings), Invalid> {
    refuse_read_only(body)?;
    if body.remove("client_id").as_ref().and_then(Value::as_str) != Some(&app.client_id) {
        return Err(Invalid::new("client_id", "Must be the id of the client."));
    }
    let label = client_name(body)?;
    if let Some(field) = REPLACED_AS_A_WHOLE.into_iter().find(|it| !body.contains_key(*it)) {
        return Err(Invalid::new(field, "The field can't be left blank."));
    }
    let settings = metadata::settings(std::mem::take(body), Some(&app.client), context.now)?;
    Ok((label, settings))
}

fn client_name(body: &mut Map<String, Value>) -> Result<String, Invalid> {
    match body.remove("client_name") {
        Some(Value::String(name)) if !name.trim().is_empty() => Ok(name),
        _ => Err(Invalid::new("client_name", "The field can't be left blank.")),
    }
}

fn refuse_read_only(body: &Map<String, Value>) -> Result<(), Invalid> {
    match READ_ONLY.into_iter().find(|field| body.contains_key(*field)) {
        None => Ok(()),
        Some(field) => Err(Invalid::new(field, "The field is read-only.")),
    }
}

fn refusal(invalid: &Invalid) -> Reply {
    let description = format!("{}: {}", invalid.field, invalid.reason);
    OAuthError::bad("invalid_client_metadata", description).into()
}

fn find<'c>(context: &'c Context<'_>, id: &str) -> Result<&'c App, ApiError> {
    context.org.client(id).ok_or_else(|| not_found(id))
}

pub(super) fn not_found(id: &str) -> ApiError {
    ApiError::not_found(id, "PublicClientApp")
}

fn client_json(app: &App) -> Value {
    let client = &app.client;
    let mut json = json!({
        "client_id": app.client_id,
        "client_id_issued_at": app.created.seconds(),
        "client_name": app.label,
        "client_uri": null,
        "logo_uri": null,
        "redirect_uris": [],
        "response_types": client.response_types,
        "grant_types": client.grant_types,
        "token_endpoint_auth_method": client.auth_method,
        "application_type": client.application_type,
    });
    if let Value::Object(members) = &mut json {
        members.extend(client.other.clone());
        if let Some(secret) = &client.client_secret {
            members.insert("client_secret".to_owned(), json!(secret));
            members.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        match &client.keys {
            Keys::Jwks(keys) if keys.is_empty() => {}
            Keys::Jwks(keys) => {
                let keys: Vec<_> = keys.iter().map(client_key_json).collect();
                members.insert("jwks".to_owned(), json!({ "keys": keys }));
            }
            Keys::JwksUri(uri) => {
                members.insert("jwks_uri".to_owned(), json!(uri));
            }
        }
    }
    json
}

/// This API shows neither Okta's id of a key nor its status.
fn client_key_json(key: &ClientKey) -> Value {
    json!(key.jwk)
}
