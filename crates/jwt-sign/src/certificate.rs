//! Self-signed certificates (RFC 5280), for servers that take a key in no other form.

use std::time::SystemTime;

use jwk_gen::{Algorithm, KeyKind, KeyUse, PrivateJwk};
use openssl::asn1::{Asn1Integer, Asn1Time, Asn1Type};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name};
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

use crate::jwt_id::RandomUnavailable;
use crate::numeric_date::numeric_date;

/// Upper bound of a common name (RFC 5280 appendix A.1, `ub-common-name`).
const SUBJECT_LIMIT: usize = 64;

/// Years that certificates can name (RFC 5280 section 4.1.2.5): `UTCTime` begins with 1950.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=9999;

const GENERALIZED_TIME: StaticFormatDescription =
    format_description!("[year][month][day][hour][minute][second]Z");

/// An X.509 certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    der: Vec<u8>,
    pem: String,
}

impl Certificate {
    /// The certificate in DER.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM (RFC 7468 section 5).
    pub fn to_pem(&self) -> String {
        self.pem.clone()
    }
}

/// Certifies the public half of `key` by its private half.
///
/// `subject` becomes the common name of subject and issuer. Fractions of a second are cut off. The
/// certificate has version 3, a random serial number, the hash of the key as its identifier
/// (RFC 5280 section 4.2.1.2), and says what the key is for and that it is no authority. RSA signs
/// with the hash of the key's `alg`, an elliptic curve with the hash of its size.
///
/// # Errors
/// [`CertificateError`].
pub fn self_signed_certificate(
    key: &PrivateJwk,
    subject: &str,
    not_before: SystemTime,
    not_after: SystemTime,
) -> Result<Certificate, CertificateError> {
    let (begin, end) = (numeric_date(not_before), numeric_date(not_after));
    if end <= begin {
        return Err(CertificateError::EndsBeforeItBegins);
    }
    let validity = [asn1_time(begin)?, asn1_time(end)?];
    let name = common_name(subject)?;
    let private = PKey::private_key_from_pkcs8(&key.expose_pkcs8_der())?;
    let digest = digest(key, &private)?;
    let usage = usage(key)?;
    let certificate = sign(&private, digest, &name, &validity, usage)?;
    let pem = String::from_utf8_lossy(&certificate.to_pem()?).into_owned();
    Ok(Certificate { der: certificate.to_der()?, pem })
}

fn sign(
    key: &PKey<Private>,
    digest: MessageDigest,
    name: &X509Name,
    [not_before, not_after]: &[Asn1Time; 2],
    usage: X509Extension,
) -> Result<X509, CertificateError> {
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?; // counted from 0
    builder.set_serial_number(&*serial_number()?)?;
    builder.set_subject_name(name)?;
    builder.set_issuer_name(name)?;
    builder.set_not_before(not_before)?;
    builder.set_not_after(not_after)?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(usage)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(key, digest)?;
    Ok(builder.build())
}

/// The hash of a signature by the key; Ed25519 has its own.
fn digest(key: &PrivateJwk, private: &PKey<Private>) -> Result<MessageDigest, CertificateError> {
    Ok(match private.id() {
        Id::RSA => match key.algorithm() {
            Algorithm::Rs384 | Algorithm::Ps384 => MessageDigest::sha384(),
            Algorithm::Rs512 | Algorithm::Ps512 => MessageDigest::sha512(),
            _ => MessageDigest::sha256(),
        },
        Id::EC => match private.ec_key()?.group().curve_name() {
            Some(Nid::SECP384R1) => MessageDigest::sha384(),
            Some(Nid::SECP521R1) => MessageDigest::sha512(),
            _ => MessageDigest::sha256(),
        },
        Id::ED25519 => MessageDigest::null(),
        _ => return Err(CertificateError::CannotSign { kind: key.kind() }),
    })
}

/// What the key is for (RFC 5280 section 4.2.1.3), besides signing this.
fn usage(key: &PrivateJwk) -> Result<X509Extension, ErrorStack> {
    let mut usage = KeyUsage::new();
    match (key.public().key_use(), key.kind()) {
        (Some(KeyUse::Encryption), KeyKind::Rsa { .. }) => usage.key_encipherment(),
        (Some(KeyUse::Encryption), _) => usage.key_agreement(),
        _ => usage.digital_signature(),
    };
    usage.critical().build()
}

fn common_name(subject: &str) -> Result<X509Name, CertificateError> {
    let length = subject.chars().count();
    if length == 0 || length > SUBJECT_LIMIT || subject.contains(char::is_control) {
        return Err(CertificateError::InvalidSubject);
    }
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid_with_type(Nid::COMMONNAME, subject, Asn1Type::UTF8STRING)?;
    Ok(name.build())
}

fn asn1_time(seconds: i64) -> Result<Asn1Time, CertificateError> {
    let time = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .filter(|time| YEARS.contains(&time.year()))
        .and_then(|time| time.format(GENERALIZED_TIME).ok())
        .ok_or(CertificateError::UnknownYear)?;
    // Up to 2049 this becomes a `UTCTime`, as the standard demands.
    Ok(Asn1Time::from_str_x509(&time)?)
}

/// A positive number of 20 octets, the most that are allowed (RFC 5280 section 4.1.2.2).
fn serial_number() -> Result<Asn1Integer, CertificateError> {
    let mut octets = [0; 20];
    getrandom::fill(&mut octets).map_err(|_| RandomUnavailable)?;
    octets[0] = octets[0] & 0x7f | 0x40;
    Ok(BigNum::from_slice(&octets)?.to_asn1_integer()?)
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The subject cannot be a common name.
    #[error("the subject of a certificate has 1 to 64 characters and no control characters")]
    InvalidSubject,
    /// The validity is empty.
    #[error("the certificate would end before it begins")]
    EndsBeforeItBegins,
    /// A time that certificates cannot name.
    #[error("a certificate is valid within the years 1950 to 9999")]
    UnknownYear,
    /// A key for encryption or key agreement only.
    #[error("a key of kind `{kind}` cannot sign its certificate")]
    CannotSign {
        /// The kind of the key.
        kind: KeyKind,
    },
    /// There is no serial number.
    #[error(transparent)]
    RandomUnavailable(#[from] RandomUnavailable),
    /// OpenSSL refused the key or the operation.
    #[error("the certificate cannot be signed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<ErrorStack> for CertificateError {
    fn from(source: ErrorStack) -> Self {
        Self::Backend(source.into())
    }
}
