//! Elliptic curves by their registered names (RFC 7518 section 6.2.1.1, RFC 8037, RFC 8812).

use std::fmt;
use std::str::FromStr;

/// Why the curves of 448 bits are not offered.
pub(crate) const NO_448: &str = "no released library in pure Rust makes keys on it";

/// A curve of `kty` `EC`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, also secp256r1.
    P256,
    /// NIST P-384, also secp384r1.
    P384,
    /// NIST P-521, also secp521r1.
    P521,
    /// SECG secp256k1 (RFC 8812).
    Secp256k1,
}

impl Curve {
    /// Every curve.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The registered name, as in the `crv` member.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Octets of a coordinate and of the private scalar (RFC 7518 section 6.2.1.2).
    pub fn coordinate_octets(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A curve of `kty` `OKP` (RFC 8037 section 2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum OkpCurve {
    /// Signatures on edwards25519.
    Ed25519,
    /// Key agreement on curve25519.
    X25519,
}

impl OkpCurve {
    /// Every curve.
    pub const ALL: [Self; 2] = [Self::Ed25519, Self::X25519];

    /// The registered name, as in the `crv` member.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::X25519 => "X25519",
        }
    }
}

impl fmt::Display for OkpCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A curve of either key type, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NamedCurve {
    /// A curve of `kty` `EC`.
    Ec(Curve),
    /// A curve of `kty` `OKP`.
    Okp(OkpCurve),
}

impl FromStr for NamedCurve {
    type Err = UnknownCurve;

    fn from_str(name: &str) -> Result<Self, UnknownCurve> {
        let ec = Curve::ALL.into_iter().find(|it| it.as_str() == name).map(Self::Ec);
        let okp = || OkpCurve::ALL.into_iter().find(|it| it.as_str() == name).map(Self::Okp);
        ec.or_else(okp).ok_or_else(|| UnknownCurve { name: crate::error::excerpt(name) })
    }
}

/// A name that is no curve here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "curve `{name}` is not supported: {}; use P-256, P-384, P-521, secp256k1, Ed25519 or X25519",
    if matches!(name.as_str(), "Ed448" | "X448") { NO_448 } else { "it is unknown" }
)]
pub struct UnknownCurve {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_round_trips_and_others_are_refused_by_name() {
        for curve in Curve::ALL {
            assert_eq!(curve.as_str().parse(), Ok(NamedCurve::Ec(curve)));
        }
        for curve in OkpCurve::ALL {
            assert_eq!(curve.as_str().parse(), Ok(NamedCurve::Okp(curve)));
        }
        let refusal = |name: &str| name.parse::<NamedCurve>().unwrap_err().to_string();
        for name in ["Ed448", "X448"] {
            let refusal = refusal(name);
            assert!(refusal.contains(name) && refusal.contains("pure Rust"), "{refusal}");
        }
        assert!(refusal("p-256").contains("it is unknown"));
    }
}
