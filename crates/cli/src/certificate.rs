//! The self-signed certificate that the program makes of a key.

use std::time::{Duration, SystemTime};

use jwk_gen::PrivateJwk;
use jwt_sign::{Certificate, CertificateError, self_signed_certificate};

/// For readers whose clock is behind.
const BEFORE: Duration = Duration::from_secs(5 * 60);
/// Two years, by when a key should have been replaced.
const AFTER: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);
/// Characters of a common name (RFC 5280 appendix A.1).
const LONGEST_NAME: usize = 64;

/// A certificate from `now` on whose common name is the key's `kid`, or else its thumbprint.
pub(crate) fn of(key: &PrivateJwk, now: SystemTime) -> Result<Certificate, CertificateError> {
    let kid = key.kid().map(|it| it.as_str()).filter(|it| it.len() <= LONGEST_NAME);
    let thumbprint = key.thumbprint();
    let name = kid.unwrap_or(thumbprint.as_str());
    self_signed_certificate(key, name, now - BEFORE, now + AFTER)
}
