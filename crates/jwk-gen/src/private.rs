//! Private keys as JWKs (RFC 7517 section 4, RFC 7518 section 6).

use std::fmt;

use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, AlgorithmMismatch};
use crate::der::{self, Restricted};
use crate::ec_key::EcPrivate;
use crate::encrypted::{self, EncryptError, Passphrase};
use crate::error::{InvalidKey, ParseJwkError, ParsePemError};
use crate::json::{Json, Members};
use crate::key_id::KeyId;
use crate::key_spec::KeySpec;
use crate::kind::KeyKind;
use crate::okp_key::OkpPrivate;
use crate::profile::OktaRefusal;
use crate::public::{Labels, Public, PublicJwk};
use crate::rsa_key::RsaPrivate;
use crate::thumbprint::Thumbprint;
use crate::{members, pem};

/// A private key with a public half, checked in every relation between its numbers and wiped on drop.
///
/// It has no `Display` and no `Serialize`, and its `Debug` shows the public half only; the
/// `expose_…` methods hand out the secret in buffers that are wiped too.
#[derive(Clone)]
pub struct PrivateJwk {
    secret: Secret,
    public: PublicJwk,
    pkcs8: Zeroizing<Vec<u8>>,
}

/// A key that was read, whose factors were not tested yet.
pub(crate) struct Untested(PrivateJwk);

impl Untested {
    pub(crate) fn from_members(object: &Members) -> Result<Self, ParseJwkError> {
        let public = members::public(object)?;
        let labels = members::labels(object, public.kind())?;
        Ok(Self(PrivateJwk::new(members::secret(object, public)?, labels)?))
    }

    pub(crate) fn from_secret(secret: Restricted<Secret>) -> Result<Self, ParsePemError> {
        let Restricted { material, algorithm } = secret;
        Ok(Self(PrivateJwk::new(material, Labels { algorithm, ..Labels::default() })?))
    }

    pub(crate) fn tested(self) -> Result<PrivateJwk, InvalidKey> {
        if let Secret::Rsa(key) = &self.0.secret {
            key.test_factors()?;
        }
        Ok(self.0)
    }

    /// The key without the test, for whoever verifies what it signs.
    pub(crate) fn for_signing(self) -> PrivateJwk {
        self.0
    }
}

/// The numbers of a private key.
#[derive(Clone)]
pub(crate) enum Secret {
    Rsa(RsaPrivate),
    Ec(EcPrivate),
    Okp(OkpPrivate),
}

impl Secret {
    fn public(&self) -> Public {
        match self {
            Self::Rsa(key) => Public::Rsa(key.public.clone()),
            Self::Ec(key) => Public::Ec(key.public.clone()),
            Self::Okp(key) => Public::Okp(key.public.clone()),
        }
    }

    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        match self {
            Self::Rsa(key) => key.pkcs8(),
            Self::Ec(key) => key.pkcs8(),
            Self::Okp(key) => key.pkcs8(),
        }
    }
}

impl PrivateJwk {
    /// Parses a private JWK of at most 64 KiB; members without a meaning here are dropped.
    ///
    /// # Errors
    /// [`ParseJwkError`] names the member at fault and never quotes a secret one.
    pub fn parse(json: &str) -> Result<Self, ParseJwkError> {
        let object = Json::parse(json, members::SIZE_LIMIT)?.into_object()?;
        Ok(Untested::from_members(&object)?.tested()?)
    }

    /// Reads a `PRIVATE KEY` block (PKCS#8, RFC 7468 section 10) or the `RSA PRIVATE KEY` block of
    /// older tools (PKCS#1, RFC 8017 appendix A.1.2); the result has no `kid` and no `alg`.
    ///
    /// # Errors
    /// [`ParsePemError`]; anything else than one private key is named as what it is.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, ParsePemError> {
        Ok(Untested::from_secret(pem::parse_private(text, None, &mut Vec::new())?)?.tested()?)
    }

    /// Reads `PrivateKeyInfo` (RFC 5208 section 5); the result has no `kid` and no `alg`.
    ///
    /// # Errors
    /// [`ParsePemError`], as for PEM.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, ParsePemError> {
        Ok(Untested::from_secret(der::private_from_pkcs8(der)?)?.tested()?)
    }

    pub(crate) fn generated(secret: Secret, spec: KeySpec) -> Result<Self, InvalidKey> {
        let KeySpec { algorithm, key_use, .. } = spec;
        let key = Self::new(secret, Labels { key_use, algorithm, ..Labels::default() })?;
        let kid = key.thumbprint().into();
        Ok(key.with_kid(Some(kid)))
    }

    fn new(secret: Secret, labels: Labels) -> Result<Self, InvalidKey> {
        let public = PublicJwk::of_private(secret.public(), labels)?;
        let pkcs8 = secret.pkcs8()?;
        Ok(Self { secret, public, pkcs8 })
    }

    /// What kind of key this is.
    pub fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    /// The JWK's `alg`; without one RS256 for RSA and the curve's own for the others.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm().unwrap_or_else(|| self.kind().default_algorithm())
    }

    /// The `kid` member.
    pub fn kid(&self) -> Option<&KeyId> {
        self.public.kid()
    }

    /// The same key under another `kid`, or none.
    #[must_use]
    pub fn with_kid(mut self, kid: Option<KeyId>) -> Self {
        self.public.labels_mut().kid = kid;
        self
    }

    /// The same key with another `alg`.
    ///
    /// # Errors
    /// [`AlgorithmMismatch`] if the key does not work with it.
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Result<Self, AlgorithmMismatch> {
        self.public.labels_mut().algorithm = Some(algorithm.require(self.kind())?);
        Ok(self)
    }

    /// The public half with the same `kid`, `alg` and `use`.
    pub fn public(&self) -> PublicJwk {
        self.public.clone()
    }

    /// The thumbprint (RFC 7638), the same as that of the public half.
    pub fn thumbprint(&self) -> Thumbprint {
        self.public.thumbprint()
    }

    /// Why Okta would not take this key for `private_key_jwt`; `None` if it would.
    pub fn okta_refusal(&self) -> Option<OktaRefusal> {
        self.public.okta_refusal()
    }

    /// What a careful reader of this key should know; empty for every key made here.
    pub fn warnings(&self) -> Vec<KeyWarning> {
        match &self.secret {
            Secret::Rsa(key) if key.public.has_small_exponent() => {
                vec![KeyWarning::SmallPublicExponent]
            }
            _ => Vec::new(),
        }
    }

    /// The private JWK, a member a line.
    pub fn expose_json(&self) -> Zeroizing<String> {
        members::write_private(self).pretty()
    }

    /// `PrivateKeyInfo` (RFC 5208 section 5), unencrypted.
    pub fn expose_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// `PrivateKeyInfo` as PEM (RFC 7468 section 10), unencrypted.
    pub fn expose_pkcs8_pem(&self) -> Zeroizing<String> {
        pem::encode("PRIVATE KEY", &self.pkcs8)
    }

    /// `RSAPrivateKey` (RFC 8017 appendix A.1.2), unencrypted.
    ///
    /// # Errors
    /// [`FormatMismatch`] for every key that is not RSA.
    pub fn expose_pkcs1_der(&self) -> Result<Zeroizing<Vec<u8>>, FormatMismatch> {
        let mismatch = FormatMismatch { format: "PKCS#1", key: self.kind() };
        match &self.secret {
            Secret::Rsa(key) => key.pkcs1().map_err(|_| mismatch),
            Secret::Ec(_) | Secret::Okp(_) => Err(mismatch),
        }
    }

    /// `RSAPrivateKey` as PEM, unencrypted.
    ///
    /// # Errors
    /// As [`Self::expose_pkcs1_der`].
    pub fn expose_pkcs1_pem(&self) -> Result<Zeroizing<String>, FormatMismatch> {
        Ok(pem::encode("RSA PRIVATE KEY", &self.expose_pkcs1_der()?))
    }

    /// `ECPrivateKey` with curve and public key (RFC 5915 section 3), unencrypted.
    ///
    /// # Errors
    /// [`FormatMismatch`] for every key that is not EC.
    pub fn expose_sec1_der(&self) -> Result<Zeroizing<Vec<u8>>, FormatMismatch> {
        let mismatch = FormatMismatch { format: "SEC 1", key: self.kind() };
        match &self.secret {
            Secret::Ec(key) => key.sec1().map_err(|_| mismatch),
            Secret::Rsa(_) | Secret::Okp(_) => Err(mismatch),
        }
    }

    /// `ECPrivateKey` as PEM (RFC 5915 section 4), unencrypted.
    ///
    /// # Errors
    /// As [`Self::expose_sec1_der`].
    pub fn expose_sec1_pem(&self) -> Result<Zeroizing<String>, FormatMismatch> {
        Ok(pem::encode("EC PRIVATE KEY", &self.expose_sec1_der()?))
    }

    /// `EncryptedPrivateKeyInfo` (RFC 5958 section 3) under PBES2 (RFC 8018 section 6.2):
    /// PBKDF2 with HMAC-SHA-256 and 600,000 iterations, AES-256-CBC.
    ///
    /// # Errors
    /// [`EncryptError`] if the operating system gives no random bytes.
    pub fn to_encrypted_pkcs8_der(&self, passphrase: &Passphrase) -> Result<Vec<u8>, EncryptError> {
        encrypted::encrypt(&self.pkcs8, passphrase)
    }

    /// `EncryptedPrivateKeyInfo` as PEM (RFC 7468 section 11).
    ///
    /// # Errors
    /// As [`Self::to_encrypted_pkcs8_der`].
    pub fn to_encrypted_pkcs8_pem(&self, passphrase: &Passphrase) -> Result<String, EncryptError> {
        let der = self.to_encrypted_pkcs8_der(passphrase)?;
        Ok(pem::encode("ENCRYPTED PRIVATE KEY", &der).as_str().to_owned())
    }

    pub(crate) fn public_half(&self) -> &PublicJwk {
        &self.public
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl fmt::Debug for PrivateJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateJwk").field("public", &self.public).finish_non_exhaustive()
    }
}

/// A format that has no place for the kind of key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{format} has no place for a key of kind `{key}`")]
pub struct FormatMismatch {
    format: &'static str,
    key: KeyKind,
}

/// A property of a key that is allowed and still unwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyWarning {
    /// `e` is below 65537, which NIST SP 800-56B asks for.
    #[error("the public exponent `e` is below 65537")]
    SmallPublicExponent,
}
