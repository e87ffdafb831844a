//! JWK Sets of public keys (RFC 7517 section 5).

use std::collections::BTreeSet;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::ParseJwkError;
use crate::json::Json;
use crate::key_id::KeyId;
use crate::private::PrivateJwk;
use crate::public::{Public, PublicJwk};
use crate::weak_rsa;

/// Longest text of a set in bytes, and the most keys in it.
pub(crate) const SIZE_LIMIT: usize = 256 << 10;
const KEYS_LIMIT: usize = 100;

/// At least one public key; no two are the same key or share a `kid`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct JwkSet {
    keys: Vec<PublicJwk>,
}

impl JwkSet {
    /// Makes a set of the keys in their order.
    ///
    /// # Errors
    /// [`JwkSetError`] if there is no key, a `kid` or a key twice, or a factor in two RSA moduli.
    pub fn new(keys: Vec<PublicJwk>) -> Result<Self, JwkSetError> {
        if keys.is_empty() {
            return Err(JwkSetError::Empty);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = keys.iter().filter_map(PublicJwk::kid).find(|it| !seen.insert(*it)) {
            return Err(JwkSetError::DuplicateKeyId { kid: twice.clone() });
        }
        let mut seen = BTreeSet::new();
        if let Some(index) = keys.iter().position(|it| !seen.insert(it.thumbprint())) {
            return Err(JwkSetError::DuplicateKey { index });
        }
        let moduli = keys.iter().enumerate().filter_map(|(index, key)| match key.material() {
            Public::Rsa(key) => Some((index, key.modulus())),
            Public::Ec(_) | Public::Okp(_) => None,
        });
        if let Some(index) = weak_rsa::shared_factor(moduli) {
            return Err(JwkSetError::SharedFactor { index });
        }
        Ok(Self { keys })
    }

    /// Parses a set of at most 256 KiB and 100 keys; one bad key makes a bad set.
    ///
    /// # Errors
    /// [`JwkSetError`]; a private member in any key is refused by name.
    pub fn parse(json: &str) -> Result<Self, JwkSetError> {
        let json = Json::parse(json, SIZE_LIMIT).map_err(JwkSetError::Malformed)?;
        Self::from_items(items(json).map_err(JwkSetError::Malformed)?)
    }

    pub(crate) fn from_items(items: Vec<Json>) -> Result<Self, JwkSetError> {
        let parse = |(index, item)| {
            PublicJwk::from_json(item).map_err(|source| JwkSetError::Key { index, source })
        };
        Self::new(items.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?)
    }

    /// The key with this `kid`.
    pub fn find(&self, kid: &str) -> Option<&PublicJwk> {
        self.keys.iter().find(|it| it.kid().is_some_and(|it| it.as_str() == kid))
    }

    /// The keys in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, PublicJwk> {
        self.keys.iter()
    }

    /// The keys in their order.
    pub fn keys(&self) -> &[PublicJwk] {
        &self.keys
    }

    /// How many keys there are, at least one.
    #[expect(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The set as indented JSON.
    pub fn to_json(&self) -> String {
        let keys = self.keys.iter().map(|it| it.to_json().replace('\n', "\n    "));
        let keys = keys.collect::<Vec<_>>().join(",\n    ");
        format!("{{\n  \"keys\": [\n    {keys}\n  ]\n}}")
    }
}

impl<'a> IntoIterator for &'a JwkSet {
    type Item = &'a PublicJwk;
    type IntoIter = std::slice::Iter<'a, PublicJwk>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A JWK Set of private keys as indented JSON, for programs that take no other form.
pub fn expose_private_set(keys: &[PrivateJwk]) -> Zeroizing<String> {
    let keys: Vec<_> = keys.iter().map(PrivateJwk::expose_json).collect();
    // Every line is indented by four more spaces; a buffer that grows leaves copies behind.
    let size = keys.iter().map(|it| it.len() + 4 * it.lines().count() + 8).sum::<usize>();
    let mut text = Zeroizing::new(String::with_capacity(size + 32));
    text.push_str("{\n  \"keys\": [");
    for (index, key) in keys.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        for line in key.lines() {
            text.push_str("\n    ");
            text.push_str(line);
        }
    }
    text.push_str("\n  ]\n}");
    text
}

/// Takes the `keys` of a set.
pub(crate) fn items(json: Json) -> Result<Vec<Json>, ParseJwkError> {
    let keys = json.into_object()?.take_array("keys")?;
    let keys = keys.ok_or(ParseJwkError::MissingMember { member: "keys" })?;
    if keys.len() > KEYS_LIMIT {
        let problem = "holds more than 100 keys";
        return Err(ParseJwkError::InvalidMember { member: "keys", problem });
    }
    Ok(keys)
}

/// Keys that make no set.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JwkSetError {
    /// A set without keys says nothing.
    #[error("the JWK Set is empty")]
    Empty,
    /// Two keys share a `kid`, so that it selects neither.
    #[error("two keys of the set have the `kid` `{kid}`")]
    DuplicateKeyId {
        /// The shared key ID.
        kid: KeyId,
    },
    /// Two keys have the same thumbprint (RFC 7638), whatever their `kid`.
    #[error("key {index} of the set, counted from 0, is one of those before it")]
    DuplicateKey {
        /// The place of the second in `keys`, from 0.
        index: usize,
    },
    /// Two RSA moduli have a prime in common, which factors both.
    #[error("key {index} of the set, counted from 0, shares a prime factor with one before it")]
    SharedFactor {
        /// The place of the second in `keys`, from 0.
        index: usize,
    },
    /// The text is no set.
    #[error("not a JWK Set")]
    Malformed(#[source] ParseJwkError),
    /// One of the keys cannot be used.
    #[error("key {index} of the set is refused")]
    Key {
        /// Its place in `keys`, from 0.
        index: usize,
        /// Why it is refused.
        source: ParseJwkError,
    },
}
