//! Shared keys as JWKs (RFC 7518 section 6.4).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::error::{InvalidKey, ParseJwkError};
use crate::generate::GenerateError;
use crate::json::{Json, Members};
use crate::key_id::KeyId;
use crate::key_spec::SymmetricSpec;
use crate::key_use::KeyUse;
use crate::kind::KeyKind;
use crate::members;
use crate::profile::OktaRefusal;
use crate::public::Labels;
use crate::thumbprint::Thumbprint;

/// Fewer bits could be guessed.
const LEAST_OCTETS: usize = 16;

/// A key that both sides know, wiped on drop; it has no public half and is never published.
#[derive(Clone)]
pub struct SymmetricJwk {
    k: Zeroizing<Vec<u8>>,
    labels: Labels,
}

impl SymmetricJwk {
    /// Draws a key; its `kid` is its thumbprint, which tells nothing about a random key
    /// (RFC 7638 section 7).
    ///
    /// # Errors
    /// [`GenerateError::RandomUnavailable`] if the operating system gives no random bytes.
    pub fn generate(spec: SymmetricSpec) -> Result<Self, GenerateError> {
        let mut k = Zeroizing::new(vec![0; spec.bits / 8]);
        getrandom::fill(&mut k).map_err(|_| GenerateError::RandomUnavailable)?;
        let labels =
            Labels { key_use: spec.key_use, algorithm: spec.algorithm, ..Labels::default() };
        let mut key = Self { k, labels };
        key.labels.kid = Some(key.thumbprint().into());
        Ok(key)
    }

    /// Parses a JWK whose `kty` is `oct`, of at most 64 KiB.
    ///
    /// # Errors
    /// [`ParseJwkError`] names the member at fault and never quotes the key.
    pub fn parse(json: &str) -> Result<Self, ParseJwkError> {
        Self::from_members(&Json::parse(json, members::SIZE_LIMIT)?.into_object()?)
    }

    pub(crate) fn from_members(object: &Members) -> Result<Self, ParseJwkError> {
        let k = members::octets(object, "k")?;
        if k.len() < LEAST_OCTETS {
            let problem = "is shorter than 128 bits";
            return Err(InvalidKey::Member { member: "k", problem }.into());
        }
        let labels = members::labels(object, KeyKind::Oct { bits: k.len() * 8 })?;
        Ok(Self { k, labels })
    }

    /// What kind of key this is.
    pub fn kind(&self) -> KeyKind {
        KeyKind::Oct { bits: self.k.len() * 8 }
    }

    /// The `alg` member.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.labels.algorithm
    }

    /// The `use` member.
    pub fn key_use(&self) -> Option<KeyUse> {
        self.labels.key_use
    }

    /// The `kid` member.
    pub fn kid(&self) -> Option<&KeyId> {
        self.labels.kid.as_ref()
    }

    /// The same key under another `kid`, or none.
    #[must_use]
    pub fn with_kid(mut self, kid: Option<KeyId>) -> Self {
        self.labels.kid = kid;
        self
    }

    /// The thumbprint (RFC 7638 section 3.2).
    pub fn thumbprint(&self) -> Thumbprint {
        let k = Zeroizing::new(URL_SAFE_NO_PAD.encode(&self.k));
        Thumbprint::of_shared(&k)
    }

    /// Why Okta would not take this key: it takes no shared one.
    pub fn okta_refusal(&self) -> OktaRefusal {
        OktaRefusal::Kind { kind: self.kind() }
    }

    /// The JWK with the key in it, a member a line.
    pub fn expose_json(&self) -> Zeroizing<String> {
        members::write_shared(&self.labels, &self.k).pretty()
    }
}

impl fmt::Debug for SymmetricJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SymmetricJwk")
            .field("kind", &self.kind())
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix A.1.1; the thumbprint was computed with PyPI jwcrypto 1.6.1.
    const RFC: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

    #[test]
    fn the_example_of_rfc_7515() {
        let key = SymmetricJwk::parse(RFC).unwrap();
        assert_eq!(key.kind(), KeyKind::Oct { bits: 512 });
        assert_eq!(
            key.expose_json().split_whitespace().collect::<String>(),
            RFC.split_whitespace().collect::<String>()
        );
        assert!(!format!("{key:?}").contains("AyM1"));
    }

    #[test]
    fn short_keys_and_algorithms_that_need_longer_ones_are_refused() {
        for (jwk, expected) in [
            (r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAA"}"#, "member `k` is shorter than 128 bits"),
            (
                r#"{"kty":"oct","alg":"HS256","k":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
                "a key of kind `oct 128` cannot be used with `HS256`",
            ),
            (r#"{"kty":"oct"}"#, "member `k` is missing"),
        ] {
            assert_eq!(SymmetricJwk::parse(jwk).unwrap_err().to_string(), expected);
        }
    }
}
