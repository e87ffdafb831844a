//! A private key in OpenSSL's hands, and its signatures as JWS writes them (RFC 7518 sections 3.3 and 3.4).

use std::sync::atomic::{AtomicBool, Ordering};

use jwk_gen::{Algorithm, PrivateJwk};
use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::{Signer, Verifier};

use crate::signer::SignError;

/// The key is handed over in the form of its kind: to find out what PKCS#8 holds takes OpenSSL longer than an ECDSA signature.
pub(crate) struct OpensslKey {
    key: PKey<Private>,
    digest: MessageDigest,
    form: Form,
}

enum Form {
    /// One number, and whether one has been verified.
    ///
    /// A key whose factors are not prime signs, and nothing verifies what it has signed. To verify the first signature takes
    /// far less time than a test of the factors, and finds every other damage too. OpenSSL itself checks what it makes of
    /// the factors (Lenstra's fault attack), each time.
    Rsa { verified: AtomicBool },
    /// Two numbers of so many octets each.
    Ecdsa { width: i32 },
}

impl OpensslKey {
    pub(crate) fn new(key: &PrivateJwk) -> Result<Self, SignError> {
        let algorithm = key.algorithm();
        let digest = match algorithm {
            Algorithm::Rs256 | Algorithm::Es256 => MessageDigest::sha256(),
            Algorithm::Rs384 | Algorithm::Es384 => MessageDigest::sha384(),
            Algorithm::Rs512 | Algorithm::Es512 => MessageDigest::sha512(),
            _ => return Err(SignError::UnsupportedAlgorithm { algorithm }),
        };
        let width = match algorithm {
            Algorithm::Es256 => 32,
            Algorithm::Es384 => 48,
            Algorithm::Es512 => 66,
            _ => return Ok(Self { key: rsa(key)?, digest, form: Form::unverified() }),
        };
        Ok(Self { key: ec(key)?, digest, form: Form::Ecdsa { width } })
    }

    /// # Errors
    /// [`SignError::DamagedKey`] if the first signature of an RSA key does not verify, [`SignError::Backend`] if OpenSSL fails.
    pub(crate) fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = Signer::new(self.digest, &self.key)
            .and_then(|mut it| it.sign_oneshot_to_vec(signing_input));
        let signature = signature.map_err(refused)?;
        match &self.form {
            Form::Ecdsa { width } => side_by_side(&signature, *width).map_err(refused),
            Form::Rsa { verified } => {
                if !verified.load(Ordering::Relaxed) {
                    self.verify(signing_input, &signature)?;
                    verified.store(true, Ordering::Relaxed);
                }
                Ok(signature)
            }
        }
    }

    fn verify(&self, signing_input: &[u8], signature: &[u8]) -> Result<(), SignError> {
        let verified = Verifier::new(self.digest, &self.key)
            .and_then(|mut it| it.verify_oneshot(signature, signing_input));
        match verified {
            Ok(true) => Ok(()),
            Ok(false) => Err(SignError::DamagedKey),
            Err(error) => Err(refused(error)),
        }
    }
}

impl Form {
    fn unverified() -> Self {
        Self::Rsa { verified: AtomicBool::new(false) }
    }
}

fn rsa(key: &PrivateJwk) -> Result<PKey<Private>, SignError> {
    let der = key.expose_pkcs1_der().map_err(|it| SignError::Backend(it.into()))?;
    Rsa::private_key_from_der(&der).and_then(PKey::from_rsa).map_err(refused)
}

fn ec(key: &PrivateJwk) -> Result<PKey<Private>, SignError> {
    let der = key.expose_sec1_der().map_err(|it| SignError::Backend(it.into()))?;
    EcKey::private_key_from_der(&der).and_then(PKey::from_ec_key).map_err(refused)
}

/// `r` and `s` out of the DER that OpenSSL makes (RFC 7518 section 3.4).
fn side_by_side(der: &[u8], width: i32) -> Result<Vec<u8>, ErrorStack> {
    let signature = EcdsaSig::from_der(der)?;
    let mut octets = signature.r().to_vec_padded(width)?;
    octets.extend(signature.s().to_vec_padded(width)?);
    Ok(octets)
}

fn refused(source: ErrorStack) -> SignError {
    SignError::Backend(source.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_padded() {
        // ECDSA-Sig-Value (RFC 3279 section 2.2.3) of 1 and 128.
        let der = [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80];
        for width in [32, 48, 66] {
            let signature = side_by_side(&der, width).unwrap();
            let half = usize::try_from(width).unwrap();
            let (r, s) = signature.split_at(half);
            assert_eq!((r.last(), s.last(), s.len()), (Some(&1), Some(&0x80), half));
            assert!([r, s].iter().all(|it| it[..half - 1].iter().all(|octet| *octet == 0)));
        }
    }
}
