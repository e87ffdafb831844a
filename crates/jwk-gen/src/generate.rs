//! New keys from the operating system's random generator.

use std::sync::atomic::AtomicBool;

use crate::algorithm::{Algorithm, KeyKind};
use crate::ec_key::EcPrivate;
use crate::error::InvalidKey;
use crate::private::{PrivateJwk, Secret};
use crate::rsa_key::RsaPrivate;
use crate::rsa_primes;

/// Which key to make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySpec {
    algorithm: Algorithm,
    kind: KeyKind,
}

impl KeySpec {
    /// A key for the algorithm; `bits` is the RSA modulus, 2048 unless given.
    ///
    /// # Errors
    /// [`GenerateError::UnsupportedBits`] for an RSA size other than 2048, 3072 and 4096,
    /// [`GenerateError::BitsWithCurve`] if bits are given for an elliptic curve key.
    pub fn new(algorithm: Algorithm, bits: Option<u32>) -> Result<Self, GenerateError> {
        let kind = match (algorithm.curve(), bits) {
            (None, None | Some(2048)) => KeyKind::Rsa { modulus_bits: 2048 },
            (None, Some(3072)) => KeyKind::Rsa { modulus_bits: 3072 },
            (None, Some(4096)) => KeyKind::Rsa { modulus_bits: 4096 },
            (None, Some(bits)) => return Err(GenerateError::UnsupportedBits { bits }),
            (Some(curve), None) => KeyKind::Ec(curve),
            (Some(_), Some(_)) => return Err(GenerateError::BitsWithCurve { algorithm }),
        };
        Ok(Self { algorithm, kind })
    }
}

/// Makes a key; its `kid` is its thumbprint, its `use` is `sig`.
///
/// # Errors
/// [`GenerateError::RandomUnavailable`] if the operating system gives no random bytes; anything
/// else a key with this specification can meet only if the random generator is broken.
pub fn generate(spec: KeySpec) -> Result<PrivateJwk, GenerateError> {
    generate_until(spec, &AtomicBool::new(false))
}

/// Makes a key as [`generate`] does, unless `stop` becomes true first: seen within 200 ms.
///
/// # Errors
/// [`GenerateError::Interrupted`] if `stop` was seen before there was a key; otherwise as for [`generate`].
pub fn generate_until(spec: KeySpec, stop: &AtomicBool) -> Result<PrivateJwk, GenerateError> {
    let secret = match spec.kind {
        KeyKind::Ec(curve) => {
            Secret::Ec(EcPrivate::generate(curve).ok_or(GenerateError::RandomUnavailable)??)
        }
        KeyKind::Rsa { modulus_bits } => Secret::Rsa(generate_rsa(modulus_bits, stop)?),
    };
    Ok(PrivateJwk::generated(secret, spec.algorithm)?)
}

fn generate_rsa(modulus_bits: usize, stop: &AtomicBool) -> Result<RsaPrivate, GenerateError> {
    let [p, q] = rsa_primes::search(modulus_bits, stop)?;
    Ok(RsaPrivate::from_primes(&p, &q)?)
}

/// Why there is no new key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// An RSA size that is not offered.
    #[error("an RSA key of {bits} bits is not offered: choose 2048, 3072 or 4096")]
    UnsupportedBits {
        /// The bits asked for.
        bits: u32,
    },
    /// A size for a key whose curve decides it.
    #[error("a size has no meaning for `{algorithm}`: its curve decides")]
    BitsWithCurve {
        /// The algorithm asked for.
        algorithm: Algorithm,
    },
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system")]
    RandomUnavailable,
    /// The caller wants the key no more.
    #[error("interrupted before there was a key")]
    Interrupted,
    /// The new key failed the checks that every key must pass.
    #[error("the new key is unsound")]
    Unsound(#[from] InvalidKey),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_gets_a_key_that_parses_again() {
        for algorithm in Algorithm::ALL {
            let key = generate(KeySpec::new(algorithm, None).unwrap()).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.kid().unwrap().as_str(), key.thumbprint().as_str());
            assert_eq!(key.public().key_use(), Some("sig"));
            let again = PrivateJwk::parse(&key.expose_json()).unwrap();
            assert_eq!(*again.expose_json(), *key.expose_json());
        }
    }

    #[test]
    fn a_stop_ends_the_search_but_not_what_takes_no_time() {
        let stop = AtomicBool::new(true);
        let rsa = KeySpec::new(Algorithm::Rs256, Some(4096)).unwrap();
        assert_eq!(generate_until(rsa, &stop).unwrap_err(), GenerateError::Interrupted);
        let ec = KeySpec::new(Algorithm::Es256, None).unwrap();
        assert!(generate_until(ec, &stop).is_ok());
    }

    #[test]
    fn larger_moduli_have_their_size() {
        for bits in [3072, 4096] {
            let key = generate(KeySpec::new(Algorithm::Rs256, Some(bits)).unwrap()).unwrap();
            assert_eq!(key.kind(), KeyKind::Rsa { modulus_bits: bits as usize });
        }
    }

    #[test]
    fn other_sizes_are_refused() {
        for bits in [0, 512, 1024, 2047, 2049, 8192, u32::MAX] {
            let refusal = KeySpec::new(Algorithm::Rs256, Some(bits));
            assert_eq!(refusal, Err(GenerateError::UnsupportedBits { bits }));
        }
        let refusal = KeySpec::new(Algorithm::Es256, Some(256));
        assert_eq!(refusal, Err(GenerateError::BitsWithCurve { algorithm: Algorithm::Es256 }));
    }

    #[test]
    fn no_two_keys_are_alike() {
        let spec = KeySpec::new(Algorithm::Es256, None).unwrap();
        let kids = (0..1000).map(|_| generate(spec).unwrap().thumbprint());
        assert_eq!(kids.collect::<std::collections::HashSet<_>>().len(), 1000);
    }
}
