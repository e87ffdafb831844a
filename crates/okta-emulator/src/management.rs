//! The management API: apps, clients, keys, grants, roles, users, groups.

mod access;
mod app_json;
mod apps;
mod clients;
mod directory;
mod grants;
mod iam;
mod keys;
mod metadata;
mod page;
mod permission;
mod roles;

use axum::http::Method;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::reply::Reply;

/// Answers a path below `/api/v1`.
pub(crate) fn api(context: &mut Context<'_>, call: &Call, path: &[&str]) -> Result<Reply, Reply> {
    call.accepts_json()?;
    let method = &call.method;
    match *path {
        ["apps"] => match *method {
            Method::GET => apps::list(context, call),
            Method::POST => apps::create(context, call),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        ["apps", id] => match *method {
            Method::GET => apps::read(context, call, id),
            Method::PUT => apps::replace(context, call, id),
            Method::DELETE => apps::delete(context, call, id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        ["apps", id, "lifecycle", "activate"] => {
            only(Method::POST, method).and_then(|()| apps::activate(context, call, id))
        }
        ["apps", id, "lifecycle", "deactivate"] => {
            only(Method::POST, method).and_then(|()| apps::deactivate(context, call, id))
        }
        ["apps", id, "credentials", "jwks", ref rest @ ..] => app_keys(context, call, id, rest),
        ["apps", id, "grants", ref rest @ ..] => app_grants(context, call, id, rest),
        ["users"] => only(Method::GET, method).and_then(|()| directory::users(context, call)),
        ["users", id] => {
            only(Method::GET, method).and_then(|()| directory::user(context, call, id))
        }
        ["groups"] => only(Method::GET, method).and_then(|()| directory::groups(context, call)),
        ["groups", id] => {
            only(Method::GET, method).and_then(|()| directory::group(context, call, id))
        }
        ["iam", "roles"] => only(Method::GET, method).and_then(|()| iam::roles(context, call)),
        ["iam", "resource-sets"] => {
            only(Method::GET, method).and_then(|()| iam::resource_sets(context, call))
        }
        _ => Err(ApiError::unknown_path().into()),
    }
}

/// Answers a path below `/oauth2/v1/clients`.
pub(crate) fn clients(
    context: &mut Context<'_>,
    call: &Call,
    path: &[&str],
) -> Result<Reply, Reply> {
    call.accepts_json()?;
    match *path {
        [] => match call.method {
            Method::GET => clients::list(context, call),
            Method::POST => clients::create(context, call),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [id] => match call.method {
            Method::GET => clients::read(context, call, id),
            Method::PUT => clients::replace(context, call, id),
            Method::DELETE => clients::delete(context, call, id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [id, "roles"] => match call.method {
            Method::GET => roles::list(context, call, id),
            Method::POST => roles::assign(context, call, id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [id, "roles", assignment] => match call.method {
            Method::GET => roles::read(context, call, id, assignment),
            Method::DELETE => roles::unassign(context, call, id, assignment),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        _ => Err(ApiError::unknown_path().into()),
    }
}

fn app_keys(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    path: &[&str],
) -> Result<Reply, Reply> {
    match *path {
        [] => match call.method {
            Method::GET => keys::list(context, call, app_id),
            Method::POST => keys::add(context, call, app_id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [key_id] => match call.method {
            Method::GET => keys::read(context, call, app_id, key_id),
            Method::DELETE => keys::delete(context, call, app_id, key_id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [key_id, "lifecycle", "activate"] => only(Method::POST, &call.method)
            .and_then(|()| keys::activate(context, call, app_id, key_id)),
        [key_id, "lifecycle", "deactivate"] => only(Method::POST, &call.method)
            .and_then(|()| keys::deactivate(context, call, app_id, key_id)),
        _ => Err(ApiError::unknown_path().into()),
    }
}

fn app_grants(
    context: &mut Context<'_>,
    call: &Call,
    app_id: &str,
    path: &[&str],
) -> Result<Reply, Reply> {
    match *path {
        [] => match call.method {
            Method::GET => grants::list(context, call, app_id),
            Method::POST => grants::add(context, call, app_id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        [grant_id] => match call.method {
            Method::GET => grants::read(context, call, app_id, grant_id),
            Method::DELETE => grants::revoke(context, call, app_id, grant_id),
            _ => Err(ApiError::method_not_allowed().into()),
        },
        _ => Err(ApiError::unknown_path().into()),
    }
}

fn only(allowed: Method, method: &Method) -> Result<(), Reply> {
    if *method == allowed { Ok(()) } else { Err(ApiError::method_not_allowed().into()) }
}
