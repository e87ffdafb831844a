//! Admin roles.

use std::fmt;
use std::str::FromStr;

use crate::app_id::is_id;

/// A role that decides which resources an app may act on; the scope decides what it may do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AdminRole {
    /// One of Okta's own.
    Standard(StandardRole),
    /// One that the org made, over a set of resources.
    Custom {
        /// The id of the role, `cr0…`.
        role_id: String,
        /// The id of the resource set, `iam…`.
        resource_set_id: String,
    },
}

impl AdminRole {
    /// Reads a role as it is written on a command line: the type of a standard role, or the id of a custom one together with
    /// the id of its resource set.
    ///
    /// # Errors
    ///
    /// [`InvalidRole`].
    pub fn parse(role: &str, resource_set: Option<&str>) -> Result<Self, InvalidRole> {
        match (role.parse::<StandardRole>(), resource_set) {
            (Ok(standard), None) => Ok(Self::Standard(standard)),
            (Ok(standard), Some(_)) => Err(InvalidRole::ResourceSetNotWanted { role: standard }),
            (Err(_), Some(set)) if is_id(role) && is_id(set) => {
                Ok(Self::Custom { role_id: role.to_owned(), resource_set_id: set.to_owned() })
            }
            (Err(_), None) if role.starts_with("cr0") && is_id(role) => {
                Err(InvalidRole::ResourceSetMissing)
            }
            (Err(error), _) => Err(error),
        }
    }
}

impl fmt::Display for AdminRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(role) => role.fmt(f),
            Self::Custom { role_id, resource_set_id } => {
                write!(f, "{role_id} on {resource_set_id}")
            }
        }
    }
}

macro_rules! standard_roles {
    ($($variant:ident $name:literal $title:literal,)+) => {
        /// Okta's own roles.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum StandardRole {
            $(#[doc = $title] $variant,)+
        }

        impl StandardRole {
            /// Every role.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The type as Okta writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

standard_roles! {
    SuperAdmin "SUPER_ADMIN" "Super administrator.",
    OrgAdmin "ORG_ADMIN" "Organizational administrator.",
    AppAdmin "APP_ADMIN" "Application administrator.",
    UserAdmin "USER_ADMIN" "Group administrator.",
    GroupMembershipAdmin "GROUP_MEMBERSHIP_ADMIN" "Group membership administrator.",
    HelpDeskAdmin "HELP_DESK_ADMIN" "Help desk administrator.",
    ReadOnlyAdmin "READ_ONLY_ADMIN" "Read-only administrator.",
    ReportAdmin "REPORT_ADMIN" "Report administrator.",
    ApiAccessManagementAdmin "API_ACCESS_MANAGEMENT_ADMIN" "API access management administrator.",
    AccessCertificationsAdmin "ACCESS_CERTIFICATIONS_ADMIN" "Access certifications administrator.",
    AccessRequestsAdmin "ACCESS_REQUESTS_ADMIN" "Access requests administrator.",
    WorkflowsAdmin "WORKFLOWS_ADMIN" "Workflows administrator.",
}

impl FromStr for StandardRole {
    type Err = InvalidRole;

    /// Reads a type; capitals do not matter.
    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
            .ok_or(InvalidRole::Unknown)
    }
}

impl fmt::Display for StandardRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a role cannot be assigned as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRole {
    /// Neither a standard type nor an id.
    #[error(
        "the role is neither a standard role such as `READ_ONLY_ADMIN` nor the id of a custom role"
    )]
    Unknown,
    /// A custom role is assigned over a resource set.
    #[error("a custom role needs the id of a resource set")]
    ResourceSetMissing,
    /// A standard role has none.
    #[error("`{role}` is a standard role and takes no resource set")]
    ResourceSetNotWanted {
        /// The role.
        role: StandardRole,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_roles_round_trip() {
        for role in StandardRole::ALL {
            assert_eq!(AdminRole::parse(role.as_str(), None), Ok(AdminRole::Standard(*role)));
            assert_eq!(role.to_string().to_lowercase().parse(), Ok(*role));
        }
        assert_eq!(StandardRole::ALL.len(), 12);
    }

    #[test]
    fn custom_roles_need_a_resource_set() {
        let custom = AdminRole::Custom {
            role_id: "cr04cx".to_owned(),
            resource_set_id: "iam4cx".to_owned(),
        };
        assert_eq!(AdminRole::parse("cr04cx", Some("iam4cx")), Ok(custom));
        assert_eq!(AdminRole::parse("cr04cx", None), Err(InvalidRole::ResourceSetMissing));
        let not_wanted = InvalidRole::ResourceSetNotWanted { role: StandardRole::AppAdmin };
        assert_eq!(AdminRole::parse("APP_ADMIN", Some("iam4cx")), Err(not_wanted));
        for (role, set) in [
            ("SUPERADMIN", None),
            ("", None),
            ("cr0/..", None),
            ("cr04cx", Some("../x")),
            ("a b", Some("iam4cx")),
        ] {
            assert_eq!(AdminRole::parse(role, set), Err(InvalidRole::Unknown), "{role}");
        }
    }
}
