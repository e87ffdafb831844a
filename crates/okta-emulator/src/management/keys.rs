//! `/api/v1/apps/{id}/credentials/jwks`: the public keys of a client, one by one.

use axum::http::StatusCode;
use serde_json::Value;

use super::access::authorize;
use super::app_json::key_json;
use super::apps::{self, MANAGE, READ};
use super::metadata::{MOST_KEYS, check_key_set, client_key};
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::oauth::KeyUse;
use crate::org::{App, AuthMethod, ClientKey, Keys, Status};
use crate::reply::Reply;

const TOO_MANY: &str = "You can't create a new key. You have reached the maximum number of keys \
    allowed (50). To add another key, you must first delete an existing one.";
const NEEDS_KID: &str = "Each key should have a unique kid when adding multiple keys. Use the \
    Apps API to update the JWKS to add a kid for the existing key, or delete the existing key and \
    re-add the key with a kid using the JWKS APIs.";
const ONLY_ACTIVE: &str = "Can't deactivate the only active JSON Web Key when the value for \
    `token_endpoint_auth_method` is `private_key_jwt`.";
const ACTIVE_ENCRYPTION_KEY: &str = "You can't deactivate the active encryption key.";
const DELETE_ACTIVE: &str =
    "You can't delete an active JSON Web Key. Deactivate the key before deleting it.";
const HAS_JWKS_URI: &str = "Keys can't be managed here while the client has a 'jwks_uri'.";

pub(super) fn list(context: &mut Context<'_>, call: &Call, app_id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = apps::find(context, app_id)?;
    let keys = app.client.keys.stored();
    let list: Vec<Value> = keys.iter().map(|key| key_json(key, app_id, context)).collect();
    Ok(Reply::json(StatusCode::OK, &Value::Array(list)))
}

pub(super) fn add(context: &mut Context<'_>, call: &Call, app_id: &str) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let app = apps::find(context, app_id)?;
    apps::guard_granted(app, &caller)?;
    let key = client_key(&call.json_object()?, context.now).map_err(invalid)?;
    let Keys::Jwks(keys) = &app.client.keys else { return Err(invalid(HAS_JWKS_URI).into()) };
    if keys.len() >= MOST_KEYS {
        return Err(invalid(TOO_MANY).into());
    }
    if !keys.is_empty() && keys.iter().chain([&key]).any(|it| it.jwk.kid.is_none()) {
        return Err(invalid(NEEDS_KID).into());
    }
    let grown: Vec<_> = keys.iter().chain([&key]).cloned().collect();
    check_key_set(&grown).map_err(invalid)?;
    let reply = Reply::json(StatusCode::CREATED, &key_json(&key, app_id, context));
    apps::find_mut(context, app_id)?.client.keys = Keys::Jwks(grown);
    Ok(reply)
}

pub(super) fn read(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    key_id: &str,
) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let key = find(apps::find(context, app_id)?, key_id)?;
    Ok(Reply::json(StatusCode::OK, &key_json(key, app_id, context)))
}

pub(super) fn delete(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    key_id: &str,
) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let app = apps::find(context, app_id)?;
    apps::guard_granted(app, &caller)?;
    if find(app, key_id)?.status == Status::Active {
        return Err(invalid(DELETE_ACTIVE).into());
    }
    if let Keys::Jwks(keys) = &mut apps::find_mut(context, app_id)?.client.keys {
        keys.retain(|key| key.id != key_id);
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) fn activate(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    key_id: &str,
) -> Result<Reply, Reply> {
    set_status(context, call, (app_id, key_id), Status::Active)
}

pub(super) fn deactivate(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    key_id: &str,
) -> Result<Reply, Reply> {
    set_status(context, call, (app_id, key_id), Status::Inactive)
}

fn set_status(
    context: &mut Context<'_>,
    call: &Call,
    (app_id, key_id): (&str, &str),
    status: Status,
) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let now = context.now;
    let app = apps::find(context, app_id)?;
    apps::guard_granted(app, &caller)?;
    if find(app, key_id)?.status != status {
        let keys = with_status(app, key_id, status, now).map_err(invalid)?;
        apps::find_mut(context, app_id)?.client.keys = Keys::Jwks(keys);
    }
    let key = find(apps::find(context, app_id)?, key_id)?;
    Ok(Reply::json(StatusCode::OK, &key_json(key, app_id, context)))
}

/// The keys as they would be after the change, if it is allowed.
fn with_status(
    app: &App,
    key_id: &str,
    status: Status,
    now: crate::timestamp::Timestamp,
) -> Result<Vec<ClientKey>, &'static str> {
    let mut keys = app.client.keys.stored().to_vec();
    for key in keys.iter_mut().filter(|key| key.id == key_id) {
        if status == Status::Inactive && key.jwk.key_use == Some(KeyUse::Enc) {
            return Err(ACTIVE_ENCRYPTION_KEY);
        }
        key.status = status;
        key.last_updated = now;
    }
    let signs =
        |key: &ClientKey| key.status == Status::Active && key.jwk.key_use != Some(KeyUse::Enc);
    if app.client.auth_method == AuthMethod::PrivateKeyJwt && !keys.iter().any(signs) {
        return Err(ONLY_ACTIVE);
    }
    check_key_set(&keys)?;
    Ok(keys)
}

fn find<'a>(app: &'a App, key_id: &str) -> Result<&'a ClientKey, ApiError> {
    let keys = app.client.keys.stored();
    keys.iter()
        .find(|key| key.id == key_id)
        .ok_or_else(|| ApiError::not_found(key_id, "JsonWebKey"))
}

fn invalid(cause: impl Into<String>) -> ApiError {
    ApiError::invalid("JsonWebKey", cause)
}
