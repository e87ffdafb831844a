//! Octet key pairs on Curve25519 (RFC 8037, RFC 8410).

use pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef, SecretDocument, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use crate::curve::OkpCurve;
use crate::error::InvalidKey;

/// Octets of either half of a key on either curve.
const OCTETS: usize = 32;

/// A public key as the curve's own RFC encodes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OkpPublic {
    pub(crate) curve: OkpCurve,
    pub(crate) x: Vec<u8>,
}

impl OkpPublic {
    /// Checks the length and that the key is a point of large order.
    pub(crate) fn new(curve: OkpCurve, x: &[u8]) -> Result<Self, InvalidKey> {
        let octets: &[u8; OCTETS] = exact("x", x)?;
        let sound = match curve {
            OkpCurve::Ed25519 => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(octets).map_err(|_| NO_POINT)?;
                // RFC 8032 section 5.1.3: a coordinate beyond the field's prime would be a second name.
                key.to_edwards().compress().as_bytes() == octets && !key.is_weak()
            }
            // A point of small order makes the same shared secret with every other key (RFC 7748
            // section 6.1); any scalar shows it.
            OkpCurve::X25519 => x25519_dalek::x25519([1; OCTETS], *octets) != [0; OCTETS],
        };
        if sound { Ok(Self { curve, x: x.to_vec() }) } else { Err(SMALL_ORDER) }
    }

    /// RFC 8410 section 4.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, InvalidKey> {
        let subject_public_key = BitStringRef::from_bytes(&self.x).map_err(|_| NO_POINT)?;
        let info =
            SubjectPublicKeyInfoRef { algorithm: identifier(self.curve), subject_public_key };
        info.to_der().map_err(|_| NO_POINT)
    }
}

/// A seed (Ed25519) or scalar (X25519) with its public key.
#[derive(Clone)]
pub(crate) struct OkpPrivate {
    pub(crate) public: OkpPublic,
    pub(crate) d: Zeroizing<Vec<u8>>,
}

impl OkpPrivate {
    /// Checks the length and derives the public key.
    pub(crate) fn new(curve: OkpCurve, d: &[u8]) -> Result<Self, InvalidKey> {
        let octets: &[u8; OCTETS] = exact("d", d)?;
        let x = match curve {
            OkpCurve::Ed25519 => {
                ed25519_dalek::SigningKey::from_bytes(octets).verifying_key().to_bytes()
            }
            OkpCurve::X25519 => {
                let secret = x25519_dalek::StaticSecret::from(*octets);
                x25519_dalek::PublicKey::from(&secret).to_bytes()
            }
        };
        let public = OkpPublic { curve, x: x.to_vec() };
        Ok(Self { public, d: Zeroizing::new(d.to_vec()) })
    }

    /// Draws a key; `None` if the operating system gives no random bytes.
    pub(crate) fn generate(curve: OkpCurve) -> Option<Result<Self, InvalidKey>> {
        let mut d = Zeroizing::new([0; OCTETS]);
        getrandom::fill(d.as_mut_slice()).ok()?;
        Some(Self::new(curve, d.as_slice()))
    }

    /// RFC 8410 section 7, without the optional public key, which OpenSSL 3.0 does not read.
    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let inner = OctetStringRef::new(&self.d).and_then(|it| it.to_der());
        let inner = Zeroizing::new(inner.map_err(|_| MALFORMED)?);
        let octets = OctetStringRef::new(&inner).map_err(|_| MALFORMED)?;
        let info = PrivateKeyInfoRef::new(identifier(self.public.curve), octets);
        Ok(SecretDocument::try_from(info).map_err(|_| MALFORMED)?.to_bytes())
    }

    /// Also compares the public key that the encoding may carry.
    pub(crate) fn from_pkcs8(
        curve: OkpCurve,
        info: &PrivateKeyInfoRef<'_>,
    ) -> Result<Self, InvalidKey> {
        let inner = <&OctetStringRef>::from_der(info.private_key.as_bytes());
        let key = Self::new(curve, inner.map_err(|_| MALFORMED)?.as_bytes())?;
        match info.public_key.map(|it| it.as_bytes() == Some(key.public.x.as_slice())) {
            Some(false) => Err(FOREIGN),
            _ => Ok(key),
        }
    }
}

/// The curve that an object identifier names (RFC 8410 section 3).
pub(crate) fn curve_of(oid: ObjectIdentifier) -> Option<OkpCurve> {
    OkpCurve::ALL.into_iter().find(|it| identifier(*it).oid == oid)
}

fn identifier(curve: OkpCurve) -> AlgorithmIdentifierRef<'static> {
    const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
    const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
    let oid = match curve {
        OkpCurve::Ed25519 => ED25519,
        OkpCurve::X25519 => X25519,
    };
    AlgorithmIdentifierRef { oid, parameters: None }
}

const NO_POINT: InvalidKey =
    InvalidKey::Member { member: "x", problem: "is no point on the curve" };
const SMALL_ORDER: InvalidKey =
    InvalidKey::Member { member: "x", problem: "is a point of small order" };
const MALFORMED: InvalidKey =
    InvalidKey::Inconsistent { problem: "the private key is no octet string of 32 octets" };
pub(crate) const FOREIGN: InvalidKey =
    InvalidKey::Inconsistent { problem: "`x` does not belong to `d`" };

fn exact<'a>(member: &'static str, octets: &'a [u8]) -> Result<&'a [u8; OCTETS], InvalidKey> {
    let problem = "has not the length of the curve";
    octets.try_into().map_err(|_| InvalidKey::Member { member, problem })
}
