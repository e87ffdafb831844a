//! An OAuth app and what hangs on it: keys, grants, roles.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oauth::PublicJwk;
use crate::timestamp::Timestamp;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct App {
    pub(crate) id: String,
    /// The same as `id` unless chosen at creation.
    pub(crate) client_id: String,
    /// Order of creation; cursors point here. Set by the org.
    pub(crate) sequence: u64,
    pub(crate) label: String,
    pub(crate) status: Status,
    pub(crate) created: Timestamp,
    pub(crate) last_updated: Timestamp,
    pub(crate) client: ClientSettings,
    pub(crate) document: AppDocument,
    pub(crate) grants: Vec<Grant>,
    pub(crate) roles: Vec<RoleAssignment>,
}

impl App {
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    pub(crate) fn has_grant(&self, scope: &str) -> bool {
        self.grants.iter().any(|grant| grant.scope == scope)
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Active,
    Inactive,
}

impl Status {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Inactive].into_iter().find(|status| status.as_str() == name)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// The OAuth settings, which both registration APIs read and write.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct ClientSettings {
    pub(crate) application_type: ApplicationType,
    pub(crate) auth_method: AuthMethod,
    pub(crate) grant_types: Vec<String>,
    pub(crate) response_types: Vec<String>,
    pub(crate) client_secret: Option<String>,
    pub(crate) keys: Keys,
    pub(crate) dpop_bound_access_tokens: bool,
    /// Members that the org keeps but does not interpret, such as `logo_uri`.
    pub(crate) other: Map<String, Value>,
}

/// The parts of an app that only the Apps API shows; kept as they came.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct AppDocument {
    pub(crate) top: Map<String, Value>,
    pub(crate) credentials: Map<String, Value>,
    pub(crate) oauth_credentials: Map<String, Value>,
    pub(crate) settings: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ApplicationType {
    Browser,
    Native,
    Service,
    Web,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    None,
}

impl AuthMethod {
    pub(crate) fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }
}

/// Where the org finds the public keys of a client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Keys {
    /// Possibly none.
    Jwks(Vec<ClientKey>),
    JwksUri(String),
}

impl Keys {
    pub(crate) fn stored(&self) -> &[ClientKey] {
        match self {
            Self::Jwks(keys) => keys,
            Self::JwksUri(_) => &[],
        }
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct ClientKey {
    /// Okta's own id, `pks…`.
    pub(crate) id: String,
    pub(crate) jwk: PublicJwk,
    pub(crate) status: Status,
    pub(crate) created: Timestamp,
    pub(crate) last_updated: Timestamp,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) scope: String,
    pub(crate) created: Timestamp,
    pub(crate) created_by: Actor,
}

/// Who did something: a person with the API token, or a service app.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Actor {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct RoleAssignment {
    pub(crate) id: String,
    /// `CUSTOM` or the name of a standard role.
    #[serde(rename = "type")]
    pub(crate) role_type: String,
    /// The role and the resource set of a role that is managed by Okta's IAM.
    pub(crate) binding: Option<(String, String)>,
    pub(crate) created: Timestamp,
}
