//! Keys that the org stores for an app.

use jwk_gen::{PublicJwk, Thumbprint};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AppId, RegisterError, Registrar};

/// A key as the org describes it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegisteredKey {
    /// The `kid`, which the client chose.
    pub kid: Option<String>,
    /// `ACTIVE` or `INACTIVE`.
    pub status: Option<String>,
    /// Okta's own id of the key, `pks…`, which paths ask for.
    #[serde(skip)]
    pub id: Option<String>,
    /// The thumbprint (RFC 7638), if the key is one that we can read.
    #[serde(skip)]
    pub thumbprint: Option<Thumbprint>,
}

impl RegisteredKey {
    /// Reads a key; what cannot be read is left out, because a foreign key must not hide ours.
    pub(crate) fn from_json(key: &Map<String, Value>) -> Self {
        let text = |member: &str| key.get(member).and_then(Value::as_str).map(str::to_owned);
        Self {
            kid: text("kid"),
            status: text("status"),
            id: text("id"),
            thumbprint: thumbprint(key),
        }
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
}

#[cfg(test)]
mod tests;
