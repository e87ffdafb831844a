//! Assigning admin roles to an app.

use okta_http::{Method, Replay};
use serde::{Deserialize, Serialize};

use crate::app_id::is_id;
use crate::clients::client_path;
use crate::{AdminRole, InvalidAppId, RegisterError, Registrar};

/// A role that an app has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AssignedRole {
    /// Okta's id of the assignment.
    pub id: String,
    /// The type: that of a standard role, or `CUSTOM`.
    #[serde(rename = "type")]
    pub role_type: String,
    /// What people see.
    pub label: Option<String>,
    /// `ACTIVE` or `INACTIVE`.
    pub status: Option<String>,
    /// The id of a custom role.
    pub role: Option<String>,
    /// The resource set of a custom role.
    #[serde(rename(deserialize = "resource-set", serialize = "resource_set"))]
    pub resource_set: Option<String>,
}

impl AssignedRole {
    /// Whether this is an assignment of `role`.
    pub fn is(&self, role: &AdminRole) -> bool {
        match role {
            AdminRole::Standard(standard) => self.role_type == standard.as_str(),
            AdminRole::Custom { role_id, resource_set_id } => {
                self.role_type == "CUSTOM"
                    && self.role.as_deref() == Some(role_id)
                    && self.resource_set.as_deref() == Some(resource_set_id)
            }
        }
    }
}

/// What became of a role that was to be assigned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RoleOutcome {
    /// It was assigned now.
    Assigned,
    /// The app had it already.
    AlreadyAssigned,
}

/// The body of an assignment.
#[derive(Serialize)]
#[serde(untagged)]
enum RoleRequest<'a> {
    Standard {
        #[serde(rename = "type")]
        role_type: &'static str,
    },
    Custom {
        #[serde(rename = "type")]
        role_type: &'static str,
        role: &'a str,
        #[serde(rename = "resource-set")]
        resource_set: &'a str,
    },
}

impl<'a> From<&'a AdminRole> for RoleRequest<'a> {
    fn from(role: &'a AdminRole) -> Self {
        match role {
            AdminRole::Standard(standard) => Self::Standard { role_type: standard.as_str() },
            AdminRole::Custom { role_id, resource_set_id } => {
                Self::Custom { role_type: "CUSTOM", role: role_id, resource_set: resource_set_id }
            }
        }
    }
}

impl Registrar {
    /// Lists the admin roles of a client.
    ///
    /// # Errors
    ///
    /// [`RegisterError::InvalidClientId`] if `client_id` cannot be one; else as any call.
    pub fn roles(&self, client_id: &str) -> Result<Vec<AssignedRole>, RegisterError> {
        self.get_all("list roles", &roles_path(client_id)?, &[])
    }

    /// Gives a client an admin role, unless it has it.
    ///
    /// # Errors
    ///
    /// As [`Self::roles`]. After [`RegisterError::Refused`] with `E0000268`, a concurrent change of roles, it can be
    /// called again.
    pub fn assign_role(
        &self,
        client_id: &str,
        role: &AdminRole,
    ) -> Result<RoleOutcome, RegisterError> {
        if self.roles(client_id)?.iter().any(|it| it.is(role)) {
            return Ok(RoleOutcome::AlreadyAssigned);
        }
        let path = roles_path(client_id)?;
        let body = RoleRequest::from(role);
        // The org refuses to assign a role twice, so a lost answer may be asked for again.
        let outcome = self.send("assign a role", || {
            self.request(Method::Post, &path).with_replay(Replay::Safe).with_json(&body)
        });
        match outcome {
            Ok(_) => Ok(RoleOutcome::Assigned),
            Err(RegisterError::Refused(server))
                if matches!(server.error_code(), Some("E0000090" | "E0000263")) =>
            {
                Ok(RoleOutcome::AlreadyAssigned)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes an assignment back.
    ///
    /// # Errors
    ///
    /// [`RegisterError::InvalidId`] if `assignment_id` cannot be one; else as [`Self::roles`].
    pub fn revoke_role(&self, client_id: &str, assignment_id: &str) -> Result<(), RegisterError> {
        if !is_id(assignment_id) {
            return Err(InvalidAppId.into());
        }
        let path = format!("{}/{assignment_id}", roles_path(client_id)?);
        self.delete_at("revoke a role", &path)
    }
}

/// Roles hang on the client id, not on the app's.
fn roles_path(client_id: &str) -> Result<String, RegisterError> {
    Ok(format!("{}/roles", client_path(client_id)?))
}

#[cfg(test)]
mod tests;
