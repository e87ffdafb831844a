//! Which key to make, and what a person may ask for.

use crate::algorithm::{Algorithm, AlgorithmMismatch};
use crate::curve::{Curve, NamedCurve, OkpCurve, UnknownCurve};
use crate::key_use::KeyUse;
use crate::kind::{KeyKind, KeyType};
use crate::profile::{OktaRefusal, Profile};

/// A key pair that can be made: kind, algorithm and use belong together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySpec {
    pub(crate) kind: KeyKind,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_use: Option<KeyUse>,
}

/// A shared key that can be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SymmetricSpec {
    pub(crate) bits: usize,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_use: Option<KeyUse>,
}

/// What a person asks for. What is left out follows from the rest; nothing at all makes an RS256 key.
///
/// A key type or a curve without an algorithm makes a key without `alg`.
#[derive(Clone, Debug, Default)]
pub struct KeyRequest {
    /// The key type.
    pub kty: Option<KeyType>,
    /// The algorithm.
    pub alg: Option<Algorithm>,
    /// The curve's registered name.
    pub crv: Option<String>,
    /// Bits of an RSA modulus or of a shared key.
    pub size: Option<u32>,
    /// The use.
    pub key_use: UseChoice,
}

/// Which `use` a key gets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UseChoice {
    /// The algorithm's; without one `sig`, unless the key can only encrypt.
    #[default]
    Derived,
    /// This one.
    Given(KeyUse),
    /// None.
    Absent,
}

/// What a [`KeyRequest`] comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Requested {
    /// A private key with a public half.
    KeyPair(KeySpec),
    /// A shared key (`oct`), which has no public half.
    Symmetric(SymmetricSpec),
}

impl KeySpec {
    /// A signing key for the algorithm; `bits` is the RSA modulus, 2048 unless given.
    ///
    /// # Errors
    /// [`KeySpecError`]; algorithms of shared keys are refused, see [`KeyRequest`].
    pub fn new(algorithm: Algorithm, bits: Option<u32>) -> Result<Self, KeySpecError> {
        let request = KeyRequest { alg: Some(algorithm), size: bits, ..KeyRequest::default() };
        match request.resolve(Profile::Any)? {
            Requested::KeyPair(spec) => Ok(spec),
            Requested::Symmetric(_) => Err(KeySpecError::Shared { algorithm }),
        }
    }

    /// What will be made.
    pub fn kind(self) -> KeyKind {
        self.kind
    }
}

impl KeyRequest {
    /// Works out what is left open and checks that all of it belongs together.
    ///
    /// # Errors
    /// [`KeySpecError`] names what contradicts what, or why Okta would refuse the key.
    pub fn resolve(&self, profile: Profile) -> Result<Requested, KeySpecError> {
        let algorithm = match (self.alg, self.kty, &self.crv) {
            (None, None, None) => Some(Algorithm::Rs256),
            (alg, _, _) => alg,
        };
        let kind = self.kind(algorithm)?;
        if let Some(algorithm) = algorithm {
            algorithm.require(kind)?;
        }
        let key_use = self.resolve_use(kind, algorithm)?;
        profile.admit(OktaRefusal::of(kind, algorithm, key_use))?;
        Ok(match kind {
            KeyKind::Oct { bits } => {
                Requested::Symmetric(SymmetricSpec { bits, algorithm, key_use })
            }
            kind => Requested::KeyPair(KeySpec { kind, algorithm, key_use }),
        })
    }

    fn kind(&self, algorithm: Option<Algorithm>) -> Result<KeyKind, KeySpecError> {
        let kind = match (&self.crv, algorithm, self.kty) {
            (Some(name), _, _) => match name.parse::<NamedCurve>()? {
                NamedCurve::Ec(curve) => KeyKind::Ec(curve),
                NamedCurve::Okp(curve) => KeyKind::Okp(curve),
            },
            // Key agreement works on curves of two types.
            (None, Some(algorithm), Some(KeyType::Okp))
                if algorithm.key_use() == KeyUse::Encryption =>
            {
                KeyKind::Okp(OkpCurve::X25519)
            }
            (None, Some(algorithm), _) => algorithm.default_kind(),
            (None, None, Some(kty)) => self.default_kind(kty),
            (None, None, None) => KeyKind::Rsa { modulus_bits: 2048 },
        };
        if let Some(kty) = self.kty.filter(|it| *it != kind.key_type()) {
            return Err(KeySpecError::KeyType { kty, kind });
        }
        self.sized(kind)
    }

    fn default_kind(&self, kty: KeyType) -> KeyKind {
        match kty {
            KeyType::Rsa => KeyKind::Rsa { modulus_bits: 2048 },
            KeyType::Ec => KeyKind::Ec(Curve::P256),
            KeyType::Okp if self.key_use == UseChoice::Given(KeyUse::Encryption) => {
                KeyKind::Okp(OkpCurve::X25519)
            }
            KeyType::Okp => KeyKind::Okp(OkpCurve::Ed25519),
            KeyType::Oct => KeyKind::Oct { bits: 256 },
        }
    }

    /// RSA moduli are products of two primes of equal length; both kinds of sizes are whole octets.
    fn sized(&self, kind: KeyKind) -> Result<KeyKind, KeySpecError> {
        let Some(bits) = self.size else { return Ok(kind) };
        let fits = |least, most| bits % 8 == 0 && (least..=most).contains(&bits);
        match kind {
            KeyKind::Rsa { .. } if fits(2048, 8192) => {
                Ok(KeyKind::Rsa { modulus_bits: bits as usize })
            }
            KeyKind::Rsa { .. } => Err(KeySpecError::RsaBits { bits }),
            KeyKind::Oct { .. } if fits(128, 8192) => Ok(KeyKind::Oct { bits: bits as usize }),
            KeyKind::Oct { .. } => Err(KeySpecError::OctBits { bits }),
            KeyKind::Ec(_) | KeyKind::Okp(_) => Err(KeySpecError::BitsWithCurve { kind }),
        }
    }

    fn resolve_use(
        &self,
        kind: KeyKind,
        algorithm: Option<Algorithm>,
    ) -> Result<Option<KeyUse>, KeySpecError> {
        let suits = |key_use| match algorithm {
            Some(algorithm) => algorithm.key_use() == key_use,
            None => {
                Algorithm::ALL.iter().any(|it| it.key_use() == key_use && it.require(kind).is_ok())
            }
        };
        match self.key_use {
            UseChoice::Absent => Ok(None),
            UseChoice::Given(key_use) if suits(key_use) => Ok(Some(key_use)),
            UseChoice::Given(key_use) => Err(KeySpecError::Use { key_use, kind, algorithm }),
            UseChoice::Derived if suits(KeyUse::Signature) => Ok(Some(KeyUse::Signature)),
            UseChoice::Derived => Ok(Some(KeyUse::Encryption)),
        }
    }
}

/// A request that no key can meet.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySpecError {
    /// An RSA size that is not offered.
    #[error("an RSA key of {bits} bits is not offered: 2048 to 8192 in steps of 8")]
    RsaBits {
        /// The bits asked for.
        bits: u32,
    },
    /// A size of a shared key that is not offered.
    #[error("a shared key of {bits} bits is not offered: 128 to 8192 in steps of 8")]
    OctBits {
        /// The bits asked for.
        bits: u32,
    },
    /// A size for a key whose curve decides it.
    #[error("a size has no meaning for a key of kind `{kind}`: its curve decides")]
    BitsWithCurve {
        /// The key asked for.
        kind: KeyKind,
    },
    /// A key type that the algorithm or the curve contradicts.
    #[error("key type `{kty}` does not go with a key of kind `{kind}`")]
    KeyType {
        /// The type asked for.
        kty: KeyType,
        /// What algorithm or curve ask for.
        kind: KeyKind,
    },
    /// A curve that is not offered.
    #[error(transparent)]
    UnknownCurve(#[from] UnknownCurve),
    /// An algorithm that does not work with the kind of key.
    #[error(transparent)]
    AlgorithmMismatch(#[from] AlgorithmMismatch),
    /// A use that the algorithm or the kind of key contradicts.
    #[error("`use` `{key_use}` does not go with {}", described(*kind, *algorithm))]
    Use {
        /// The use asked for.
        key_use: KeyUse,
        /// The key asked for.
        kind: KeyKind,
        /// The algorithm asked for.
        algorithm: Option<Algorithm>,
    },
    /// An algorithm of shared keys where a key pair is wanted.
    #[error("`{algorithm}` needs a shared key, which has no public half")]
    Shared {
        /// The algorithm asked for.
        algorithm: Algorithm,
    },
    /// A key that the profile leaves out.
    #[error(transparent)]
    Okta(#[from] OktaRefusal),
}

fn described(kind: KeyKind, algorithm: Option<Algorithm>) -> String {
    match algorithm {
        Some(algorithm) => format!("`{algorithm}`"),
        None => format!("a key of kind `{kind}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(
        request: &KeyRequest,
    ) -> Result<(KeyKind, &'static str, &'static str), KeySpecError> {
        let (kind, algorithm, key_use) = match request.resolve(Profile::Any)? {
            Requested::KeyPair(KeySpec { kind, algorithm, key_use }) => (kind, algorithm, key_use),
            Requested::Symmetric(SymmetricSpec { bits, algorithm, key_use }) => {
                (KeyKind::Oct { bits }, algorithm, key_use)
            }
        };
        Ok((kind, algorithm.map_or("", Algorithm::as_str), key_use.map_or("", KeyUse::as_str)))
    }

    fn request(kty: &str, alg: &str, crv: &str, size: u32) -> KeyRequest {
        KeyRequest {
            kty: kty.parse().ok(),
            alg: alg.parse().ok(),
            crv: (!crv.is_empty()).then(|| crv.to_owned()),
            size: (size > 0).then_some(size),
            key_use: UseChoice::Derived,
        }
    }

    #[test]
    fn what_is_left_out_follows_from_the_rest() {
        let check = |kty, alg, crv, size, expected: (KeyKind, &str, &str)| {
            assert_eq!(resolved(&request(kty, alg, crv, size)), Ok(expected));
        };
        let rsa = |modulus_bits| KeyKind::Rsa { modulus_bits };
        check("", "", "", 0, (rsa(2048), "RS256", "sig"));
        check("", "", "", 3072, (rsa(3072), "RS256", "sig"));
        check("RSA", "", "", 8192, (rsa(8192), "", "sig"));
        check("", "RSA-OAEP-256", "", 2056, (rsa(2056), "RSA-OAEP-256", "enc"));
        check("", "ES384", "", 0, (KeyKind::Ec(Curve::P384), "ES384", "sig"));
        check("EC", "", "", 0, (KeyKind::Ec(Curve::P256), "", "sig"));
        check("", "", "secp256k1", 0, (KeyKind::Ec(Curve::Secp256k1), "", "sig"));
        check("", "ECDH-ES", "", 0, (KeyKind::Ec(Curve::P256), "ECDH-ES", "enc"));
        check("OKP", "ECDH-ES", "", 0, (KeyKind::Okp(OkpCurve::X25519), "ECDH-ES", "enc"));
        check("", "ECDH-ES", "X25519", 0, (KeyKind::Okp(OkpCurve::X25519), "ECDH-ES", "enc"));
        check("OKP", "", "", 0, (KeyKind::Okp(OkpCurve::Ed25519), "", "sig"));
        check("", "", "X25519", 0, (KeyKind::Okp(OkpCurve::X25519), "", "enc"));
        check("", "HS384", "", 0, (KeyKind::Oct { bits: 384 }, "HS384", "sig"));
        check("oct", "", "", 2048, (KeyKind::Oct { bits: 2048 }, "", "sig"));
        check("", "dir", "", 0, (KeyKind::Oct { bits: 256 }, "dir", "enc"));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let check = |kty, alg, crv, size, expected: &str| {
            let refusal = resolved(&request(kty, alg, crv, size)).unwrap_err().to_string();
            assert_eq!(refusal, expected);
        };
        for bits in [1, 512, 1024, 2047, 2049, 8200] {
            let sizes =
                format!("an RSA key of {bits} bits is not offered: 2048 to 8192 in steps of 8");
            check("RSA", "", "", bits, &sizes);
        }
        check(
            "oct",
            "",
            "",
            120,
            "a shared key of 120 bits is not offered: 128 to 8192 in steps of 8",
        );
        check(
            "",
            "ES256",
            "",
            256,
            "a size has no meaning for a key of kind `EC P-256`: its curve decides",
        );
        check("RSA", "ES256", "", 0, "key type `RSA` does not go with a key of kind `EC P-256`");
        check("RSA", "", "P-256", 0, "key type `RSA` does not go with a key of kind `EC P-256`");
        check("", "ES256", "P-384", 0, "a key of kind `EC P-384` cannot be used with `ES256`");
        check("", "EdDSA", "X25519", 0, "a key of kind `OKP X25519` cannot be used with `EdDSA`");
        check(
            "",
            "ECDH-ES",
            "secp256k1",
            0,
            "a key of kind `EC secp256k1` cannot be used with `ECDH-ES`",
        );
        check("", "HS512", "", 256, "a key of kind `oct 256` cannot be used with `HS512`");
        check("", "A128KW", "", 256, "a key of kind `oct 256` cannot be used with `A128KW`");
    }

    #[test]
    fn a_use_must_go_with_the_algorithm_and_the_kind() {
        let with = |alg: &str, crv: &str, key_use| {
            resolved(&KeyRequest { key_use: UseChoice::Given(key_use), ..request("", alg, crv, 0) })
        };
        assert!(with("RS256", "", KeyUse::Signature).is_ok());
        assert!(with("", "P-256", KeyUse::Encryption).is_ok());
        for (alg, crv, key_use, expected) in [
            ("RS256", "", KeyUse::Encryption, "`use` `enc` does not go with `RS256`"),
            ("A128KW", "", KeyUse::Signature, "`use` `sig` does not go with `A128KW`"),
            (
                "",
                "X25519",
                KeyUse::Signature,
                "`use` `sig` does not go with a key of kind `OKP X25519`",
            ),
            (
                "",
                "Ed25519",
                KeyUse::Encryption,
                "`use` `enc` does not go with a key of kind `OKP Ed25519`",
            ),
        ] {
            assert_eq!(with(alg, crv, key_use).unwrap_err().to_string(), expected);
        }
        let absent = KeyRequest { key_use: UseChoice::Absent, ..request("", "RS256", "", 0) };
        assert_eq!(resolved(&absent).unwrap().2, "");
    }

    #[test]
    fn the_profile_of_okta_lets_only_its_keys_pass() {
        let for_okta = |alg: &str| request("", alg, "", 0).resolve(Profile::Okta);
        for algorithm in Algorithm::ALL {
            let taken = for_okta(algorithm.as_str()).is_ok();
            assert_eq!(taken, Algorithm::OKTA.contains(&algorithm), "{algorithm}");
        }
        let refusal = for_okta("PS256").unwrap_err().to_string();
        assert!(refusal.starts_with("Okta takes no `PS256`"), "{refusal}");
    }
}
