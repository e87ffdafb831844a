//! `/oauth2/v1/clients/{id}/roles`: the admin roles of a service app.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::access::{Operation, authorize};
use super::clients;
use super::permission::{Permission, STANDARD_ROLES};
use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::org::{App, ApplicationType, CUSTOM_ROLES, RESOURCE_SETS, RoleAssignment};
use crate::random;
use crate::reply::Reply;

pub(super) const READ: Operation =
    Operation::new(&["okta.roles.read", "okta.roles.manage"], Permission::ReadRoles);
const MANAGE: Operation = Operation::new(&["okta.roles.manage"], Permission::Everything);

pub(super) fn list(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = find(context, id)?;
    let list: Vec<Value> = app.roles.iter().map(|role| role_json(role, app, context)).collect();
    Ok(Reply::json(StatusCode::OK, &Value::Array(list)))
}

/// 201, as recorded from live orgs; the description says 200.
pub(super) fn assign(context: &mut Context<'_>, call: &Call, id: &str) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    let app = find(context, id)?;
    let body = call.json_object()?;
    if app.client.application_type != ApplicationType::Service {
        return Err(ApiError::role_needs_service_app().into());
    }
    let role = assignment(&body, context)?;
    let same = |it: &RoleAssignment| it.role_type == role.role_type && it.binding == role.binding;
    if app.roles.iter().any(same) {
        return Err(match role.role_type.as_str() {
            "CUSTOM" => ApiError::custom_role_already_assigned(),
            _ => ApiError::standard_role_already_assigned(),
        }
        .into());
    }
    let reply = Reply::json(StatusCode::CREATED, &role_json(&role, app, context));
    let app = context.org.client_mut(id).ok_or_else(|| clients::not_found(id))?;
    app.roles.push(role);
    Ok(reply)
}

pub(super) fn read(
    context: &mut Context<'_>,
    call: &Call,
    id: &str,
    assignment_id: &str,
) -> Result<Reply, Reply> {
    authorize(context, call, READ)?;
    let app = find(context, id)?;
    let role = find_role(app, assignment_id)?;
    Ok(Reply::json(StatusCode::OK, &role_json(role, app, context)))
}

pub(super) fn unassign(
    context: &mut Context<'_>,
    call: &Call,
    id: &str,
    assignment_id: &str,
) -> Result<Reply, Reply> {
    authorize(context, call, MANAGE)?;
    find_role(find(context, id)?, assignment_id)?;
    let app = context.org.client_mut(id).ok_or_else(|| clients::not_found(id))?;
    app.roles.retain(|role| role.id != assignment_id);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn assignment(
    body: &Map<String, Value>,
    context: &Context<'_>,
) -> Result<RoleAssignment, ApiError> {
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let role_type = text("type");
    let (id, binding) = if role_type == "CUSTOM" {
        (random::id("irb"), Some(custom_binding(text("role"), text("resource-set"))?))
    } else {
        match STANDARD_ROLES.iter().find(|(name, ..)| *name == role_type) {
            Some((_, _, false)) => (random::id("JBC").to_uppercase(), None),
            Some((name, _, true)) => {
                let policy = format!("{}_IAM_POLICY", name.trim_end_matches("_ADMIN"));
                (random::id("irb"), Some(((*name).to_owned(), policy)))
            }
            None => return Err(ApiError::invalid("type", "type: The role type is not known.")),
        }
    };
    Ok(RoleAssignment { id, role_type: role_type.to_owned(), binding, created: context.now })
}

fn custom_binding(role: &str, resource_set: &str) -> Result<(String, String), ApiError> {
    for (name, value) in [("role", role), ("resource-set", resource_set)] {
        if value.is_empty() {
            let cause = format!("{name}: The field can't be left blank.");
            return Err(ApiError::invalid(name, cause));
        }
    }
    if !CUSTOM_ROLES.iter().any(|it| it.id == role) {
        return Err(ApiError::not_found(role, "CustomRole"));
    }
    if !RESOURCE_SETS.iter().any(|it| it.id == resource_set) {
        return Err(ApiError::not_found(resource_set, "ResourceSet"));
    }
    Ok((role.to_owned(), resource_set.to_owned()))
}

fn find<'c>(context: &'c Context<'_>, id: &str) -> Result<&'c App, ApiError> {
    context.org.client(id).ok_or_else(|| clients::not_found(id))
}

fn find_role<'a>(app: &'a App, id: &str) -> Result<&'a RoleAssignment, ApiError> {
    let role = app.roles.iter().find(|role| role.id == id);
    role.ok_or_else(|| ApiError::not_found(id, "RoleAssignment"))
}

fn role_json(role: &RoleAssignment, app: &App, context: &Context<'_>) -> Value {
    let assignee = context.url(&format!("/oauth2/v1/clients/{}", app.client_id));
    let mut json = json!({
        "id": role.id,
        "label": label(role),
        "type": role.role_type,
        "status": "ACTIVE",
        "created": role.created.iso8601(),
        "lastUpdated": role.created.iso8601(),
        "assignmentType": "CLIENT",
        "_links": { "assignee": { "href": assignee } },
    });
    if let Some((role_id, resource_set)) = &role.binding {
        json["role"] = json!(role_id);
        json["resource-set"] = json!(resource_set);
        let role_url = context.url(&format!("/api/v1/iam/roles/{role_id}"));
        let set_url = context.url(&format!("/api/v1/iam/resource-sets/{resource_set}"));
        let member = format!("{set_url}/bindings/{role_id}/members/{}", role.id);
        json["_links"]["permissions"] = json!({ "href": format!("{role_url}/permissions") });
        json["_links"]["role"] = json!({ "href": role_url });
        json["_links"]["resource-set"] = json!({ "href": set_url });
        json["_links"]["member"] = json!({ "href": member });
    }
    json
}

fn label(role: &RoleAssignment) -> &'static str {
    let custom = role.binding.as_ref().and_then(|(id, _)| {
        CUSTOM_ROLES.iter().find(|custom| custom.id == id).map(|custom| custom.label)
    });
    let standard = STANDARD_ROLES
        .iter()
        .find(|(name, ..)| *name == role.role_type)
        .map(|(_, label, _)| *label);
    custom.or(standard).unwrap_or_default()
}
