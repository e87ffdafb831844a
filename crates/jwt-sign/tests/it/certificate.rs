//! Self-signed certificates, judged by webpki and read again by OpenSSL.

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jwk_gen::{Algorithm, KeyRequest, PrivateJwk, Profile, Requested, generate};
use jwt_sign::{Certificate, CertificateError, self_signed_certificate};
use openssl::bn::BigNumContext;
use openssl::ec::PointConversionForm;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::x509::X509;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert, ring};

use crate::{NOW, key, now};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn certificate(key: &PrivateJwk) -> Certificate {
    self_signed_certificate(key, "svc", now(), now() + DAY).unwrap()
}

/// webpki's word on a server that shows the certificate to a client that trusts it.
fn judge(
    certificate: &Certificate,
    algorithm: &dyn SignatureVerificationAlgorithm,
    time: u64,
) -> Result<(), Error> {
    let der = CertificateDer::from(certificate.to_der());
    let anchor = anchor_from_trusted_cert(&der)?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(time));
    let usage = KeyUsage::server_auth();
    let leaf = EndEntityCert::try_from(&der)?;
    leaf.verify_for_usage(&[algorithm], &[anchor], &[], time, usage, None, None).map(drop)
}

#[test]
fn webpki_accepts_it_within_its_validity_only() {
    let algorithms: [(_, &dyn SignatureVerificationAlgorithm); 6] = [
        (Algorithm::Rs256, ring::RSA_PKCS1_2048_8192_SHA256),
        (Algorithm::Rs384, ring::RSA_PKCS1_2048_8192_SHA384),
        (Algorithm::Rs512, ring::RSA_PKCS1_2048_8192_SHA512),
        (Algorithm::Es256, ring::ECDSA_P256_SHA256),
        (Algorithm::Es384, ring::ECDSA_P384_SHA384),
        (Algorithm::EdDsa, ring::ED25519),
    ];
    for (algorithm, judged_by) in algorithms {
        let certificate = certificate(&key(algorithm));
        let end = NOW + DAY.as_secs();
        for time in [NOW, NOW + 1, end] {
            assert_eq!(judge(&certificate, judged_by, time), Ok(()), "{algorithm}");
        }
        let early = judge(&certificate, judged_by, NOW - 1).unwrap_err();
        assert!(matches!(early, Error::CertNotValidYet { .. }), "{early:?}");
        let late = judge(&certificate, judged_by, end + 1).unwrap_err();
        assert!(matches!(late, Error::CertExpired { .. }), "{late:?}");
    }
}

/// What the BIT STRING of a SubjectPublicKeyInfo holds, over which the identifier is a hash.
fn key_bits(key: &PKeyRef<Public>) -> Vec<u8> {
    if let Ok(rsa) = key.rsa() {
        return rsa.public_key_to_der_pkcs1().unwrap();
    }
    if key.id() == Id::ED25519 {
        return key.raw_public_key().unwrap();
    }
    let key = key.ec_key().unwrap();
    let mut context = BigNumContext::new().unwrap();
    let form = PointConversionForm::UNCOMPRESSED;
    key.public_key().to_bytes(key.group(), form, &mut context).unwrap()
}

#[test]
fn the_fields_are_those_of_rfc_5280() {
    for (algorithm, signature) in [
        (Algorithm::Rs256, Nid::SHA256WITHRSAENCRYPTION),
        (Algorithm::Rs384, Nid::SHA384WITHRSAENCRYPTION),
        (Algorithm::Rs512, Nid::SHA512WITHRSAENCRYPTION),
        (Algorithm::Es256, Nid::ECDSA_WITH_SHA256),
        (Algorithm::Es384, Nid::ECDSA_WITH_SHA384),
        (Algorithm::Es512, Nid::ECDSA_WITH_SHA512),
        (Algorithm::Ps256, Nid::SHA256WITHRSAENCRYPTION),
        (Algorithm::Ps384, Nid::SHA384WITHRSAENCRYPTION),
        (Algorithm::Ps512, Nid::SHA512WITHRSAENCRYPTION),
        (Algorithm::Es256k, Nid::ECDSA_WITH_SHA256),
        (Algorithm::EdDsa, Nid::from_raw(Id::ED25519.as_raw())),
        (Algorithm::RsaOaep256, Nid::SHA256WITHRSAENCRYPTION),
        (Algorithm::EcdhEs, Nid::ECDSA_WITH_SHA256),
    ] {
        let key = key(algorithm);
        let certificate = certificate(&key);
        let read = X509::from_der(certificate.to_der()).unwrap();
        let public = read.public_key().unwrap();
        assert_eq!(public.public_key_to_der().unwrap(), key.public().to_spki_der(), "{algorithm}");
        assert!(read.verify(&public).unwrap(), "{algorithm}");
        assert_eq!(read.signature_algorithm().object().nid(), signature);
        assert_eq!(read.version(), 2);
        let identifier = hash(MessageDigest::sha1(), &key_bits(&public)).unwrap();
        assert_eq!(read.subject_key_id().unwrap().as_slice(), &*identifier);
        let pem = certificate.to_pem();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
        let again = X509::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(again.to_der().unwrap(), certificate.to_der());
    }
}

#[test]
fn a_key_that_cannot_sign_is_refused_by_name() {
    let request = KeyRequest { crv: Some("X25519".into()), ..KeyRequest::default() };
    let Requested::KeyPair(spec) = request.resolve(Profile::Any).unwrap() else { panic!() };
    let key = generate(spec).unwrap();
    let refusal = self_signed_certificate(&key, "svc", now(), now() + DAY).unwrap_err();
    assert!(matches!(refusal, CertificateError::CannotSign { kind } if kind == key.kind()));
    assert_eq!(refusal.to_string(), "a key of kind `OKP X25519` cannot sign its certificate");
}

#[test]
fn no_two_serial_numbers_are_the_same_and_all_have_20_octets() {
    let key = key(Algorithm::Es256);
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let read = X509::from_der(certificate(&key).to_der()).unwrap();
        let number = read.serial_number().to_bn().unwrap();
        assert!(!number.is_negative());
        let octets = number.to_vec();
        assert!(octets.len() == 20 && octets[0] < 0x80, "{octets:?}");
        seen.insert(octets);
    }
    assert_eq!(seen.len(), 100);
}

#[test]
fn the_subject_is_a_common_name() {
    let key = key(Algorithm::Es256);
    let sign = |subject: &str| self_signed_certificate(&key, subject, now(), now() + DAY);
    for subject in ["s", "svc.example.com", "Dienst für Zürich", "CN=x, O=y", &"ü".repeat(64)] {
        let read = X509::from_der(sign(subject).unwrap().to_der()).unwrap();
        for name in [read.subject_name(), read.issuer_name()] {
            let entries: Vec<_> = name.entries().collect();
            assert_eq!(entries.len(), 1);
            assert_eq!(entries[0].object().nid(), Nid::COMMONNAME);
            assert_eq!(entries[0].data().as_slice(), subject.as_bytes());
        }
    }
    for subject in ["", "a\nb", "a\0b", "\u{7f}", "\u{85}", &"x".repeat(65), &"ü".repeat(65)] {
        let refusal = sign(subject).unwrap_err();
        assert!(matches!(refusal, CertificateError::InvalidSubject), "{subject:?}: {refusal:?}");
    }
}

/// RFC 5280 section 4.1.2.5: `UTCTime` (tag 23) through 2049, `GeneralizedTime` (tag 24) after.
#[test]
fn the_years_of_a_validity_are_1950_to_9999() {
    const FIRST: i64 = -631_152_000;
    const LAST_OF_2049: i64 = 2_524_607_999;
    const LAST: i64 = 253_402_300_799;
    let key = key(Algorithm::Es256);
    let at = |seconds: i64| -> SystemTime {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
    };
    let sign = |begin: i64, end: i64| self_signed_certificate(&key, "x", at(begin), at(end));
    let certificate = sign(FIRST, LAST_OF_2049).unwrap();
    let has = |certificate: &Certificate, time: &[u8]| {
        certificate.to_der().windows(time.len()).any(|window| window == time)
    };
    assert!(has(&certificate, b"\x17\x0d500101000000Z\x17\x0d491231235959Z"));
    let certificate = sign(LAST_OF_2049 + 1, LAST).unwrap();
    assert!(has(&certificate, b"\x18\x0f20500101000000Z\x18\x0f99991231235959Z"));
    for (begin, end) in [(FIRST - 1, 0), (0, LAST + 1), (0, i64::MAX)] {
        let refusal = sign(begin, end).unwrap_err();
        assert!(matches!(refusal, CertificateError::UnknownYear), "{refusal:?}");
    }
    for (begin, end) in [(0, 0), (1, 0), (LAST, FIRST)] {
        let refusal = sign(begin, end).unwrap_err();
        assert!(matches!(refusal, CertificateError::EndsBeforeItBegins), "{refusal:?}");
    }
    let half = Duration::from_millis(500);
    let refusal = self_signed_certificate(&key, "x", at(1), at(1) + half).unwrap_err();
    assert!(matches!(refusal, CertificateError::EndsBeforeItBegins), "less than a second");
}
