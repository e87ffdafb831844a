//! `/api/v1/apps`: OAuth apps as the Apps API manages them.

use axum::http::StatusCode;
use serde_json::json;

use super::access::{Caller, Operation, authorize};
use super::app_json::{Draft, app_json};
use super::metadata::Invalid;
use super::page::Page;
use super::permission::Permission;
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::org::{App, Status};
use crate::random;
use crate::reply::Reply;

pub(super) const READ: Operation =
    Operation::new(&["okta.apps.read", "okta.apps.manage"], Permission::ReadApps);
pub(super) const MANAGE: Operation = Operation::new(&["okta.apps.manage"], Permission::ManageApps);

const DEFAULT_LIMIT: usize = 20;

pub(super) fn list(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let page = Page::of(call, DEFAULT_LIMIT)?;
    let prefix = call.query_value("q").unwrap_or_default().to_lowercase();
    let filter = call.query_value("filter").map(|text| Filter::parse(&text)).transpose()?;
    let items: Vec<_> = context
        .org
        .apps()
        .iter()
        .filter(|app| app.label.to_lowercase().starts_with(&prefix))
        .filter(|app| filter.as_ref().is_none_or(|filter| filter.matches(app)))
        .map(|app| (app.sequence, app_json(app, context)))
        .collect();
    Ok(page.reply(context, call, items))
}

pub(super) fn create(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    let status = match call.query_value("activate").as_deref() {
        None | Some("true") => Status::Active,
        Some("false") => Status::Inactive,
        Some(_) => return Err(ApiError::invalid("activate", "activate: must be a boolean").into()),
    };
    let draft = Draft::parse(call.json_object()?, None, context.now).map_err(|it| refusal(&it))?;
    let id = random::id("0oa");
    let client_id = draft.client_id.unwrap_or_else(|| id.clone());
    if context.org.client(&client_id).is_some() {
        return Err(refusal(&Invalid::new("client_id", "The client id is already in use.")).into());
    }
    let app = App {
        id,
        client_id,
        sequence: 0,
        label: draft.label,
        status,
        created: context.now,
        last_updated: context.now,
        client: draft.client,
        document: draft.document,
        grants: Vec::new(),
        roles: Vec::new(),
    };
    let reply = Reply::json(StatusCode::OK, &app_json(&app, context));
    context.org.add_app(app);
    Ok(reply)
}

pub(super) fn read(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = find(context, id)?;
    Ok(Reply::json(StatusCode::OK, &app_json(app, context)))
}

pub(super) fn replace(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    let caller = authorize(context, call, MANAGE)?;
    let app = find(context, id)?;
    guard_granted(app, &caller)?;
    let draft =
        Draft::parse(call.json_object()?, Some(app), context.now).map_err(|it| refusal(&it))?;
    if draft.client_id.is_some_and(|chosen| chosen != app.client_id) {
        return Err(refusal(&Invalid::new("client_id", "The field can't be changed.")).into());
    }
    let now = context.now;
    let app = find_mut(context, id)?;
    app.label = draft.label;
    app.client = draft.client;
    app.document = draft.document;
    app.last_updated = now;
    let app = find(context, id)?;
    Ok(Reply::json(StatusCode::OK, &app_json(app, context)))
}

pub(super) fn delete(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    if find(context, id)?.is_active() {
        return Err(ApiError::delete_forbidden().into());
    }
    context.org.remove_app(id);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(super) fn activate(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    set_status(context, call, id, Status::Active)
}

pub(super) fn deactivate(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    let reply = set_status(context, call, id, Status::Inactive)?;
    let client_id = find(context, id)?.client_id.clone();
    context.org.revoke_tokens_of(&client_id);
    Ok(reply)
}

fn set_status(
    context: &mut Context<'_>,
    call: &Call,
    id: &str,
    status: Status,
) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    let now = context.now;
    let app = find_mut(context, id)?;
    app.status = status;
    app.last_updated = now;
    Ok(Reply::json(StatusCode::OK, &json!({})))
}

pub(super) fn find<'c>(context: &'c Context<'_>, id: &str) -> Result<&'c App, ApiError> {
    context.org.app(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))
}

pub(super) fn find_mut<'c>(
    context: &'c mut Context<'_>,
    id: &str,
) -> Result<&'c mut App, ApiError> {
    context.org.app_mut(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))
}

/// Whoever holds the keys of an app holds its scopes, so an app with Okta scopes may be
/// changed by a super administrator only.
pub(super) fn guard_granted(app: &App, caller: &Caller) -> Result<(), ApiError> {
    if app.grants.is_empty() || caller.is_super_admin {
        Ok(())
    } else {
        Err(ApiError::no_permission())
    }
}

fn refusal(invalid: &Invalid) -> ApiError {
    ApiError::invalid(invalid.field, format!("{}: {}", invalid.field, invalid.reason))
}

/// `filter`, of which Okta's own tools use a comparison with `eq`.
struct Filter {
    attribute: String,
    value: String,
}

impl Filter {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let (attribute, value) = text.split_once(" eq ").ok_or_else(ApiError::unsupported)?;
        let value = value
            .trim()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(|| ApiError::invalid("filter", "filter: the expression is invalid"))?;
        if !["id", "name", "status"].contains(&attribute.trim()) {
            return Err(ApiError::unsupported());
        }
        Ok(Self { attribute: attribute.trim().to_owned(), value: value.to_owned() })
    }

    fn matches(&self, app: &App) -> bool {
        let actual = match self.attribute.as_str() {
            "id" => &app.id,
            "status" => app.status.as_str(),
            _ => "oidc_client",
        };
        actual == self.value
    }
}
