//! Keys in DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915), SPKI (RFC 5280).

use pkcs8::der::asn1::UintRef;
use pkcs8::der::{Decode, Header, Reader, SliceReader, Tag};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier};
use pkcs8::{PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use rsa::pkcs1;
use sec1::{EcParameters, EcPrivateKey};

use crate::algorithm::Algorithm;
use crate::curve::{Curve, OkpCurve};
use crate::ec_key::{self, EcPrivate, EcPublic};
use crate::encrypted::{self, Passphrase};
use crate::error::ParsePemError;
use crate::okp_key::{self, OkpPrivate, OkpPublic};
use crate::private::Secret;
use crate::public::Public;
use crate::rsa_key::{Crt, RsaPrivate, RsaPublic};

/// A structure known by its form alone.
pub(crate) enum Der<'a> {
    Pkcs8(PrivateKeyInfoRef<'a>),
    Pkcs1(Box<pkcs1::RsaPrivateKey<UintRef<'a>>>),
    Sec1(EcPrivateKey<'a>),
    Encrypted(EncryptedPrivateKeyInfoRef<'a>),
    Spki(SubjectPublicKeyInfoRef<'a>),
    Pkcs1Public(pkcs1::RsaPublicKeyRef<'a>),
}

impl<'a> Der<'a> {
    /// Tells the structures apart; no octets fit two of them.
    pub(crate) fn sniff(der: &'a [u8]) -> Result<Self, ParsePemError> {
        if let Ok(info) = PrivateKeyInfoRef::try_from(der) {
            return Ok(Self::Pkcs8(info));
        }
        if let Ok(key) = pkcs1::RsaPrivateKey::from_der(der) {
            return Ok(Self::Pkcs1(Box::new(key)));
        }
        if let Ok(key) = EcPrivateKey::try_from(der) {
            return Ok(Self::Sec1(key));
        }
        if let Ok(info) = EncryptedPrivateKeyInfoRef::try_from(der) {
            return Ok(Self::Encrypted(info));
        }
        if let Ok(info) = SubjectPublicKeyInfoRef::try_from(der) {
            return Ok(Self::Spki(info));
        }
        if let Ok(key) = pkcs1::RsaPublicKeyRef::from_der(der) {
            return Ok(Self::Pkcs1Public(key));
        }
        Err(no_key(der))
    }

    /// The name of the format.
    pub(crate) fn format(&self) -> &'static str {
        match self {
            Self::Pkcs8(_) => "PKCS#8",
            Self::Pkcs1(_) => "PKCS#1",
            Self::Sec1(_) => "SEC 1",
            Self::Encrypted(_) => "encrypted PKCS#8",
            Self::Spki(_) => "SPKI",
            Self::Pkcs1Public(_) => "a public key of PKCS#1",
        }
    }

    /// Whether what it holds must stay secret.
    pub(crate) fn is_private(&self) -> bool {
        !matches!(self, Self::Spki(_) | Self::Pkcs1Public(_))
    }

    /// Reads a private key; `curve` is what a block before it named.
    pub(crate) fn private(
        &self,
        curve: Option<Curve>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Restricted<Secret>, ParsePemError> {
        match self {
            Self::Pkcs8(info) => private_from_info(info),
            Self::Pkcs1(key) => private_from_pkcs1(key).map(Restricted::free),
            Self::Sec1(key) => private_from_sec1(key, curve).map(Restricted::free),
            Self::Encrypted(info) => {
                let opened = encrypted::decrypt(info, passphrase.ok_or(ParsePemError::Encrypted)?)?;
                private_from_pkcs8(opened.as_bytes())
            }
            Self::Spki(_) | Self::Pkcs1Public(_) => Err(ParsePemError::PublicKey),
        }
    }

    /// Reads a public key.
    pub(crate) fn public(&self) -> Result<Restricted<Public>, ParsePemError> {
        match self {
            Self::Spki(info) => public_from_spki(info),
            Self::Pkcs1Public(key) => public_from_pkcs1(key).map(Restricted::free),
            _ => Err(ParsePemError::PrivateKey),
        }
    }
}

/// Key material and the one algorithm that its encoding allows, if it does so.
pub(crate) struct Restricted<T> {
    pub(crate) material: T,
    pub(crate) algorithm: Option<Algorithm>,
}

impl<T> Restricted<T> {
    fn free(material: T) -> Self {
        Self { material, algorithm: None }
    }
}

/// Names what looks like something else than a key.
fn no_key(der: &[u8]) -> ParsePemError {
    let elements = first_elements(der).unwrap_or_default();
    let tags: Vec<_> = elements.iter().map(|(tag, _)| *tag).collect();
    match tags.as_slice() {
        // PFX: version, content, integrity (RFC 7292 section 4).
        [Tag::Integer, Tag::Sequence] | [Tag::Integer, Tag::Sequence, Tag::Sequence] => {
            ParsePemError::Pkcs12
        }
        // ECPrivateKey whose parameters are no name (RFC 5915 section 3).
        [Tag::Integer, Tag::OctetString, Tag::ContextSpecific { .. }]
            if <ObjectIdentifier>::from_der(elements[2].1).is_err() =>
        {
            ParsePemError::UnsupportedCurve
        }
        // Certificate: what is signed, algorithm, signature (RFC 5280 section 4.1).
        [Tag::Sequence, Tag::Sequence, Tag::BitString] => ParsePemError::Certificate,
        // EncryptedPrivateKeyInfo under a scheme that the library does not know.
        [Tag::Sequence, Tag::OctetString] => encrypted::DecryptError::Unsupported.into(),
        _ => ParsePemError::MalformedDer,
    }
}

/// The elements inside the outermost sequence, three at most: tags and contents.
fn first_elements(der: &[u8]) -> Option<Vec<(Tag, &[u8])>> {
    let mut outer = SliceReader::new(der).ok()?;
    let header = Header::decode(&mut outer).ok()?;
    let mut elements = Vec::new();
    let mut rest = outer.read_slice(header.length()).ok()?;
    while header.tag() == Tag::Sequence && elements.len() < 3 && !rest.is_empty() {
        let mut element = SliceReader::new(rest).ok()?;
        let inner = Header::decode(&mut element).ok()?;
        elements.push((inner.tag(), element.read_slice(inner.length()).ok()?));
        rest = &rest[rest.len() - usize::try_from(element.remaining_len()).ok()?..];
    }
    Some(elements)
}

/// Reads `PrivateKeyInfo`.
pub(crate) fn private_from_pkcs8(der: &[u8]) -> Result<Restricted<Secret>, ParsePemError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| ParsePemError::MalformedDer)?;
    private_from_info(&info)
}

fn private_from_info(info: &PrivateKeyInfoRef<'_>) -> Result<Restricted<Secret>, ParsePemError> {
    let inner = info.private_key.as_bytes();
    let (key_type, algorithm) = identified(&info.algorithm)?;
    let material = match key_type {
        KeyType::Rsa => {
            let key = pkcs1::RsaPrivateKey::from_der(inner);
            private_from_pkcs1(&key.map_err(|_| ParsePemError::MalformedDer)?)
        }
        KeyType::Ec(curve) => {
            let key = EcPrivateKey::try_from(inner).map_err(|_| ParsePemError::MalformedDer)?;
            private_from_sec1(&key, Some(curve))
        }
        KeyType::Okp(curve) => Ok(Secret::Okp(OkpPrivate::from_pkcs8(curve, info)?)),
    };
    Ok(Restricted { material: material?, algorithm })
}

/// Reads `RSAPrivateKey` with the same checks as a JWK.
fn private_from_pkcs1(key: &pkcs1::RsaPrivateKey<UintRef<'_>>) -> Result<Secret, ParsePemError> {
    if key.version().is_multi() {
        return Err(ParsePemError::MultiPrime);
    }
    let public = RsaPublic::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())?;
    let crt = Crt {
        p: key.prime1.as_bytes(),
        q: key.prime2.as_bytes(),
        dp: key.exponent1.as_bytes(),
        dq: key.exponent2.as_bytes(),
        qi: key.coefficient.as_bytes(),
    };
    Ok(Secret::Rsa(RsaPrivate::new(public, key.private_exponent.as_bytes(), Some(&crt))?))
}

/// Reads `ECPrivateKey`; the curve stands in it or around it, and both must agree.
fn private_from_sec1(
    key: &EcPrivateKey<'_>,
    around: Option<Curve>,
) -> Result<Secret, ParsePemError> {
    let inside = match key.parameters.and_then(EcParameters::named_curve) {
        Some(oid) => Some(ec_key::curve_of(oid).ok_or(ParsePemError::UnsupportedCurve)?),
        None => None,
    };
    let curve = inside.or(around).ok_or(ParsePemError::UnsupportedCurve)?;
    if around.is_some_and(|it| it != curve) {
        return Err(ParsePemError::ContradictoryCurves);
    }
    Ok(Secret::Ec(EcPrivate::from_sec1(curve, key)?))
}

/// The curve that `EC PARAMETERS` name (RFC 5480 section 2.1.1).
pub(crate) fn curve_parameters(der: &[u8]) -> Result<Curve, ParsePemError> {
    let oid = ObjectIdentifier::from_der(der).map_err(|_| ParsePemError::UnsupportedCurve)?;
    ec_key::curve_of(oid).ok_or(ParsePemError::UnsupportedCurve)
}

/// Reads `SubjectPublicKeyInfo`.
fn public_from_spki(
    info: &SubjectPublicKeyInfoRef<'_>,
) -> Result<Restricted<Public>, ParsePemError> {
    let key = info.subject_public_key.as_bytes().ok_or(ParsePemError::MalformedDer)?;
    let (key_type, algorithm) = identified(&info.algorithm)?;
    let material = match key_type {
        KeyType::Ec(curve) => Public::Ec(EcPublic::from_sec1(curve, key)?),
        KeyType::Okp(curve) => Public::Okp(OkpPublic::new(curve, key)?),
        KeyType::Rsa => {
            let key = pkcs1::RsaPublicKeyRef::from_der(key);
            public_from_pkcs1(&key.map_err(|_| ParsePemError::MalformedDer)?)?
        }
    };
    Ok(Restricted { material, algorithm })
}

fn public_from_pkcs1(key: &pkcs1::RsaPublicKeyRef<'_>) -> Result<Public, ParsePemError> {
    let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
    Ok(Public::Rsa(RsaPublic::new(n, e)?))
}

enum KeyType {
    Rsa,
    Ec(Curve),
    Okp(OkpCurve),
}

/// RFC 8017 appendix A.1, RFC 5480 section 2.1.1 and RFC 8410 section 3; only named curves.
fn identified(
    identifier: &AlgorithmIdentifierRef<'_>,
) -> Result<(KeyType, Option<Algorithm>), ParsePemError> {
    const EC: ObjectIdentifier = p256::elliptic_curve::ALGORITHM_OID;
    match identifier.oid {
        pkcs1::ALGORITHM_OID => Ok((KeyType::Rsa, None)),
        RSASSA_PSS => Ok((KeyType::Rsa, Some(pss_algorithm(identifier)?))),
        EC => {
            let named = identifier.parameters_oid().ok().and_then(ec_key::curve_of);
            Ok((KeyType::Ec(named.ok_or(ParsePemError::UnsupportedCurve)?), None))
        }
        other => match okp_key::curve_of(other) {
            Some(curve) => Ok((KeyType::Okp(curve), None)),
            None => Err(ParsePemError::UnsupportedKeyType { name: key_type_name(other) }),
        },
    }
}

const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// The algorithm whose hash RFC 4055 section 3.1 ties a key to. Without parameters a key leaves the hash
/// open, and is given PS256: never may it sign RS256.
fn pss_algorithm(identifier: &AlgorithmIdentifierRef<'_>) -> Result<Algorithm, ParsePemError> {
    let Some(parameters) = identifier.parameters else { return Ok(Algorithm::Ps256) };
    let parameters = parameters.decode_as::<pkcs1::RsaPssParamsOwned>();
    let hash = parameters.map_err(|_| ParsePemError::MalformedDer)?.hash.oid.to_string();
    match hash.as_str() {
        "2.16.840.1.101.3.4.2.1" => Ok(Algorithm::Ps256),
        "2.16.840.1.101.3.4.2.2" => Ok(Algorithm::Ps384),
        "2.16.840.1.101.3.4.2.3" => Ok(Algorithm::Ps512),
        _ => {
            Err(ParsePemError::UnsupportedKeyType { name: format!("RSASSA-PSS with hash {hash}") })
        }
    }
}

fn key_type_name(oid: ObjectIdentifier) -> String {
    let text = oid.to_string();
    let name = match text.as_str() {
        "1.2.840.113549.1.3.1" => "Diffie-Hellman",
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.10046.2.1" => "Diffie-Hellman (X9.42)",
        "1.3.101.111" => "X448",
        "1.3.101.113" => "Ed448",
        _ if text.starts_with("2.16.840.1.101.3.4.4.") => "ML-KEM",
        _ if text.starts_with("2.16.840.1.101.3.4.3.") => "ML-DSA or SLH-DSA",
        _ => return text,
    };
    name.to_owned()
}
