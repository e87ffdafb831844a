//! The self-signed certificate that the program makes of a key.

use std::time::{Duration, SystemTime};

use jwk_gen::PrivateJwk;
use jwt_sign::{Certificate, CertificateError, self_signed_certificate};

/// For readers whose clock is behind.
const BEFORE: Duration = Duration::from_secs(5 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A year, by when a key should have been replaced.
pub(crate) const DEFAULT_DAYS: u32 = 365;
/// Characters of a common name (RFC 5280 appendix A.1).
const LONGEST_NAME: usize = 64;

/// A certificate for so many days from `now`; its common name is the subject, or else the key's `kid`
/// if it is short enough, or else its thumbprint.
pub(crate) fn of(
    key: &PrivateJwk,
    subject: Option<&str>,
    days: u32,
    now: SystemTime,
) -> Result<Certificate, CertificateError> {
    let kid = key.kid().map(|it| it.as_str()).filter(|it| it.len() <= LONGEST_NAME);
    let thumbprint = key.thumbprint();
    let name = subject.or(kid).unwrap_or(thumbprint.as_str());
    let not_before = now.checked_sub(BEFORE).ok_or(CertificateError::UnknownYear)?;
    let not_after = now.checked_add(DAY * days).ok_or(CertificateError::UnknownYear)?;
    self_signed_certificate(key, name, not_before, not_after)
}
