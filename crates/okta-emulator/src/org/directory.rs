//! The people, groups, custom roles and resource sets that every emulated org starts with.
//!
//! They never change and have fixed ids, so that a test can name them.

pub(crate) struct User {
    pub(crate) id: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) login: &'static str,
}

pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

pub(crate) struct CustomRole {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) description: &'static str,
    /// Okta's names of permissions, which look like scopes and are none.
    pub(crate) permissions: &'static [&'static str],
}

pub(crate) struct ResourceSet {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) description: &'static str,
}

pub(crate) const USERS: [User; 4] = [
    User {
        id: super::ADMIN_ID,
        first_name: "Ada",
        last_name: "Admin",
        login: "ada.admin@example.com",
    },
    User {
        id: "00uEmuAlice000000002",
        first_name: "Alice",
        last_name: "Smith",
        login: "alice.smith@example.com",
    },
    User {
        id: "00uEmuBob00000000003",
        first_name: "Bob",
        last_name: "Jones",
        login: "bob.jones@example.com",
    },
    User {
        id: "00uEmuCarol000000004",
        first_name: "Carol",
        last_name: "Brown",
        login: "carol.brown@example.com",
    },
];

pub(crate) const GROUPS: [Group; 3] = [
    Group {
        id: "00gEmuEveryone000001",
        name: "Everyone",
        description: "All users in your organization",
    },
    Group { id: "00gEmuEngineers00002", name: "Engineers", description: "Builds things" },
    Group { id: "00gEmuOperators00003", name: "Operators", description: "Keeps things running" },
];

pub(crate) const CUSTOM_ROLES: [CustomRole; 1] = [CustomRole {
    id: "cr0EmuDirReader00001",
    label: "Directory reader",
    description: "Views users and groups",
    permissions: &["okta.users.read", "okta.groups.read"],
}];

pub(crate) const RESOURCE_SETS: [ResourceSet; 1] = [ResourceSet {
    id: "iamEmuDirectory00001",
    label: "Directory",
    description: "All users and all groups",
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_okta_s_length_and_prefix() {
        let ids = USERS
            .iter()
            .map(|it| (it.id, "00u"))
            .chain(GROUPS.iter().map(|it| (it.id, "00g")))
            .chain(CUSTOM_ROLES.iter().map(|it| (it.id, "cr0")))
            .chain(RESOURCE_SETS.iter().map(|it| (it.id, "iam")));
        for (id, prefix) in ids {
            assert!(id.len() == 20 && id.starts_with(prefix), "{id}");
        }
    }
}
