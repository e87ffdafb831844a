//! The bodies that register a service app, in the shape of either API.

use jwk_gen::{Algorithm, Curve, KeyId, KeyKind, PublicJwk};
use serde::Serialize;

use crate::{ChosenClientId, KeySource, ServiceApp};

const GRANT_TYPES: [&str; 1] = ["client_credentials"];
const RESPONSE_TYPES: [&str; 1] = ["token"];
pub(crate) const AUTH_METHOD: &str = "private_key_jwt";
pub(crate) const APPLICATION_TYPE: &str = "service";

/// The body of `POST /oauth2/v1/clients`, with the names of RFC 7591 section 2.
#[derive(Serialize)]
pub(crate) struct ClientMetadata<'a> {
    client_name: &'a str,
    application_type: &'static str,
    grant_types: [&'static str; 1],
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
    #[serde(flatten)]
    keys: SentKeys<'a>,
}

impl<'a> ClientMetadata<'a> {
    pub(crate) fn new(app: &'a ServiceApp) -> Self {
        Self {
            client_name: app.label(),
            application_type: APPLICATION_TYPE,
            grant_types: GRANT_TYPES,
            response_types: RESPONSE_TYPES,
            token_endpoint_auth_method: AUTH_METHOD,
            keys: SentKeys::new(app.keys()),
        }
    }
}

/// The body of `POST /api/v1/apps`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppMetadata<'a> {
    name: &'static str,
    label: &'a str,
    sign_on_mode: &'static str,
    visibility: Visibility,
    credentials: Credentials<'a>,
    settings: Settings<'a>,
}

impl<'a> AppMetadata<'a> {
    pub(crate) fn new(app: &'a ServiceApp) -> Self {
        let credentials = OAuthCredentials {
            client_id: app.client_id().map(ChosenClientId::as_str),
            token_endpoint_auth_method: AUTH_METHOD,
            pkce_required: false,
        };
        let settings = OAuthSettings {
            application_type: APPLICATION_TYPE,
            grant_types: GRANT_TYPES,
            response_types: RESPONSE_TYPES,
            dpop_bound_access_tokens: app.dpop_bound(),
            keys: SentKeys::new(app.keys()),
        };
        Self {
            name: "oidc_client",
            label: app.label(),
            sign_on_mode: "OPENID_CONNECT",
            visibility: Visibility { hide: Hidden { ios: true, web: true } },
            credentials: Credentials { oauth_client: credentials },
            settings: Settings { oauth_client: settings },
        }
    }
}

/// Nobody signs in to a service app, so it gets no tile.
#[derive(Serialize)]
struct Visibility {
    hide: Hidden,
}

#[derive(Serialize)]
struct Hidden {
    #[serde(rename = "iOS")]
    ios: bool,
    web: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    oauth_client: OAuthCredentials<'a>,
}

#[derive(Serialize)]
struct OAuthCredentials<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    token_endpoint_auth_method: &'static str,
    pkce_required: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    oauth_client: OAuthSettings<'a>,
}

#[derive(Serialize)]
struct OAuthSettings<'a> {
    application_type: &'static str,
    grant_types: [&'static str; 1],
    response_types: [&'static str; 1],
    /// Always explicit: the Admin Console and the API have different defaults.
    dpop_bound_access_tokens: bool,
    #[serde(flatten)]
    keys: SentKeys<'a>,
}

/// `jwks` or `jwks_uri`, never both.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SentKeys<'a> {
    Jwks { keys: Vec<SentKey> },
    JwksUri(&'a str),
}

impl<'a> SentKeys<'a> {
    pub(crate) fn new(keys: &'a KeySource) -> Self {
        match keys {
            KeySource::Jwks(set) => Self::Jwks { keys: set.iter().map(SentKey::new).collect() },
            KeySource::JwksUri(uri) => Self::JwksUri(uri),
        }
    }
}

/// A public key with everything that Okta asks of a stored key.
#[derive(Serialize)]
pub(crate) struct SentKey {
    #[serde(flatten)]
    key: PublicJwk,
    /// Present if the key itself has none.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    key_use: Option<&'static str>,
    /// Present if the key itself has none and its kind leaves no choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<Algorithm>,
    status: &'static str,
}

/// The `kid` that a key is registered under: an assertion names its key by it, and a set of several needs one for each.
pub(crate) fn sent_kid(key: &PublicJwk) -> KeyId {
    key.kid().cloned().unwrap_or_else(|| key.thumbprint().into())
}

impl SentKey {
    pub(crate) fn new(key: &PublicJwk) -> Self {
        let alg = match key.kind() {
            KeyKind::Ec(Curve::P256) => Some(Algorithm::Es256),
            KeyKind::Ec(Curve::P384) => Some(Algorithm::Es384),
            KeyKind::Ec(Curve::P521) => Some(Algorithm::Es512),
            _ => None,
        };
        Self {
            key_use: key.key_use().is_none().then_some("sig"),
            alg: alg.filter(|_| key.algorithm().is_none()),
            key: key.clone().with_kid(Some(sent_kid(key))),
            status: "ACTIVE",
        }
    }
}
