//! Elliptic curve key material (RFC 7518 section 6.2, RFC 5915).

use p256::elliptic_curve::Generate;
use rsa::pkcs8::{self, DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use zeroize::{Zeroize, Zeroizing};

use crate::algorithm::Curve;
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
        key.spki().map(|_| key)
    }

    pub(crate) fn spki(&self) -> Result<Vec<u8>, InvalidKey> {
        let point = self.uncompressed();
        let encoded = on_curve!(self.curve, library => {
            let key = library::PublicKey::from_sec1_bytes(&point).map_err(|_| OFF_CURVE)?;
            key.to_public_key_der()
        });
        Ok(encoded.map_err(|_| OFF_CURVE)?.into_vec())
    }

    pub(crate) fn from_spki(curve: Curve, der: &[u8]) -> Result<Self, InvalidKey> {
        let point = on_curve!(curve, library => {
            let key = library::PublicKey::from_public_key_der(der).map_err(|_| OFF_CURVE)?;
            library::Sec1Point::from(key).as_bytes().to_vec()
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
            let point = library::Sec1Point::from(key.public_key());
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
        let encoded = on_curve!(self.public.curve, library => {
            let key = library::SecretKey::from_slice(&self.d).map_err(|_| OUT_OF_RANGE)?;
            key.to_pkcs8_der()
        });
        Ok(encoded.map_err(|_| OUT_OF_RANGE)?.to_bytes())
    }

    /// Also compares the public point that the encoding may carry.
    pub(crate) fn from_pkcs8(curve: Curve, der: &[u8]) -> Result<Self, InvalidKey> {
        let d = on_curve!(curve, library => {
            let key = library::SecretKey::from_pkcs8_der(der).map_err(|_| MALFORMED)?;
            octets(key.to_bytes())
        });
        Self::new(curve, &d)
    }
}

/// The curve that an object identifier names (RFC 5480 section 2.1.1.1).
pub(crate) fn curve_of(oid: pkcs8::ObjectIdentifier) -> Option<Curve> {
    use pkcs8::AssociatedOid;
    [
        (p256::NistP256::OID, Curve::P256),
        (p384::NistP384::OID, Curve::P384),
        (p521::NistP521::OID, Curve::P521),
    ]
    .into_iter()
    .find_map(|(known, curve)| (known == oid).then_some(curve))
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
