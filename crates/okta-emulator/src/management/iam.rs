//! `/api/v1/iam`: the custom roles and resource sets that can be assigned.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::authorize;
use super::roles::READ;
use crate::call::Call;
use crate::context::Context;
use crate::org::{CUSTOM_ROLES, RESOURCE_SETS};
use crate::reply::Reply;

pub(super) fn roles(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let list = CUSTOM_ROLES.iter().map(|role| {
        let url = context.url(&format!("/api/v1/iam/roles/{}", role.id));
        json!({
            "id": role.id,
            "label": role.label,
            "description": role.description,
            "created": context.org.created.iso8601(),
            "lastUpdated": context.org.created.iso8601(),
            "_links": {
                "permissions": { "href": format!("{url}/permissions") },
                "self": { "href": url },
            },
        })
    });
    let list: Vec<Value> = list.collect();
    Ok(Reply::json(StatusCode::OK, &json!({ "roles": list })))
}

pub(super) fn resource_sets(context: &mut Context<'_>, call: &Call) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let list = RESOURCE_SETS.iter().map(|set| {
        let url = context.url(&format!("/api/v1/iam/resource-sets/{}", set.id));
        json!({
            "id": set.id,
            "label": set.label,
            "description": set.description,
            "created": context.org.created.iso8601(),
            "lastUpdated": context.org.created.iso8601(),
            "_links": {
                "self": { "href": url },
                "resources": { "href": format!("{url}/resources") },
                "bindings": { "href": format!("{url}/bindings") },
            },
        })
    });
    let list: Vec<Value> = list.collect();
    Ok(Reply::json(StatusCode::OK, &json!({ "resource-sets": list })))
}
