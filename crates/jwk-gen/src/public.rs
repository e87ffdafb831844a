//! Public keys as JWKs (RFC 7517 section 4, RFC 7518 section 6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::algorithm::Algorithm;
use crate::der::Restricted;
use crate::ec_key::EcPublic;
use crate::error::{InvalidKey, ParseJwkError, ParsePemError};
use crate::json::{Json, Members};
use crate::key_id::KeyId;
use crate::key_use::KeyUse;
use crate::kind::KeyKind;
use crate::okp_key::OkpPublic;
use crate::profile::OktaRefusal;
use crate::rsa_key::RsaPublic;
use crate::thumbprint::Thumbprint;
use crate::{members, pem, weak_rsa};

/// The public half of a key; everything in it may be published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicJwk {
    material: Public,
    labels: Labels,
    spki: Vec<u8>,
}

/// The numbers of a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Public {
    Rsa(RsaPublic),
    Ec(EcPublic),
    Okp(OkpPublic),
}

/// What a JWK says about itself besides its numbers (RFC 7517 section 4).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Labels {
    pub(crate) key_use: Option<KeyUse>,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) kid: Option<KeyId>,
    pub(crate) operations: Operations,
}

/// What `key_ops` says about signing and verifying (RFC 7517 section 4.3).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Operations {
    #[default]
    Unspecified,
    Signatures,
    Others,
}

impl Public {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(key) => KeyKind::Rsa { modulus_bits: key.modulus_bits() },
            Self::Ec(key) => KeyKind::Ec(key.curve),
            Self::Okp(key) => KeyKind::Okp(key.curve),
        }
    }

    fn spki(&self) -> Result<Vec<u8>, InvalidKey> {
        match self {
            Self::Rsa(key) => key.spki(),
            Self::Ec(key) => key.spki(),
            Self::Okp(key) => key.spki(),
        }
    }
}

impl PublicJwk {
    /// Parses a public JWK of at most 64 KiB; members without a meaning here are ignored.
    ///
    /// # Errors
    /// [`ParseJwkError`]; a private member is refused by name.
    pub fn parse(json: &str) -> Result<Self, ParseJwkError> {
        Self::from_json(Json::parse(json, members::SIZE_LIMIT)?)
    }

    /// Reads a `PUBLIC KEY` block (RFC 7468 section 13); the result has no `kid`, `alg` or `use`.
    ///
    /// # Errors
    /// [`ParsePemError`]; anything else than one public key is named as what it is.
    pub fn from_spki_pem(text: &str) -> Result<Self, ParsePemError> {
        Ok(Self::from_restricted(pem::parse_public(text, &mut Vec::new())?)?)
    }

    pub(crate) fn from_restricted(key: Restricted<Public>) -> Result<Self, InvalidKey> {
        let Restricted { material, algorithm } = key;
        Self::new(material, Labels { algorithm, ..Labels::default() })
    }

    /// Every key whose private half is not known comes through here.
    pub(crate) fn new(material: Public, labels: Labels) -> Result<Self, InvalidKey> {
        if let Public::Rsa(key) = &material {
            weak_rsa::refuse(&key.modulus())?;
        }
        Self::of(material, labels)
    }

    /// The public half of a private key, whose factors were looked at.
    pub(crate) fn of_private(material: Public, labels: Labels) -> Result<Self, InvalidKey> {
        if let Public::Rsa(key) = &material {
            weak_rsa::refuse_of_primes(&key.modulus())?;
        }
        Self::of(material, labels)
    }

    fn of(material: Public, labels: Labels) -> Result<Self, InvalidKey> {
        let spki = material.spki()?;
        Ok(Self { material, labels, spki })
    }

    pub(crate) fn from_json(json: Json) -> Result<Self, ParseJwkError> {
        Self::from_members(&json.into_object()?)
    }

    pub(crate) fn from_members(object: &Members) -> Result<Self, ParseJwkError> {
        members::refuse_private(object)?;
        let material = members::public(object)?;
        let labels = members::labels(object, material.kind())?;
        Ok(Self::new(material, labels)?)
    }

    /// What kind of key this is.
    pub fn kind(&self) -> KeyKind {
        self.material.kind()
    }

    /// The `alg` member.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.labels.algorithm
    }

    /// The `kid` member.
    pub fn kid(&self) -> Option<&KeyId> {
        self.labels.kid.as_ref()
    }

    /// The `use` member.
    pub fn key_use(&self) -> Option<KeyUse> {
        self.labels.key_use
    }

    /// Why Okta would not take this key for `private_key_jwt`; `None` if it would.
    pub fn okta_refusal(&self) -> Option<OktaRefusal> {
        let Labels { key_use, algorithm, operations, .. } = self.labels;
        let refusal = OktaRefusal::of(self.kind(), algorithm, key_use);
        refusal.or((operations == Operations::Others).then_some(OktaRefusal::Operations))
    }

    /// The same key under another `kid`, or none.
    #[must_use]
    pub fn with_kid(mut self, kid: Option<KeyId>) -> Self {
        self.labels.kid = kid;
        self
    }

    /// The thumbprint (RFC 7638); labels such as `kid` do not enter it.
    pub fn thumbprint(&self) -> Thumbprint {
        let encode = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        match &self.material {
            Public::Rsa(RsaPublic { n, e }) => {
                let required = [("e", encode(e)), ("kty", "RSA".to_owned()), ("n", encode(n))];
                Thumbprint::of_members(required)
            }
            Public::Ec(EcPublic { curve, x, y }) => Thumbprint::of_members([
                ("crv", curve.as_str().to_owned()),
                ("kty", "EC".to_owned()),
                ("x", encode(x)),
                ("y", encode(y)),
            ]),
            Public::Okp(OkpPublic { curve, x }) => Thumbprint::of_members([
                ("crv", curve.as_str().to_owned()),
                ("kty", "OKP".to_owned()),
                ("x", encode(x)),
            ]),
        }
    }

    /// The JWK, a member a line.
    pub fn to_json(&self) -> String {
        members::write_public(self).pretty().as_str().to_owned()
    }

    /// `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.spki.clone()
    }

    /// `SubjectPublicKeyInfo` as PEM (RFC 7468 section 13).
    pub fn to_spki_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki).as_str().to_owned()
    }

    pub(crate) fn material(&self) -> &Public {
        &self.material
    }

    pub(crate) fn labels(&self) -> &Labels {
        &self.labels
    }

    pub(crate) fn labels_mut(&mut self) -> &mut Labels {
        &mut self.labels
    }
}

impl Serialize for PublicJwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        members::write_public(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicJwk {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::from_json(Json::deserialize(source)?).map_err(D::Error::custom)
    }
}
