//! The algorithms that a JWK can name (RFC 7518 sections 3.1 and 4.1, RFC 8037, RFC 8812).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::curve::{Curve, OkpCurve};
use crate::key_use::KeyUse;
use crate::kind::KeyKind;

/// An algorithm of the JOSE registry, as in the `alg` member.
///
/// `RSA1_5` is left out: its padding turns a decrypting server into an oracle (RFC 8725 section 3.2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812).
    Es256k,
    /// Edwards-curve signatures, here on Ed25519 (RFC 8037).
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSAES-OAEP with SHA-1.
    RsaOaep,
    /// RSAES-OAEP with SHA-256.
    RsaOaep256,
    /// RSAES-OAEP with SHA-384.
    RsaOaep384,
    /// RSAES-OAEP with SHA-512.
    RsaOaep512,
    /// Ephemeral-static Diffie-Hellman, used directly.
    EcdhEs,
    /// Ephemeral-static Diffie-Hellman with AES-128 key wrap.
    EcdhEsA128kw,
    /// Ephemeral-static Diffie-Hellman with AES-192 key wrap.
    EcdhEsA192kw,
    /// Ephemeral-static Diffie-Hellman with AES-256 key wrap.
    EcdhEsA256kw,
    /// AES-128 key wrap.
    A128kw,
    /// AES-192 key wrap.
    A192kw,
    /// AES-256 key wrap.
    A256kw,
    /// Key wrap with AES-128 in Galois/Counter Mode.
    A128gcmkw,
    /// Key wrap with AES-192 in Galois/Counter Mode.
    A192gcmkw,
    /// Key wrap with AES-256 in Galois/Counter Mode.
    A256gcmkw,
    /// The shared key itself encrypts the content.
    Dir,
}

/// What keys an algorithm works with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Needs {
    Rsa,
    Ec(Curve),
    Okp(OkpCurve),
    /// Key agreement: a NIST curve or X25519. RFC 8812 keeps secp256k1 for signatures.
    Agreement,
    /// A shared key of at least this many bits (RFC 7518 section 3.2).
    OctAtLeast(usize),
    /// A shared key of exactly this many bits.
    Oct(usize),
}

impl Algorithm {
    /// Every algorithm, those that Okta takes first.
    pub const ALL: [Self; 29] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256k,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::RsaOaep384,
        Self::RsaOaep512,
        Self::EcdhEs,
        Self::EcdhEsA128kw,
        Self::EcdhEsA192kw,
        Self::EcdhEsA256kw,
        Self::A128kw,
        Self::A192kw,
        Self::A256kw,
        Self::A128gcmkw,
        Self::A192gcmkw,
        Self::A256gcmkw,
        Self::Dir,
    ];

    /// What Okta takes for `private_key_jwt` (Okta, "Client authentication methods").
    pub const OKTA: [Self; 6] =
        [Self::Rs256, Self::Rs384, Self::Rs512, Self::Es256, Self::Es384, Self::Es512];

    /// The registered name, as in the `alg` member.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256k => "ES256K",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep384 => "RSA-OAEP-384",
            Self::RsaOaep512 => "RSA-OAEP-512",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128kw => "ECDH-ES+A128KW",
            Self::EcdhEsA192kw => "ECDH-ES+A192KW",
            Self::EcdhEsA256kw => "ECDH-ES+A256KW",
            Self::A128kw => "A128KW",
            Self::A192kw => "A192KW",
            Self::A256kw => "A256KW",
            Self::A128gcmkw => "A128GCMKW",
            Self::A192gcmkw => "A192GCMKW",
            Self::A256gcmkw => "A256GCMKW",
            Self::Dir => "dir",
        }
    }

    fn needs(self) -> Needs {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                Needs::Rsa
            }
            Self::RsaOaep | Self::RsaOaep256 | Self::RsaOaep384 | Self::RsaOaep512 => Needs::Rsa,
            Self::Es256 => Needs::Ec(Curve::P256),
            Self::Es384 => Needs::Ec(Curve::P384),
            Self::Es512 => Needs::Ec(Curve::P521),
            Self::Es256k => Needs::Ec(Curve::Secp256k1),
            Self::EdDsa => Needs::Okp(OkpCurve::Ed25519),
            Self::EcdhEs | Self::EcdhEsA128kw | Self::EcdhEsA192kw | Self::EcdhEsA256kw => {
                Needs::Agreement
            }
            Self::Hs256 => Needs::OctAtLeast(256),
            Self::Hs384 => Needs::OctAtLeast(384),
            Self::Hs512 => Needs::OctAtLeast(512),
            Self::A128kw | Self::A128gcmkw => Needs::Oct(128),
            Self::A192kw | Self::A192gcmkw => Needs::Oct(192),
            Self::A256kw | Self::A256gcmkw => Needs::Oct(256),
            Self::Dir => Needs::OctAtLeast(128),
        }
    }

    /// Whether keys of this algorithm sign or encrypt (RFC 7517 section 4.2).
    pub fn key_use(self) -> KeyUse {
        match self.needs() {
            Needs::Agreement | Needs::Oct(_) => KeyUse::Encryption,
            Needs::Rsa if self.as_str().starts_with("RSA-OAEP") => KeyUse::Encryption,
            _ if self == Self::Dir => KeyUse::Encryption,
            _ => KeyUse::Signature,
        }
    }

    /// The one elliptic curve that the algorithm is tied to, if there is one.
    pub fn curve(self) -> Option<Curve> {
        match self.needs() {
            Needs::Ec(curve) => Some(curve),
            _ => None,
        }
    }

    /// The key that is made for this algorithm if nothing more is asked for.
    pub(crate) fn default_kind(self) -> KeyKind {
        match self.needs() {
            Needs::Rsa => KeyKind::Rsa { modulus_bits: 2048 },
            Needs::Ec(curve) => KeyKind::Ec(curve),
            Needs::Okp(curve) => KeyKind::Okp(curve),
            Needs::Agreement => KeyKind::Ec(Curve::P256),
            // Long enough for every content encryption with one key (RFC 7518 section 5.1).
            Needs::OctAtLeast(_) if self == Self::Dir => KeyKind::Oct { bits: 256 },
            Needs::OctAtLeast(bits) | Needs::Oct(bits) => KeyKind::Oct { bits },
        }
    }

    /// Checks that a key of this kind works with the algorithm.
    ///
    /// # Errors
    /// [`AlgorithmMismatch`] names both.
    pub fn require(self, key: KeyKind) -> Result<Self, AlgorithmMismatch> {
        let suits = match (self.needs(), key) {
            (Needs::Rsa, KeyKind::Rsa { .. }) => true,
            (Needs::Ec(curve), KeyKind::Ec(found)) => curve == found,
            (Needs::Okp(curve), KeyKind::Okp(found)) => curve == found,
            (Needs::Agreement, KeyKind::Ec(curve)) => curve != Curve::Secp256k1,
            (Needs::Agreement, KeyKind::Okp(curve)) => curve == OkpCurve::X25519,
            (Needs::OctAtLeast(least), KeyKind::Oct { bits }) => bits >= least,
            (Needs::Oct(exactly), KeyKind::Oct { bits }) => bits == exactly,
            _ => false,
        };
        if suits { Ok(self) } else { Err(AlgorithmMismatch { algorithm: self, key }) }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|it| it.as_str() == name)
            .ok_or_else(|| UnknownAlgorithm { name: crate::error::excerpt(name) })
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A name that is none of [`Algorithm::ALL`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "algorithm `{name}` is not supported: {}; \
     Okta takes RS256, RS384, RS512, ES256, ES384 and ES512",
    reason(name)
)]
pub struct UnknownAlgorithm {
    name: String,
}

fn reason(name: &str) -> &'static str {
    match name {
        _ if name.eq_ignore_ascii_case("none") => "it leaves the token unsigned",
        "RSA1_5" => "its padding makes decryption an oracle (RFC 8725 section 3.2)",
        "Ed25519" => "a JWK of such a key says EdDSA (RFC 8037)",
        "Ed448" => crate::curve::NO_448,
        _ => "it is unknown",
    }
}

/// An algorithm that does not work with the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key of kind `{key}` cannot be used with `{algorithm}`")]
pub struct AlgorithmMismatch {
    /// The algorithm asked for.
    pub algorithm: Algorithm,
    /// The key at hand.
    pub key: KeyKind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_round_trips_and_nothing_else_parses() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for name in ["", "rs256", "RS256 ", "none", "nOnE", "RSA1_5", "Ed448", "ES256k", "A256GCM"]
        {
            assert!(name.parse::<Algorithm>().is_err(), "{name:?} was accepted");
        }
    }

    #[test]
    fn refusals_say_why() {
        let message = |name: &str| name.parse::<Algorithm>().unwrap_err().to_string();
        assert!(message("nOnE").contains("unsigned"));
        assert!(message("RSA1_5").contains("oracle"));
        assert!(message("\u{1b}[31m").contains(r"`\u{1b}[31m`"), "{}", message("\u{1b}[31m"));
    }

    /// RFC 7518 sections 3.1 and 4.1, RFC 8037 section 3, RFC 8812 section 3.2.
    #[test]
    fn an_algorithm_suits_only_its_own_keys() {
        let suits = |key: KeyKind| {
            let names = Algorithm::ALL.into_iter().filter(|it| it.require(key).is_ok());
            names.map(Algorithm::as_str).collect::<Vec<_>>().join(" ")
        };
        let agreement = "ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW";
        assert_eq!(
            suits(KeyKind::Rsa { modulus_bits: 2048 }),
            "RS256 RS384 RS512 PS256 PS384 PS512 RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512"
        );
        assert_eq!(suits(KeyKind::Ec(Curve::P256)), format!("ES256 {agreement}"));
        assert_eq!(suits(KeyKind::Ec(Curve::P384)), format!("ES384 {agreement}"));
        assert_eq!(suits(KeyKind::Ec(Curve::P521)), format!("ES512 {agreement}"));
        assert_eq!(suits(KeyKind::Ec(Curve::Secp256k1)), "ES256K");
        assert_eq!(suits(KeyKind::Okp(OkpCurve::Ed25519)), "EdDSA");
        assert_eq!(suits(KeyKind::Okp(OkpCurve::X25519)), agreement);
        assert_eq!(suits(KeyKind::Oct { bits: 128 }), "A128KW A128GCMKW dir");
        assert_eq!(suits(KeyKind::Oct { bits: 256 }), "HS256 A256KW A256GCMKW dir");
        assert_eq!(suits(KeyKind::Oct { bits: 512 }), "HS256 HS384 HS512 dir");
        assert_eq!(suits(KeyKind::Oct { bits: 120 }), "");
    }

    #[test]
    fn the_key_that_is_made_suits_and_the_use_is_the_registrys() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.require(algorithm.default_kind()), Ok(algorithm));
        }
        let signing = Algorithm::ALL.into_iter().filter(|it| it.key_use() == KeyUse::Signature);
        assert_eq!(signing.collect::<Vec<_>>(), Algorithm::ALL[..14]);
    }
}
