//! Public keys that were found to be weak in the wild, or made to show how.
//!
//! From badkeys (github.com/badkeys/badkeys, tests/data): `rsa-roca.key`, `rsa-fermat-pkcs8.key` and
//! `rsa-smallfactors-valid.key`, written as JWK.

use jwk_gen::{InvalidKey, ParseJwkError, PublicJwk};

#[track_caller]
fn check(jwk: &str, expected: &str) {
    match PublicJwk::parse(jwk).unwrap_err() {
        ParseJwkError::InvalidKey(InvalidKey::WeakRsa { problem }) => assert_eq!(problem, expected),
        other => panic!("{other}"),
    }
}

#[test]
fn a_key_of_a_vulnerable_chip_is_refused() {
    let expected = "it comes from the generator of CVE-2017-15361 (ROCA)";
    check(include_str!("../vectors/rsa-roca.json"), expected);
}

#[test]
fn a_key_of_close_primes_is_refused() {
    let expected = "its primes are close to each other or equal (CVE-2022-26320)";
    check(include_str!("../vectors/rsa-close-primes.json"), expected);
}

#[test]
fn a_key_with_a_small_factor_is_refused() {
    let expected = "its modulus has a factor below 65536";
    check(include_str!("../vectors/rsa-small-factor.json"), expected);
}
