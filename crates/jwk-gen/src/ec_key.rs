//! Elliptic curve key material (RFC 7518 section 6.2, RFC 5915).

use p256::elliptic_curve::sec1::ToSec1Point;
use p256::elliptic_curve::{ALGORITHM_OID, Generate};
use pkcs8::SubjectPublicKeyInfoRef;
use pkcs8::der::Encode;
use pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{AssociatedOid, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use sec1::{EcParameters, EcPrivateKey};
use zeroize::{Zeroize, Zeroizing};

use crate::curve::Curve;
use crate::error::InvalidKey;

/// Runs a block with `$library` naming the crate of the curve.
macro_rules! on_curve {
    ($curve:expr, $library:ident => $block:block) => {
        match $curve {
            Curve::P256 => {
                use p256 as $library;
                $block
            }
            Curve::P384 => {
                use p384 as $library;
                $block
            }
            Curve::P521 => {
                use p521 as $library;
                $block
            }
            Curve::Secp256k1 => {
                use k256 as $library;
                $block
            }
        }
    };
}

/// An affine point; both coordinates have the curve's full length.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EcPublic {
    pub(crate) curve: Curve,
    pub(crate) x: Vec<u8>,
    pub(crate) y: Vec<u8>,
}

impl EcPublic {
    /// Checks the lengths and that the point lies on the curve.
    pub(crate) fn new(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, InvalidKey> {
        exact("x", x, curve)?;
        exact("y", y, curve)?;
        let key = Self { curve, x: x.to_vec(), y: y.to_vec() };
        Self::from_sec1(curve, &key.uncompressed())
    }

    /// RFC 5480 section 2, with the point uncompressed on every curve.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, InvalidKey> {
        let point = self.uncompressed();
        let subject_public_key = BitStringRef::from_bytes(&point).map_err(|_| OFF_CURVE)?;
        let oid = oid_of(self.curve);
        let info = SubjectPublicKeyInfoRef { algorithm: identifier(&oid), subject_public_key };
        info.to_der().map_err(|_| OFF_CURVE)
    }

    /// Reads a point, compressed or not (SEC 1 section 2.3.4).
    pub(crate) fn from_sec1(curve: Curve, point: &[u8]) -> Result<Self, InvalidKey> {
        // The library also knows a compact form that is in no standard of keys.
        if !matches!(point, [2..=4, ..]) {
            return Err(OFF_CURVE);
        }
        let point = on_curve!(curve, library => {
            let key = library::PublicKey::from_sec1_bytes(point).map_err(|_| OFF_CURVE)?;
            key.to_sec1_point(false).as_bytes().to_vec()
        });
        Self::from_uncompressed(curve, &point)
    }

    /// SEC 1 section 2.3.3: 4, x, y.
    fn uncompressed(&self) -> Vec<u8> {
        [&[4], self.x.as_slice(), self.y.as_slice()].concat()
    }

    fn from_uncompressed(curve: Curve, point: &[u8]) -> Result<Self, InvalidKey> {
        let octets = curve.coordinate_octets();
        let [4, coordinates @ ..] = point else { return Err(OFF_CURVE) };
        let Some((x, y)) = coordinates.split_at_checked(octets) else { return Err(OFF_CURVE) };
        Ok(Self { curve, x: x.to_vec(), y: y.to_vec() })
    }
}

/// A private scalar with its public point.
#[derive(Clone)]
pub(crate) struct EcPrivate {
    pub(crate) public: EcPublic,
    pub(crate) d: Zeroizing<Vec<u8>>,
}

impl EcPrivate {
    /// Checks the scalar's length and range.
    pub(crate) fn new(curve: Curve, d: &[u8]) -> Result<Self, InvalidKey> {
        exact("d", d, curve)?;
        on_curve!(curve, library => {
            let key = library::SecretKey::from_slice(d).map_err(|_| OUT_OF_RANGE)?;
            let point = key.public_key().to_sec1_point(false);
            let public = EcPublic::from_uncompressed(curve, point.as_bytes())?;
            Ok(Self { public, d: octets(key.to_bytes()) })
        })
    }

    /// Draws a scalar; `None` if the operating system gives no random bytes.
    pub(crate) fn generate(curve: Curve) -> Option<Result<Self, InvalidKey>> {
        let d = on_curve!(curve, library => {
            let key = library::SecretKey::try_generate_from_rng(&mut getrandom::SysRng).ok()?;
            octets(key.to_bytes())
        });
        Some(Self::new(curve, &d))
    }

    /// `PrivateKeyInfo` around `ECPrivateKey` (RFC 5208, RFC 5915).
    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let inner = self.ec_private_key(None)?;
        let octets = OctetStringRef::new(&inner).map_err(|_| MALFORMED)?;
        let oid = oid_of(self.public.curve);
        let info = PrivateKeyInfoRef::new(identifier(&oid), octets);
        Ok(SecretDocument::try_from(info).map_err(|_| MALFORMED)?.to_bytes())
    }

    /// `ECPrivateKey` with its curve and public key, as OpenSSL writes it (RFC 5915 section 3).
    pub(crate) fn sec1(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        self.ec_private_key(Some(EcParameters::NamedCurve(oid_of(self.public.curve))))
    }

    fn ec_private_key(
        &self,
        parameters: Option<EcParameters>,
    ) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let point = self.public.uncompressed();
        let key = EcPrivateKey { private_key: &self.d, parameters, public_key: Some(&point) };
        Ok(SecretDocument::try_from(key).map_err(|_| MALFORMED)?.to_bytes())
    }

    /// Reads `ECPrivateKey`; `curve` is what stands before it and must not contradict it.
    pub(crate) fn from_sec1(curve: Curve, key: &EcPrivateKey<'_>) -> Result<Self, InvalidKey> {
        let found = Self::new(curve, key.private_key)?;
        let point = found.public.uncompressed();
        match key.public_key {
            // Compressed, a point tells its x and the parity of its y (SEC 1 section 2.3.3).
            Some([parity @ (2 | 3), x @ ..]) => {
                let odd = found.public.y.last().is_some_and(|it| it % 2 == 1);
                let same = x == found.public.x && (*parity == 3) == odd;
                if same { Ok(found) } else { Err(MALFORMED) }
            }
            Some(other) if other != point => Err(MALFORMED),
            _ => Ok(found),
        }
    }
}

/// The curve that an object identifier names (RFC 5480 section 2.1.1.1).
pub(crate) fn curve_of(oid: ObjectIdentifier) -> Option<Curve> {
    Curve::ALL.into_iter().find(|it| oid_of(*it) == oid)
}

fn oid_of(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => p256::NistP256::OID,
        Curve::P384 => p384::NistP384::OID,
        Curve::P521 => p521::NistP521::OID,
        Curve::Secp256k1 => k256::Secp256k1::OID,
    }
}

fn identifier(curve: &ObjectIdentifier) -> AlgorithmIdentifierRef<'_> {
    AlgorithmIdentifierRef { oid: ALGORITHM_OID, parameters: Some(curve.into()) }
}

const OFF_CURVE: InvalidKey =
    InvalidKey::Inconsistent { problem: "`x` and `y` are no point on the curve" };
const OUT_OF_RANGE: InvalidKey =
    InvalidKey::Member { member: "d", problem: "is not between 1 and the order of the curve" };
const MALFORMED: InvalidKey =
    InvalidKey::Inconsistent { problem: "the private and the public half do not make a key" };

/// The octets of a scalar; the array they come in is wiped too.
fn octets(scalar: impl Zeroize + AsRef<[u8]>) -> Zeroizing<Vec<u8>> {
    let scalar = Zeroizing::new(scalar);
    Zeroizing::new(scalar.as_ref().to_vec())
}

/// RFC 7518 sections 6.2.1.2 and 6.2.2.1: full length, zeros included.
fn exact(member: &'static str, octets: &[u8], curve: Curve) -> Result<(), InvalidKey> {
    if octets.len() == curve.coordinate_octets() {
        return Ok(());
    }
    Err(InvalidKey::Member { member, problem: "has not the length of the curve" })
}
