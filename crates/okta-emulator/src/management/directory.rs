//! `/api/v1/users` and `/api/v1/groups`: something to read with a token.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::{Operation, authorize};
use super::page::Page;
use super::permission::Permission;
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::org::{GROUPS, Group, USERS, User};
use crate::reply::Reply;

const READ_USERS: Operation =
    Operation::new(&["okta.users.read", "okta.users.manage"], Permission::ReadUsers);
const READ_GROUPS: Operation =
    Operation::new(&["okta.groups.read", "okta.groups.manage"], Permission::ReadGroups);

const DEFAULT_LIMIT: usize = 200;

pub(super) fn users(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ_USERS)?;
    refuse_search(call)?;
    let page = Page::of(call, DEFAULT_LIMIT)?;
    let items: Vec<_> =
        (1..).zip(&USERS).map(|(sequence, user)| (sequence, user_json(user, context))).collect();
    Ok(page.reply(context, call, items))
}

/// One user by id or by login.
pub(super) fn user(context: &mut Context<'_>, call: &Call, key: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ_USERS)?;
    let user = USERS.iter().find(|user| user.id == key || user.login.eq_ignore_ascii_case(key));
    let user = user.ok_or_else(|| ApiError::not_found(key, "User"))?;
    Ok(Reply::json(StatusCode::OK, &user_json(user, context)))
}

pub(super) fn groups(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ_GROUPS)?;
    refuse_search(call)?;
    let page = Page::of(call, DEFAULT_LIMIT)?;
    let items: Vec<_> =
        (1..).zip(&GROUPS).map(|(sequence, it)| (sequence, group_json(it, context))).collect();
    Ok(page.reply(context, call, items))
}

pub(super) fn group(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ_GROUPS)?;
    let group = GROUPS.iter().find(|group| group.id == id);
    let group = group.ok_or_else(|| ApiError::not_found(id, "UserGroup"))?;
    Ok(Reply::json(StatusCode::OK, &group_json(group, context)))
}

/// Ignoring a search would answer with more than was asked for.
fn refuse_search(call: &Call) -> Result<(), ApiError> {
    let searches = ["q", "search", "filter"].iter().any(|name| call.query_value(name).is_some());
    if searches { Err(ApiError::unsupported()) } else { Ok(()) }
}

fn user_json(user: &User, context: &Context<'_>) -> Value {
    let created = context.org.created.iso8601();
    json!({
        "id": user.id,
        "status": "ACTIVE",
        "created": created,
        "activated": created,
        "statusChanged": created,
        "lastLogin": null,
        "lastUpdated": created,
        "passwordChanged": null,
        "profile": {
            "firstName": user.first_name,
            "lastName": user.last_name,
            "mobilePhone": null,
            "secondEmail": null,
            "login": user.login,
            "email": user.login,
        },
        "credentials": { "provider": { "type": "OKTA", "name": "OKTA" } },
        "_links": { "self": { "href": context.url(&format!("/api/v1/users/{}", user.id)) } },
    })
}

fn group_json(group: &Group, context: &Context<'_>) -> Value {
    let created = context.org.created.iso8601();
    json!({
        "id": group.id,
        "created": created,
        "lastUpdated": created,
        "lastMembershipUpdated": created,
        "objectClass": ["okta:user_group"],
        "type": "OKTA_GROUP",
        "profile": { "name": group.name, "description": group.description },
        "_links": {
            "users": { "href": context.url(&format!("/api/v1/groups/{}/users", group.id)) },
        },
    })
}
