//! What a client assertion says, and every reason for which Okta would refuse it.

mod claims;
mod header;
mod json;

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::numeric_date::numeric_date;
use crate::refusal::{Refusal, RefusalReason};

/// Longest compact form that is read, in bytes.
const SIZE_LIMIT: usize = 64 << 10;

/// What the assertion is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectations<'a> {
    /// The server's time.
    pub now: SystemTime,
    /// The endpoint that the assertion is for; without it `aud` may be the URL of any token,
    /// introspection or revocation endpoint of any org.
    pub audience: Option<&'a str>,
    /// The client; without it only `iss` and `sub` are compared.
    pub client_id: Option<&'a str>,
}

/// A client assertion taken apart. Nothing here says who signed it.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// Every reason for which Okta would refuse it; it names only the first it meets.
    pub refusals: Vec<Refusal>,
    /// What Okta lets pass and is still worth knowing.
    pub notes: Vec<String>,
}

/// Takes an assertion apart and judges it; no signature is verified, no key is needed.
///
/// # Errors
/// [`InspectError`] if the text is no JWS in compact form, so that there is nothing to judge.
pub fn inspect(compact: &str, expected: &Expectations<'_>) -> Result<Inspection, InspectError> {
    let (mut inspection, _) = take_apart(compact, expected)?;
    inspection.notes.insert(0, "the signature is not verified".to_owned());
    Ok(inspection)
}

/// What is said and what is wrong with it, and the signature.
pub(crate) fn take_apart(
    compact: &str,
    expected: &Expectations<'_>,
) -> Result<(Inspection, Vec<u8>), InspectError> {
    let (header, claims, signature) = split(compact)?;
    let header = json::parse(&header, "header")?;
    let claims = json::parse(&claims, "claims")?;
    let mut findings = Findings::default();
    for name in header.duplicates.iter().chain(&claims.duplicates) {
        findings.refuse(RefusalReason::InvalidJwt, format!("member `{name}` occurs twice"));
    }
    header::judge(&header.members, &signature, &mut findings);
    claims::judge(&claims.members, expected, numeric_date(expected.now), &mut findings);
    let Findings { refusals, notes } = findings;
    let inspection = Inspection { header: header.members, claims: claims.members, refusals, notes };
    Ok((inspection, signature))
}

#[derive(Default)]
struct Findings {
    refusals: Vec<Refusal>,
    notes: Vec<String>,
}

impl Findings {
    fn refuse(&mut self, reason: RefusalReason, detail: impl Into<String>) {
        self.refusals.push(Refusal { reason, detail: detail.into() });
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

type Octets = Vec<u8>;

/// RFC 7515 section 7.1: exactly three parts of base64url.
fn split(compact: &str) -> Result<(Octets, Octets, Octets), InspectError> {
    if compact.len() > SIZE_LIMIT {
        return Err(InspectError::TooLarge { limit: SIZE_LIMIT });
    }
    let mut parts = compact.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(InspectError::NotThreeParts);
    };
    Ok((decode(header, "header")?, decode(claims, "claims")?, decode(signature, "signature")?))
}

fn decode(part: &str, name: &'static str) -> Result<Octets, InspectError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| {
        if part.contains('=') {
            InspectError::Padded { part: name }
        } else {
            InspectError::NotBase64Url { part: name }
        }
    })
}

/// A text that is no compact JWS; Okta answers `client_assertion_invalid_jwt`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// More text than any assertion needs.
    #[error("client_assertion_invalid_jwt: more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not header, claims and signature.
    #[error("client_assertion_invalid_jwt: not three parts separated by dots")]
    NotThreeParts,
    /// A part ends in `=`.
    #[error("client_assertion_invalid_jwt: the {part} is padded with `=`")]
    Padded {
        /// `header`, `claims` or `signature`.
        part: &'static str,
    },
    /// A part has foreign characters.
    #[error("client_assertion_invalid_jwt: the {part} is not base64url")]
    NotBase64Url {
        /// `header`, `claims` or `signature`.
        part: &'static str,
    },
    /// The header or the claims are no JSON object.
    #[error("client_assertion_invalid_jwt: the {part} is not a JSON object")]
    NotJsonObject {
        /// `header` or `claims`.
        part: &'static str,
    },
}

impl InspectError {
    /// The name under which Okta refuses such a text.
    pub fn reason(&self) -> RefusalReason {
        RefusalReason::InvalidJwt
    }
}

#[cfg(test)]
mod tests;
