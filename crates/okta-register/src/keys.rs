//! Keys that the org stores for an app.

use jwk_gen::{PublicJwk, Thumbprint};
use okta_http::{Method, Replay};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::metadata::{SentKey, sent_kid};
use crate::{AppId, RegisterError, Registrar, StoredKeyId};

/// A key as the org describes it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegisteredKey {
    /// The `kid`, which the client chose.
    pub kid: Option<String>,
    /// `ACTIVE` or `INACTIVE`.
    pub status: Option<String>,
    /// Okta's own id of the key, `pks…`, which paths ask for; nothing if no path can hold it.
    #[serde(skip)]
    pub id: Option<StoredKeyId>,
    /// The thumbprint (RFC 7638), if the key is one that we can read.
    #[serde(skip)]
    pub thumbprint: Option<Thumbprint>,
    /// `sig`, `enc` or nothing.
    #[serde(skip)]
    pub key_use: Option<String>,
    /// When the org stored it, as RFC 3339; lists of keys inside an app do not say.
    #[serde(skip)]
    pub created: Option<String>,
    /// When its status changed last, as RFC 3339.
    #[serde(skip)]
    pub last_updated: Option<String>,
}

impl RegisteredKey {
    /// Reads a key; what cannot be read is left out, because a foreign key must not hide ours.
    pub(crate) fn from_json(key: &Map<String, Value>) -> Self {
        let text = |member: &str| key.get(member).and_then(Value::as_str).map(str::to_owned);
        Self {
            kid: text("kid"),
            status: text("status"),
            id: text("id").and_then(|id| StoredKeyId::new(id).ok()),
            thumbprint: thumbprint(key),
            key_use: text("use"),
            created: text("created"),
            last_updated: text("lastUpdated"),
        }
    }

    /// Whether assertions signed by this key are accepted.
    pub fn is_active(&self) -> bool {
        self.status.as_deref() == Some("ACTIVE")
    }
}

/// The thumbprint over the required members alone: Okta writes `null` for others that it does not know.
fn thumbprint(key: &Map<String, Value>) -> Option<Thumbprint> {
    let required = ["kty", "crv", "x", "y", "n", "e"];
    let members =
        required.into_iter().filter_map(|name| Some((name.to_owned(), key.get(name)?.clone())));
    let members: Map<String, Value> = members.filter(|(_, value)| value.is_string()).collect();
    PublicJwk::deserialize(Value::Object(members)).ok().map(|key| key.thumbprint())
}

/// A list of keys in any of the three shapes that Okta's documents show.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyList(pub(crate) Vec<RegisteredKey>);

impl KeyList {
    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let json = json.get("jwks").unwrap_or(json);
        let keys = json.get("keys").unwrap_or(json).as_array()?;
        let keys: Option<Vec<_>> = keys.iter().map(Value::as_object).collect();
        Some(Self(keys?.into_iter().map(RegisteredKey::from_json).collect()))
    }
}

impl Registrar {
    /// Lists the keys that the org stores for an app.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; [`RegisterError::UnexpectedAnswer`] if the answer is no list of keys.
    pub fn keys(&self, app: &AppId) -> Result<Vec<RegisteredKey>, RegisterError> {
        let json: Value = self.get("list keys", &format!("/api/v1/apps/{app}/credentials/jwks"))?;
        let keys = KeyList::from_json(&json)
            .ok_or_else(|| RegisterError::unexpected("no list of keys"))?;
        Ok(keys.0)
    }

    /// Adds a key to those that the org stores for an app, ACTIVE, under its `kid` or, without one, its thumbprint. Other keys stay
    /// as they are.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`] if the `kid` is taken, a key of the app has no `kid` or the app has 50 keys;
    /// [`RegisterError::OutcomeUnknown`] and [`RegisterError::CreationUnconfirmed`] if the key may have been stored, which
    /// [`Self::keys`] tells; [`RegisterError::UnexpectedAnswer`] if another key was stored than the one sent.
    pub fn add_key(&self, app: &AppId, key: &PublicJwk) -> Result<RegisteredKey, RegisterError> {
        let what = "add a key";
        let path = format!("/api/v1/apps/{app}/credentials/jwks");
        let response = self
            .send(what, || self.request(Method::Post, &path).with_json(&SentKey::new(key)))
            .map_err(|error| error.of_creation(what))?;
        let answer: Map<String, Value> = response
            .json()
            .map_err(|source| RegisterError::OutcomeUnknown { what: what.to_owned(), source })?;
        let stored = RegisteredKey::from_json(&answer);
        let is_ours = stored.thumbprint.as_ref() == Some(&key.thumbprint())
            && stored.kid.as_deref() == Some(sent_kid(key).as_str());
        if is_ours { Ok(stored) } else { Err(RegisterError::unexpected("another key was stored")) }
    }

    /// Makes the org accept assertions of a key again. A key that is ACTIVE already stays so.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`].
    pub fn activate_key(&self, app: &AppId, key: &StoredKeyId) -> Result<(), RegisterError> {
        self.change_key(app, key, "activate")
    }

    /// Makes the org refuse assertions of a key. It can be undone by [`Self::activate_key`].
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`], above all if it is the only active key of the app.
    pub fn deactivate_key(&self, app: &AppId, key: &StoredKeyId) -> Result<(), RegisterError> {
        self.change_key(app, key, "deactivate")
    }

    /// Deletes a key, which must be INACTIVE. It cannot be undone.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`], above all if the key is active.
    pub fn delete_key(&self, app: &AppId, key: &StoredKeyId) -> Result<(), RegisterError> {
        self.delete_at("delete a key", &format!("/api/v1/apps/{app}/credentials/jwks/{key}"))
    }

    fn change_key(
        &self,
        app: &AppId,
        key: &StoredKeyId,
        action: &str,
    ) -> Result<(), RegisterError> {
        let path = format!("/api/v1/apps/{app}/credentials/jwks/{key}/lifecycle/{action}");
        let what = format!("{action} a key");
        self.send(&what, || Ok(self.request(Method::Post, &path).with_replay(Replay::Safe)))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
