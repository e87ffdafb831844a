//! Which admin role may do what: a scope says which action, a role on which resources.
//!
//! Our reading of Okta's table of standard administrator roles, cut down to what the emulator
//! serves.

use crate::org::{App, CUSTOM_ROLES, RoleAssignment};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Permission {
    ReadUsers,
    ReadGroups,
    ReadApps,
    ManageApps,
    ReadGrants,
    ReadRoles,
    /// What Okta reserves to a super administrator: granting scopes and roles.
    Everything,
}

/// The standard roles, whether each is one of the newer ones that are managed by Okta's IAM.
pub(crate) const STANDARD_ROLES: [(&str, &str, bool); 12] = [
    ("SUPER_ADMIN", "Super Administrator", false),
    ("ORG_ADMIN", "Organization Administrator", false),
    ("APP_ADMIN", "Application Administrator", false),
    ("USER_ADMIN", "Group Administrator", false),
    ("GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator", false),
    ("HELP_DESK_ADMIN", "Help Desk Administrator", false),
    ("READ_ONLY_ADMIN", "Read Only Administrator", false),
    ("REPORT_ADMIN", "Report Administrator", false),
    ("API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator", false),
    ("ACCESS_CERTIFICATIONS_ADMIN", "Access Certifications Administrator", true),
    ("ACCESS_REQUESTS_ADMIN", "Access Requests Administrator", true),
    ("WORKFLOWS_ADMIN", "Workflows Administrator", true),
];

/// Whether one of the app's roles allows this.
pub(crate) fn allows(app: &App, wanted: Permission) -> bool {
    app.roles.iter().any(|role| role_allows(role, wanted))
}

fn role_allows(role: &RoleAssignment, wanted: Permission) -> bool {
    use Permission::{ManageApps, ReadApps, ReadGrants, ReadGroups, ReadRoles, ReadUsers};
    let allowed: &[Permission] = match role.role_type.as_str() {
        "SUPER_ADMIN" => return true,
        "ORG_ADMIN" | "READ_ONLY_ADMIN" => {
            &[ReadUsers, ReadGroups, ReadApps, ReadGrants, ReadRoles]
        }
        "APP_ADMIN" => &[ReadUsers, ReadGroups, ReadApps, ManageApps, ReadGrants],
        "API_ACCESS_MANAGEMENT_ADMIN" => &[ReadApps, ReadGrants],
        "USER_ADMIN" | "GROUP_MEMBERSHIP_ADMIN" | "HELP_DESK_ADMIN" => &[ReadUsers, ReadGroups],
        "CUSTOM" => return custom_role_allows(role, wanted),
        _ => &[],
    };
    allowed.contains(&wanted)
}

fn custom_role_allows(role: &RoleAssignment, wanted: Permission) -> bool {
    let needed = match wanted {
        Permission::ReadUsers => "okta.users.read",
        Permission::ReadGroups => "okta.groups.read",
        Permission::ReadApps => "okta.apps.read",
        Permission::ManageApps => "okta.apps.manage",
        Permission::ReadGrants | Permission::ReadRoles | Permission::Everything => return false,
    };
    let Some((role_id, _)) = &role.binding else { return false };
    CUSTOM_ROLES.iter().any(|custom| custom.id == *role_id && custom.permissions.contains(&needed))
}
