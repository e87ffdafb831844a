//! A damaged key is found by its first signature.

use jwk_gen::{Algorithm, KeyReader};
use jwt_sign::{LocalSigner, SignError, Signer};

use crate::known_answers::RSA;

/// Every relation of this key holds; only its `p` is the product of two primes of 512 bits.
const COMPOSITE: &str = include_str!("../../../jwk-gen/tests/vectors/rsa-composite-factor.json");

fn signer(jwk: &str, algorithm: Algorithm) -> LocalSigner {
    let key = KeyReader::new().for_signing().private(jwk.as_bytes()).unwrap().key;
    LocalSigner::new(&key.with_algorithm(algorithm).unwrap()).unwrap()
}

#[test]
fn a_key_whose_factors_are_not_prime_signs_nothing() {
    for algorithm in [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512] {
        let damaged = signer(COMPOSITE, algorithm);
        for input in ["one", "two"] {
            let refused = damaged.sign(input.as_bytes());
            assert!(matches!(refused, Err(SignError::DamagedKey)), "{refused:?}");
        }
        let whole = signer(RSA, algorithm);
        for input in ["one", "two"] {
            whole.sign(input.as_bytes()).unwrap();
        }
    }
}
