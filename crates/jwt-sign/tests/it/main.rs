//! Tests of the crate from outside: standards' examples, a foreign judge, the claims, the secrets.
#![expect(clippy::unwrap_used, reason = "clippy exempts test functions only, not what they call")]

mod certificate;
mod claims;
mod dpop;
mod file_signers;
mod judge;
mod known_answers;
mod own_signature;
mod secrets;
mod verify;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jwk_gen::{Algorithm, KeySpec, PrivateJwk, generate};

const ENDPOINT: &str = "https://acme.okta.com/oauth2/v1/token";
const NOW: u64 = 1_800_000_000;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

fn key(algorithm: Algorithm) -> PrivateJwk {
    generate(KeySpec::new(algorithm, None).unwrap()).unwrap()
}
