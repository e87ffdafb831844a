//! What to register.

use jwk_gen::{JwkSet, KeyId, KeyUse};

use crate::ChosenClientId;

/// A service app to register: an OAuth client that acts for itself and signs its client assertions (RFC 7523).
#[derive(Clone, Debug)]
pub struct ServiceApp {
    label: String,
    keys: KeySource,
    api: RegistrationApi,
    dpop_bound: bool,
    client_id: Option<ChosenClientId>,
}

/// Where the org finds the app's public keys.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeySource {
    /// The org stores them.
    Jwks(JwkSet),
    /// The org fetches them from this https URL.
    JwksUri(String),
}

/// Which of Okta's two APIs registers the app.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum RegistrationApi {
    /// `POST /api/v1/apps`; needs `okta.apps.manage` and knows every setting.
    #[default]
    Apps,
    /// `POST /oauth2/v1/clients`, shaped like RFC 7591; needs `okta.clients.register` and knows no DPoP setting.
    Clients,
}

impl ServiceApp {
    /// Describes an app without DPoP, to be registered through the Apps API.
    ///
    /// # Errors
    ///
    /// [`InvalidServiceApp`] if Okta cannot take the label, or a key cannot verify a client assertion.
    pub fn new(label: impl Into<String>, keys: KeySource) -> Result<Self, InvalidServiceApp> {
        let label = label.into();
        check_label(&label)?;
        check_keys(&keys)?;
        Ok(Self {
            label,
            keys,
            api: RegistrationApi::default(),
            dpop_bound: false,
            client_id: None,
        })
    }

    /// Chooses the API.
    #[must_use]
    pub fn with_api(mut self, api: RegistrationApi) -> Self {
        self.api = api;
        self
    }

    /// Says whether access tokens are bound to a DPoP key (RFC 9449).
    #[must_use]
    pub fn with_dpop_bound(mut self, dpop_bound: bool) -> Self {
        self.dpop_bound = dpop_bound;
        self
    }

    /// Chooses the client id, which only the Apps API takes; without it Okta does.
    #[must_use]
    pub fn with_client_id(mut self, client_id: ChosenClientId) -> Self {
        self.client_id = Some(client_id);
        self
    }

    /// The label, which people see in the Admin Console.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The keys.
    pub fn keys(&self) -> &KeySource {
        &self.keys
    }

    /// The API.
    pub fn api(&self) -> RegistrationApi {
        self.api
    }

    /// Whether access tokens are bound to a DPoP key.
    pub fn dpop_bound(&self) -> bool {
        self.dpop_bound
    }

    /// The client id, if it is chosen.
    pub fn client_id(&self) -> Option<&ChosenClientId> {
        self.client_id.as_ref()
    }
}

/// Why a service app cannot be registered as it is described.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidServiceApp {
    /// Okta takes 1 to 100 characters.
    #[error("the label has {length} characters, not 1 to 100")]
    LabelLength {
        /// The length in characters.
        length: usize,
    },
    /// Okta stores no control characters, and none beyond the Basic Multilingual Plane.
    #[error("the label contains `{}`", character.escape_unicode())]
    LabelCharacter {
        /// The first such character.
        character: char,
    },
    /// Okta fetches keys over https only.
    #[error("the JWK Set URL is no `https` URL")]
    JwksUri,
    /// A key with `use` `enc` verifies no client assertion.
    #[error("key `{}` is for encryption", kid.as_ref().map_or("without kid", |it| it.as_str()))]
    EncryptionKey {
        /// The key's `kid`.
        kid: Option<KeyId>,
    },
    /// Only the Apps API knows this setting.
    #[error("DPoP can be required through the Apps API only")]
    DpopNeedsAppsApi,
    /// Only the Apps API takes one.
    #[error("a client id can be chosen through the Apps API only")]
    ClientIdNeedsAppsApi,
}

pub(crate) fn check_label(label: &str) -> Result<(), InvalidServiceApp> {
    let length = label.chars().count();
    if !(1..=100).contains(&length) {
        return Err(InvalidServiceApp::LabelLength { length });
    }
    match label.chars().find(|c| c.is_control() || c.len_utf8() > 3) {
        Some(character) => Err(InvalidServiceApp::LabelCharacter { character }),
        None => Ok(()),
    }
}

pub(crate) fn check_keys(keys: &KeySource) -> Result<(), InvalidServiceApp> {
    match keys {
        KeySource::Jwks(set) => {
            match set.iter().find(|key| key.key_use() == Some(KeyUse::Encryption)) {
                Some(key) => Err(InvalidServiceApp::EncryptionKey { kid: key.kid().cloned() }),
                None => Ok(()),
            }
        }
        KeySource::JwksUri(uri) => {
            let host_onwards =
                uri.strip_prefix("https://").filter(|it| !it.is_empty() && !it.starts_with('/'));
            let is_url = host_onwards.is_some()
                && uri.bytes().all(|byte| byte.is_ascii_graphic())
                && !uri.contains('@');
            if is_url { Ok(()) } else { Err(InvalidServiceApp::JwksUri) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(label: &str, uri: &str) -> Result<(), InvalidServiceApp> {
        ServiceApp::new(label, KeySource::JwksUri(uri.to_owned())).map(drop)
    }

    const URI: &str = "https://keys.example/jwks.json";

    #[test]
    fn labels() {
        assert_eq!(check("é – 你好", URI), Ok(()));
        assert_eq!(check(&"é".repeat(100), URI), Ok(()));
        assert_eq!(check("", URI), Err(InvalidServiceApp::LabelLength { length: 0 }));
        assert_eq!(
            check(&"x".repeat(101), URI),
            Err(InvalidServiceApp::LabelLength { length: 101 })
        );
        assert_eq!(check("a\nb", URI), Err(InvalidServiceApp::LabelCharacter { character: '\n' }));
        assert_eq!(
            check("key \u{1f511}", URI),
            Err(InvalidServiceApp::LabelCharacter { character: '\u{1f511}' })
        );
    }

    #[test]
    fn urls_of_key_sets() {
        for uri in [
            "",
            "http://keys.example/",
            "https://",
            "https:///x",
            "https://u:p@keys.example/",
            "https://a b/",
            "file:///x",
        ] {
            assert_eq!(check("x", uri), Err(InvalidServiceApp::JwksUri), "{uri}");
        }
    }

    #[test]
    fn keys_for_encryption_are_refused() {
        let json = r#"{"kty":"EC","use":"enc","kid":"k1","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
        let set = JwkSet::new(vec![jwk_gen::PublicJwk::parse(json).unwrap()]).unwrap();
        let error = ServiceApp::new("x", KeySource::Jwks(set)).unwrap_err();
        assert_eq!(error.to_string(), "key `k1` is for encryption");
    }
}
