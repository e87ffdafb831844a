//! What the org says about a service app.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::keys::KeyList;
use crate::{AppId, RegisterError, RegisteredKey};

/// A service app as the org describes it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client id (RFC 6749 section 2.2), the same as the app id unless it was chosen.
    pub client_id: String,
    /// The id by which the app is managed.
    pub app_id: AppId,
    /// The label.
    pub label: String,
    /// Whether the app can obtain tokens, if the answer says so.
    pub status: Option<AppStatus>,
    /// When it was created, as RFC 3339, if the answer says so.
    pub created: Option<String>,
    /// Whether access tokens must be bound to a DPoP key, if the answer says so.
    pub dpop_bound_access_tokens: Option<bool>,
    /// The keys that the org stores.
    pub jwks: Vec<RegisteredKey>,
    /// Where the org fetches the keys instead, if it does.
    #[serde(skip)]
    pub jwks_uri: Option<String>,
    /// The application type, `service`.
    #[serde(skip)]
    pub application_type: Option<String>,
    /// How the client authenticates at the token endpoint, `private_key_jwt`.
    #[serde(skip)]
    pub token_endpoint_auth_method: Option<String>,
}

/// The status of an app.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AppStatus {
    /// It can obtain tokens.
    Active,
    /// It cannot.
    Inactive,
    /// A status that Okta added later.
    Other(String),
}

impl AppStatus {
    /// The status as Okta writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for AppStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for AppStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "ACTIVE" => Self::Active,
            "INACTIVE" => Self::Inactive,
            _ => Self::Other(text),
        }
    }
}

impl Serialize for AppStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An app in an answer of the Apps API. Lists hold apps of every kind, so little is required here.
#[derive(Deserialize)]
pub(crate) struct AppAnswer {
    id: String,
    #[serde(default)]
    label: String,
    status: Option<String>,
    created: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    credentials: Section<OAuthCredentials>,
    #[serde(default, deserialize_with = "null_is_default")]
    settings: Section<OAuthSettings>,
}

#[derive(Deserialize)]
#[serde(bound = "T: Default + serde::de::DeserializeOwned")]
struct Section<T> {
    #[serde(rename = "oauthClient", default, deserialize_with = "null_is_default")]
    oauth_client: T,
}

impl<T: Default> Default for Section<T> {
    fn default() -> Self {
        Self { oauth_client: T::default() }
    }
}

#[derive(Default, Deserialize)]
struct OAuthCredentials {
    client_id: Option<String>,
    token_endpoint_auth_method: Option<String>,
}

#[derive(Default, Deserialize)]
struct OAuthSettings {
    application_type: Option<String>,
    dpop_bound_access_tokens: Option<bool>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
}

impl AppAnswer {
    pub(crate) fn application_type(&self) -> Option<&str> {
        self.settings.oauth_client.application_type.as_deref()
    }

    pub(crate) fn auth_method(&self) -> Option<&str> {
        self.credentials.oauth_client.token_endpoint_auth_method.as_deref()
    }

    pub(crate) fn into_client(self) -> Result<RegisteredClient, RegisterError> {
        let app_id = app_id(&self.id)?;
        let OAuthCredentials { client_id, token_endpoint_auth_method } =
            self.credentials.oauth_client;
        let client_id = client_id.filter(|it| !it.is_empty()).ok_or_else(|| {
            RegisterError::UnexpectedAnswer {
                what: "the app has no client id".to_owned(),
                app_id: Some(app_id.clone()),
            }
        })?;
        let settings = self.settings.oauth_client;
        Ok(RegisteredClient {
            app_id,
            client_id,
            label: self.label,
            status: self.status.map(AppStatus::from),
            created: self.created,
            dpop_bound_access_tokens: settings.dpop_bound_access_tokens,
            jwks: settings.jwks.as_ref().and_then(KeyList::from_json).unwrap_or_default().0,
            jwks_uri: settings.jwks_uri,
            application_type: settings.application_type,
            token_endpoint_auth_method,
        })
    }
}

/// An answer of the client registration API (RFC 7591 section 3.2.1).
#[derive(Deserialize)]
pub(crate) struct ClientAnswer {
    client_id: String,
    #[serde(default)]
    client_name: String,
    client_id_issued_at: Option<i64>,
    application_type: Option<String>,
    token_endpoint_auth_method: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
}

impl ClientAnswer {
    pub(crate) fn auth_method(&self) -> Option<&str> {
        self.token_endpoint_auth_method.as_deref()
    }

    pub(crate) fn into_client(self) -> Result<RegisteredClient, RegisterError> {
        let issued_at =
            self.client_id_issued_at.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
        Ok(RegisteredClient {
            app_id: app_id(&self.client_id)?,
            client_id: self.client_id,
            label: self.client_name,
            // This API has no inactive clients to tell apart.
            status: None,
            created: issued_at.and_then(|it| it.format(&Rfc3339).ok()),
            dpop_bound_access_tokens: None,
            jwks: self.jwks.as_ref().and_then(KeyList::from_json).unwrap_or_default().0,
            jwks_uri: self.jwks_uri,
            application_type: self.application_type,
            token_endpoint_auth_method: self.token_endpoint_auth_method,
        })
    }
}

fn app_id(text: &str) -> Result<AppId, RegisterError> {
    AppId::new(text)
        .map_err(|_| RegisterError::unexpected("the app has an id that no path can hold"))
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    source: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}
