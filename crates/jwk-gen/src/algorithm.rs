//! Signature algorithms, curves and kinds of keys (RFC 7518 sections 3.1 and 6.2.1.1).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A JWS algorithm that Okta accepts for `private_key_jwt` (RFC 7518 section 3.1).
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
}

impl Algorithm {
    /// Every algorithm, in the order of RFC 7518.
    pub const ALL: [Self; 6] =
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
        }
    }

    /// The curve the algorithm is tied to; `None` for RSA.
    pub fn curve(self) -> Option<Curve> {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 => None,
            Self::Es256 => Some(Curve::P256),
            Self::Es384 => Some(Curve::P384),
            Self::Es512 => Some(Curve::P521),
        }
    }

    /// Checks that a key of this kind can sign with the algorithm.
    ///
    /// # Errors
    /// [`AlgorithmMismatch`] names both.
    pub fn require(self, key: KeyKind) -> Result<Self, AlgorithmMismatch> {
        let suits = match key {
            KeyKind::Rsa { .. } => self.curve().is_none(),
            KeyKind::Ec(curve) => self.curve() == Some(curve),
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

/// A curve of NIST SP 800-186 that JWS signs on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, also secp256r1.
    P256,
    /// NIST P-384, also secp384r1.
    P384,
    /// NIST P-521, also secp521r1.
    P521,
}

impl Curve {
    /// Every curve.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The registered name, as in the `crv` member.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Octets of a coordinate and of the private scalar (RFC 7518 section 6.2.1.2).
    pub fn coordinate_octets(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::P384 => Algorithm::Es384,
            Self::P521 => Algorithm::Es512,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a key is, without the key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA with a modulus of this many bits.
    Rsa {
        /// Bits of the modulus.
        modulus_bits: usize,
    },
    /// An elliptic curve key.
    Ec(Curve),
}

impl KeyKind {
    /// The algorithm of a key that names none: RS256, or the curve's own.
    pub(crate) fn default_algorithm(self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec(curve) => curve.algorithm(),
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { modulus_bits } => write!(f, "RSA {modulus_bits}"),
            Self::Ec(curve) => write!(f, "EC {curve}"),
        }
    }
}

/// A name that is none of [`Algorithm::ALL`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "algorithm `{name}` cannot sign here: {}; use one of RS256, RS384, RS512, ES256, ES384, ES512",
    reason(name)
)]
pub struct UnknownAlgorithm {
    name: String,
}

fn reason(name: &str) -> &'static str {
    match name {
        _ if name.eq_ignore_ascii_case("none") => "it leaves the token unsigned",
        "HS256" | "HS384" | "HS512" => "it needs a secret shared with the server",
        "PS256" | "PS384" | "PS512" => "RSASSA-PSS is in no list of Okta's",
        "EdDSA" | "Ed25519" | "Ed448" => "Edwards curves are in no list of Okta's",
        "ES256K" => "secp256k1 is in no list of Okta's",
        _ => "it is unknown",
    }
}

/// An algorithm that the key cannot sign with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key of kind `{key}` cannot sign with `{algorithm}`")]
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
        for name in ["", "rs256", "RS256 ", "none", "nOnE", "HS256", "PS256", "EdDSA", "ES256K"] {
            assert!(name.parse::<Algorithm>().is_err(), "{name:?} was accepted");
        }
    }

    #[test]
    fn refusals_say_why() {
        let message = |name: &str| name.parse::<Algorithm>().unwrap_err().to_string();
        assert!(message("nOnE").contains("unsigned"));
        assert!(message("HS256").contains("shared"));
        assert!(message("PS512").contains("RSASSA-PSS"));
        assert!(message("EdDSA").contains("Edwards"));
        assert!(message("\u{1b}[31m").contains(r"`\u{1b}[31m`"), "{}", message("\u{1b}[31m"));
    }

    #[test]
    fn an_algorithm_suits_only_its_own_keys() {
        let keys = [
            KeyKind::Rsa { modulus_bits: 2048 },
            KeyKind::Ec(Curve::P256),
            KeyKind::Ec(Curve::P384),
            KeyKind::Ec(Curve::P521),
        ];
        let pairs = keys
            .into_iter()
            .flat_map(|key| Algorithm::ALL.into_iter().filter(move |it| it.require(key).is_ok()))
            .collect::<Vec<_>>();
        assert_eq!(pairs, Algorithm::ALL, "RSA takes RS*, each curve exactly one ES*");
    }
}
