//! A private key in OpenSSL's hands, and its signatures as JWS writes them (RFC 7518 sections 3.3 and 3.4).

use std::sync::atomic::{AtomicBool, Ordering};

use jwk_gen::{Algorithm, PrivateJwk};
use openssl::ec::EcKey;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::pkey::Private;
use openssl::rsa::{Padding, Rsa};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::signer::SignError;

/// The key is used as what it is, an RSA or an EC key: before OpenSSL's interface for keys of any kind makes its first
/// signature, it collects all digests, signatures and kinds of keys that there are, and that takes longer than to sign by ECDSA.
/// For the same reason it is not handed over as PKCS#8, which may hold any of them.
pub(crate) struct OpensslKey {
    key: Key,
    hash: Hash,
}

enum Key {
    /// A key whose factors are not prime signs, and nothing verifies what it has signed. To verify the first signature takes
    /// far less time than a test of the factors, and finds every other damage that shows in a signature. OpenSSL itself checks
    /// what it makes of the factors (Lenstra's fault attack), each time, and then does without them.
    Rsa { key: Rsa<Private>, verified: AtomicBool },
    /// `r` and `s` have so many octets each.
    Ecdsa { key: EcKey<Private>, width: i32 },
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl OpensslKey {
    pub(crate) fn new(key: &PrivateJwk) -> Result<Self, SignError> {
        let (hash, key) = match key.algorithm() {
            Algorithm::Rs256 => (Hash::Sha256, rsa(key)?),
            Algorithm::Rs384 => (Hash::Sha384, rsa(key)?),
            Algorithm::Rs512 => (Hash::Sha512, rsa(key)?),
            Algorithm::Es256 => (Hash::Sha256, ec(key, 32)?),
            Algorithm::Es384 => (Hash::Sha384, ec(key, 48)?),
            Algorithm::Es512 => (Hash::Sha512, ec(key, 66)?),
            algorithm => return Err(SignError::UnsupportedAlgorithm { algorithm }),
        };
        Ok(Self { key, hash })
    }

    /// # Errors
    /// [`SignError::DamagedKey`] if the first signature of an RSA key does not verify, [`SignError::Backend`] if OpenSSL fails.
    pub(crate) fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignError> {
        let digest = self.hash.digest(signing_input);
        match &self.key {
            Key::Ecdsa { key, width } => {
                let signature = EcdsaSig::sign(&digest, key).map_err(refused)?;
                side_by_side(&signature, *width).map_err(refused)
            }
            Key::Rsa { key, verified } => {
                let digest_info = [self.hash.digest_info(), &digest].concat();
                let signature = private_encrypt(key, &digest_info).map_err(refused)?;
                if !verified.load(Ordering::Relaxed) {
                    if public_decrypt(key, &signature).ok() != Some(digest_info) {
                        return Err(SignError::DamagedKey);
                    }
                    verified.store(true, Ordering::Relaxed);
                }
                Ok(signature)
            }
        }
    }
}

impl Hash {
    fn digest(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }

    /// The DER of `DigestInfo` as far as the digest (RFC 8017 section 9.2, note 1).
    const fn digest_info(self) -> &'static [u8] {
        match self {
            Self::Sha256 => {
                b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
            }
            Self::Sha384 => {
                b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
            }
            Self::Sha512 => {
                b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
            }
        }
    }
}

/// RSASSA-PKCS1-v1_5 of what its DER is given of (RFC 8017 section 8.2.1); OpenSSL pads and blinds.
fn private_encrypt(key: &Rsa<Private>, digest_info: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut signature = vec![0; usize::try_from(key.size()).unwrap_or_default()];
    let length = key.private_encrypt(digest_info, &mut signature, Padding::PKCS1)?;
    signature.truncate(length);
    Ok(signature)
}

/// What was signed; an error, too, if that cannot be told because the padding is not there.
fn public_decrypt(key: &Rsa<Private>, signature: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut digest_info = vec![0; signature.len()];
    let length = key.public_decrypt(signature, &mut digest_info, Padding::PKCS1)?;
    digest_info.truncate(length);
    Ok(digest_info)
}

fn rsa(key: &PrivateJwk) -> Result<Key, SignError> {
    let der = key.expose_pkcs1_der().map_err(|it| SignError::Backend(it.into()))?;
    let key = Rsa::private_key_from_der(&der).map_err(refused)?;
    Ok(Key::Rsa { key, verified: AtomicBool::new(false) })
}

fn ec(key: &PrivateJwk, width: i32) -> Result<Key, SignError> {
    let der = key.expose_sec1_der().map_err(|it| SignError::Backend(it.into()))?;
    let key = EcKey::private_key_from_der(&der).map_err(refused)?;
    Ok(Key::Ecdsa { key, width })
}

/// `r` and then `s` (RFC 7518 section 3.4).
fn side_by_side(signature: &EcdsaSig, width: i32) -> Result<Vec<u8>, ErrorStack> {
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
            let signature = EcdsaSig::from_der(&der).unwrap();
            let signature = side_by_side(&signature, width).unwrap();
            let half = usize::try_from(width).unwrap();
            let (r, s) = signature.split_at(half);
            assert_eq!((r.last(), s.last(), s.len()), (Some(&1), Some(&0x80), half));
            assert!([r, s].iter().all(|it| it[..half - 1].iter().all(|octet| *octet == 0)));
        }
    }
}
