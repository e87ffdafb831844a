//! Self-signed certificates of keys that are at hand.

use std::time::{Duration, SystemTime};

use jwk_gen::{Keys, PrivateJwk};
use jwt_sign::{Certificate, CertificateError, self_signed_certificate};

use super::form::{Written, several};
use crate::error::CliError;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The certificate of the one private key, in PEM.
pub(super) fn certificate(
    keys: &Keys,
    subject: Option<&str>,
    days: u32,
    now: SystemTime,
) -> Result<Written, CliError> {
    let key = match keys {
        Keys::Private(keys) => match keys.as_slice() {
            [key] => key,
            keys => return Err(several(keys.len())),
        },
        Keys::Public(_) | Keys::Symmetric(_) => {
            return Err(CliError::usage("only a private key can sign its own certificate"));
        }
    };
    let certificate = self_signed(key, subject, days, now)?;
    Ok(Written::public(certificate.to_pem().into_bytes()))
}

/// A certificate of the key from `now` on.
pub(super) fn self_signed(
    key: &PrivateJwk,
    subject: Option<&str>,
    days: u32,
    now: SystemTime,
) -> Result<Certificate, CertificateError> {
    let end = now.checked_add(DAY * days).ok_or(CertificateError::UnknownYear)?;
    // A common name has at most 64 characters (RFC 5280 appendix A.1), a key id may have more.
    let kid = key.kid().map(ToString::to_string).filter(|kid| kid.len() <= 64);
    let named = kid.unwrap_or_else(|| key.thumbprint().to_string());
    self_signed_certificate(key, subject.unwrap_or(&named), now, end)
}
