//! New key pairs from the operating system's random generator.

use std::sync::atomic::AtomicBool;

use crate::ec_key::EcPrivate;
use crate::error::InvalidKey;
use crate::key_spec::KeySpec;
use crate::kind::KeyKind;
use crate::okp_key::OkpPrivate;
use crate::private::{PrivateJwk, Secret};
use crate::rsa_key::RsaPrivate;
use crate::rsa_primes;

/// Makes a key; its `kid` is its thumbprint.
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
        KeyKind::Okp(curve) => {
            Secret::Okp(OkpPrivate::generate(curve).ok_or(GenerateError::RandomUnavailable)??)
        }
        KeyKind::Oct { .. } => return Err(NO_PAIR.into()),
    };
    Ok(PrivateJwk::generated(secret, spec)?)
}

/// No [`KeySpec`] asks for one.
const NO_PAIR: InvalidKey = InvalidKey::Inconsistent { problem: "a shared key is no key pair" };

fn generate_rsa(modulus_bits: usize, stop: &AtomicBool) -> Result<RsaPrivate, GenerateError> {
    let [p, q] = rsa_primes::search(modulus_bits, stop)?;
    Ok(RsaPrivate::from_primes(&p, &q)?)
}

/// Why there is no new key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
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
    use crate::algorithm::Algorithm;
    use crate::key_spec::{KeyRequest, Requested};
    use crate::key_use::KeyUse;
    use crate::profile::Profile;

    #[test]
    fn each_algorithm_gets_a_key_that_parses_again() {
        for algorithm in Algorithm::ALL {
            let Ok(spec) = KeySpec::new(algorithm, None) else { continue };
            let key = generate(spec).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.kid().unwrap().as_str(), key.thumbprint().as_str());
            assert_eq!(key.public().key_use(), Some(algorithm.key_use()));
            let again = PrivateJwk::parse(&key.expose_json()).unwrap();
            assert_eq!(*again.expose_json(), *key.expose_json());
            let again = PrivateJwk::from_pkcs8_der(&key.expose_pkcs8_der()).unwrap();
            assert_eq!(again.thumbprint(), key.thumbprint());
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
    fn a_key_without_an_algorithm_says_only_its_use() {
        let request = KeyRequest { crv: Some("X25519".into()), ..KeyRequest::default() };
        let Requested::KeyPair(spec) = request.resolve(Profile::Any).unwrap() else { panic!() };
        let public = generate(spec).unwrap().public();
        assert_eq!((public.algorithm(), public.key_use()), (None, Some(KeyUse::Encryption)));
    }

    #[test]
    fn larger_moduli_have_their_size() {
        for bits in [3072, 4096] {
            let key = generate(KeySpec::new(Algorithm::Rs256, Some(bits)).unwrap()).unwrap();
            assert_eq!(key.kind(), KeyKind::Rsa { modulus_bits: bits as usize });
        }
    }

    #[test]
    fn no_two_keys_are_alike() {
        let spec = KeySpec::new(Algorithm::Es256, None).unwrap();
        let kids = (0..1000).map(|_| generate(spec).unwrap().thumbprint());
        assert_eq!(kids.collect::<std::collections::HashSet<_>>().len(), 1000);
    }
}
