//! What a key is, without the key.

use std::fmt;
use std::str::FromStr;

use crate::algorithm::Algorithm;
use crate::curve::{Curve, OkpCurve};

/// The `kty` member (RFC 7518 section 6.1, RFC 8037 section 2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyType {
    /// `RSA`.
    Rsa,
    /// `EC`.
    Ec,
    /// `OKP`, octet key pair.
    Okp,
    /// `oct`, octet sequence: a shared key.
    Oct,
}

impl KeyType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Rsa, Self::Ec, Self::Okp, Self::Oct];

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Ec => "EC",
            Self::Okp => "OKP",
            Self::Oct => "oct",
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    fn from_str(name: &str) -> Result<Self, UnknownKeyType> {
        let known = Self::ALL.into_iter().find(|it| it.as_str() == name);
        known.ok_or_else(|| UnknownKeyType { name: crate::error::excerpt(name) })
    }
}

/// A name that is none of [`KeyType::ALL`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("key type `{name}` is not supported: use RSA, EC, OKP or oct")]
pub struct UnknownKeyType {
    name: String,
}

/// Type, size and curve of a key.
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
    /// An octet key pair.
    Okp(OkpCurve),
    /// A shared key of this many bits.
    Oct {
        /// Bits of the key.
        bits: usize,
    },
}

impl KeyKind {
    /// The `kty` member.
    pub fn key_type(self) -> KeyType {
        match self {
            Self::Rsa { .. } => KeyType::Rsa,
            Self::Ec(_) => KeyType::Ec,
            Self::Okp(_) => KeyType::Okp,
            Self::Oct { .. } => KeyType::Oct,
        }
    }

    /// The algorithm of a key that names none: RS256, HS256, or the curve's own.
    pub(crate) fn default_algorithm(self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec(Curve::P256) => Algorithm::Es256,
            Self::Ec(Curve::P384) => Algorithm::Es384,
            Self::Ec(Curve::P521) => Algorithm::Es512,
            Self::Ec(Curve::Secp256k1) => Algorithm::Es256k,
            Self::Okp(OkpCurve::Ed25519) => Algorithm::EdDsa,
            Self::Okp(OkpCurve::X25519) => Algorithm::EcdhEs,
            Self::Oct { .. } => Algorithm::Hs256,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { modulus_bits } => write!(f, "RSA {modulus_bits}"),
            Self::Ec(curve) => write!(f, "EC {curve}"),
            Self::Okp(curve) => write!(f, "OKP {curve}"),
            Self::Oct { bits } => write!(f, "oct {bits}"),
        }
    }
}
