//! RSA key material (RFC 7518 section 6.3, RFC 8017 appendix A.1). Made and encoded, never signed with.

use std::thread;

use crypto_bigint::Odd;
use crypto_primes::hazmat::MillerRabin;
use pkcs8::der::Encode;
use pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use rsa::BoxedUint;
use rsa::pkcs1::{self, UintRef};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use zeroize::Zeroizing;

use crate::error::InvalidKey;
use crate::rsa_primes;

/// Bits of the shortest modulus that Okta registers, and of the longest that is worth computing with.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// `n` and `e`, big endian without leading zeros.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RsaPublic {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

impl RsaPublic {
    /// Checks form and size before any arithmetic.
    pub(crate) fn new(n: &[u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let n = minimal("n", n)?;
        let bits = bit_length(n);
        if !MODULUS_BITS.contains(&bits) {
            return Err(InvalidKey::RsaSize { bits });
        }
        if n.last().is_none_or(|it| it % 2 == 0) {
            return Err(InvalidKey::Member { member: "n", problem: "is even" });
        }
        let e = minimal("e", e)?;
        check_exponent(e)?;
        Ok(Self { n: n.to_vec(), e: e.to_vec() })
    }

    pub(crate) fn modulus_bits(&self) -> usize {
        bit_length(&self.n)
    }

    pub(crate) fn modulus(&self) -> BoxedUint {
        BoxedUint::from_be_slice_vartime(&self.n)
    }

    pub(crate) fn has_small_exponent(&self) -> bool {
        self.e.len() < 3
    }

    pub(crate) fn spki(&self) -> Result<Vec<u8>, InvalidKey> {
        self.encode_spki().map_err(|_| UNUSABLE)
    }

    fn encode_spki(&self) -> pkcs1::der::Result<Vec<u8>> {
        let key = pkcs1::RsaPublicKey {
            modulus: UintRef::new(&self.n)?,
            public_exponent: UintRef::new(&self.e)?,
        };
        let key = key.to_der()?;
        let subject_public_key = BitStringRef::from_bytes(&key)?;
        SubjectPublicKeyInfoRef { algorithm: pkcs1::ALGORITHM_ID, subject_public_key }.to_der()
    }
}

/// A private key with every member of RFC 7518 section 6.3.2.
#[derive(Clone)]
pub(crate) struct RsaPrivate {
    pub(crate) public: RsaPublic,
    pub(crate) d: Zeroizing<Vec<u8>>,
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    pub(crate) dp: Zeroizing<Vec<u8>>,
    pub(crate) dq: Zeroizing<Vec<u8>>,
    pub(crate) qi: Zeroizing<Vec<u8>>,
}

/// Whether a factor passes a Miller-Rabin test to base 2.
///
/// The factors of a damaged key do not pass it. Composites that do can be made on purpose, but who makes a key for somebody
/// else knows it in any case; a key that is made here passes the tests of `rsa_primes` instead.
fn may_be_prime(factor: &[u8]) -> bool {
    Odd::new(BoxedUint::from_be_slice_vartime(factor))
        .into_option()
        .is_some_and(|it| MillerRabin::new(it).test_base_two().is_probably_prime())
}

/// The members that speed up signing: primes, exponents and coefficient.
pub(crate) struct Crt<'a> {
    pub(crate) p: &'a [u8],
    pub(crate) q: &'a [u8],
    pub(crate) dp: &'a [u8],
    pub(crate) dq: &'a [u8],
    pub(crate) qi: &'a [u8],
}

impl RsaPrivate {
    /// Checks every relation between the members, and not yet whether the factors are prime.
    ///
    /// Without `crt` the factors are recovered from `d` (NIST SP 800-56B appendix C.2).
    pub(crate) fn new(
        public: RsaPublic,
        d: &[u8],
        crt: Option<&Crt<'_>>,
    ) -> Result<Self, InvalidKey> {
        if crt.is_none() && public.has_small_exponent() {
            return Err(UNRECOVERABLE);
        }
        let octets = public.n.len();
        let d = secret("d", d, octets)?;
        let primes = match crt {
            Some(crt) => vec![secret("p", crt.p, octets)?, secret("q", crt.q, octets)?],
            None => Vec::new(),
        };
        let n = public.modulus();
        let e = BoxedUint::from_be_slice_vartime(&public.e);
        let key = rsa::PrivateKey::from_components(n, e, d, primes).map_err(inconsistent)?;
        let checked = Self::of(&key, public)?;
        match crt {
            Some(crt) => checked.with_members_of(crt),
            None => Ok(checked),
        }
    }

    /// Whether the factors may be prime. They are tested side by side: that is most of what it takes to read a key.
    pub(crate) fn test_factors(&self) -> Result<(), InvalidKey> {
        let both = thread::scope(|scope| {
            match thread::Builder::new().spawn_scoped(scope, || may_be_prime(&self.p)) {
                Ok(thread) => may_be_prime(&self.q) & thread.join().unwrap_or(false),
                Err(_) => may_be_prime(&self.q) && may_be_prime(&self.p),
            }
        });
        let problem = "`p` and `q` are not both prime";
        both.then_some(()).ok_or(InvalidKey::Inconsistent { problem })
    }

    /// The key of two primes that were tested already.
    pub(crate) fn from_primes(p: &BoxedUint, q: &BoxedUint) -> Result<Self, InvalidKey> {
        let e = BoxedUint::from(rsa_primes::PUBLIC_EXPONENT);
        let key = rsa::PrivateKey::from_p_q(p.clone(), q.clone(), e).map_err(inconsistent)?;
        let public = RsaPublic { n: octets(key.n()).to_vec(), e: octets(key.e()).to_vec() };
        Self::of(&key, public)
    }

    /// Takes the members out of a key that the `rsa` crate has checked.
    fn of(key: &rsa::PrivateKey, public: RsaPublic) -> Result<Self, InvalidKey> {
        let [p, q] = key.primes() else { return Err(UNUSABLE) };
        let (Some(dp), Some(dq)) = (key.dp(), key.dq()) else { return Err(UNUSABLE) };
        let qi = key.qinv().map(|it| Zeroizing::new(it.retrieve())).ok_or(UNUSABLE)?;
        Ok(Self {
            public,
            d: octets(key.d()),
            p: octets(p),
            q: octets(q),
            dp: octets(dp),
            dq: octets(dq),
            qi: octets(&qi),
        })
    }

    /// A wrong CRT member gives signatures that leak the key (Lenstra's fault attack).
    fn with_members_of(self, crt: &Crt<'_>) -> Result<Self, InvalidKey> {
        for (member, ours, theirs) in
            [("dp", &self.dp, crt.dp), ("dq", &self.dq, crt.dq), ("qi", &self.qi, crt.qi)]
        {
            if ours.as_slice() != stripped(theirs) {
                let problem = "does not belong to this key";
                return Err(InvalidKey::Member { member, problem });
            }
        }
        Ok(self)
    }

    /// `PrivateKeyInfo` (RFC 5208 section 5).
    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let inner = self.pkcs1()?;
        let octets = OctetStringRef::new(&inner).map_err(|_| UNUSABLE)?;
        let outer = pkcs8::PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, octets);
        let encoded = pkcs8::SecretDocument::try_from(outer).map_err(|_| UNUSABLE)?;
        Ok(encoded.to_bytes())
    }

    /// `RSAPrivateKey` (RFC 8017 appendix A.1.2).
    pub(crate) fn pkcs1(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        Ok(self.encode_pkcs1().map_err(|_| UNUSABLE)?.to_bytes())
    }

    fn encode_pkcs1(&self) -> pkcs1::der::Result<pkcs8::SecretDocument> {
        pkcs8::SecretDocument::encode_msg(&pkcs1::RsaPrivateKey {
            modulus: UintRef::new(&self.public.n)?,
            public_exponent: UintRef::new(&self.public.e)?,
            private_exponent: UintRef::new(&self.d)?,
            prime1: UintRef::new(&self.p)?,
            prime2: UintRef::new(&self.q)?,
            exponent1: UintRef::new(&self.dp)?,
            exponent2: UintRef::new(&self.dq)?,
            coefficient: UintRef::new(&self.qi)?,
            other_prime_infos: None,
        })
    }
}

const UNUSABLE: InvalidKey = InvalidKey::Inconsistent { problem: "the RSA members make no key" };
const UNRECOVERABLE: InvalidKey = InvalidKey::Inconsistent {
    problem: "`p` to `qi` are missing, and are not recovered with an `e` below 65537",
};

/// Names the relation that the `rsa` crate found broken.
fn inconsistent(fault: rsa::Error) -> InvalidKey {
    let problem = match fault {
        rsa::Error::InvalidPrime => "`p` and `q` are no distinct odd factors of half the length",
        rsa::Error::InvalidModulus => "`p` times `q` is not `n`",
        rsa::Error::InvalidExponent => "`d` is not the inverse of `e`",
        _ => return UNUSABLE,
    };
    InvalidKey::Inconsistent { problem }
}

/// RFC 7518 section 2: Base64urlUInt has no leading zero octet; the thumbprint depends on it.
fn minimal<'a>(member: &'static str, octets: &'a [u8]) -> Result<&'a [u8], InvalidKey> {
    match octets.first() {
        None => Err(InvalidKey::Member { member, problem: "is empty" }),
        Some(0) => Err(InvalidKey::Member { member, problem: "has a leading zero octet" }),
        Some(_) => Ok(octets),
    }
}

fn bit_length(minimal: &[u8]) -> usize {
    minimal.first().map_or(0, |it| minimal.len() * 8 - it.leading_zeros() as usize)
}

/// Odd, at least 3 and below 2^33: a larger one only makes verifying slow.
fn check_exponent(e: &[u8]) -> Result<(), InvalidKey> {
    let refused = |problem| Err(InvalidKey::Member { member: "e", problem });
    match e {
        [.., last] if last % 2 == 0 => refused("is even"),
        [1] => refused("is 1"),
        _ if bit_length(e) > 33 => refused("is 2^33 or more"),
        _ => Ok(()),
    }
}

/// A secret number that is no longer than the modulus; some producers pad it with zeros.
fn secret(member: &'static str, octets: &[u8], limit: usize) -> Result<BoxedUint, InvalidKey> {
    let octets = stripped(octets);
    if octets.is_empty() {
        return Err(InvalidKey::Member { member, problem: "is zero" });
    }
    let too_long = InvalidKey::Member { member, problem: "is longer than `n`" };
    let bits = u32::try_from(limit * 8).map_err(|_| too_long.clone())?;
    BoxedUint::from_be_slice(octets, bits).map_err(|_| too_long)
}

fn stripped(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|it| **it == 0).count();
    &octets[zeros..]
}

/// Trimmed here: the library's own trimming leaves the untrimmed copy behind in memory.
fn octets(number: &BoxedUint) -> Zeroizing<Vec<u8>> {
    let padded = Zeroizing::new(number.to_be_bytes());
    Zeroizing::new(stripped(&padded).to_vec())
}
