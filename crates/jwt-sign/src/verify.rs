//! A client assertion held against the keys that are registered for the client.

use josekit::JoseError;
use josekit::jws::{ES256, ES384, ES512, JwsVerifier, RS256, RS384, RS512};
use jwk_gen::{Algorithm, JwkSet, KeyUse, PublicJwk, Thumbprint};
use serde::Serialize;

use crate::inspect::{Expectations, InspectError, Inspection, take_apart};
use crate::refusal::{Refusal, RefusalReason, excerpt};

/// A client assertion taken apart, with its signature looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// What it says, and every reason to refuse it.
    #[serde(flatten)]
    pub inspection: Inspection,
    /// The key that signed it; none if it is none of the client's.
    #[serde(serialize_with = "as_text")]
    pub signed_by: Option<Thumbprint>,
}

impl Verification {
    /// Whether Okta would take it once: a key signed it, and nothing else is wrong.
    pub fn is_accepted(&self) -> bool {
        self.signed_by.is_some() && self.inspection.refusals.is_empty()
    }
}

/// Takes an assertion apart, verifies its signature (RFC 7515 section 5.2) by those of `keys` that its `kid` names, and judges
/// the rest like [`inspect`](crate::inspect()). A key without a `kid` goes by its thumbprint.
///
/// Whether the assertion has been used before is not looked at.
///
/// # Errors
/// [`InspectError`] if the text is no JWS in compact form, so that there is nothing to judge.
pub fn verify(
    compact: &str,
    keys: &JwkSet,
    expected: &Expectations<'_>,
) -> Result<Verification, InspectError> {
    let (mut inspection, signature) = take_apart(compact, expected)?;
    let signing_input = compact.rsplit_once('.').map_or("", |(input, _)| input);
    let signed_by = match signer(&inspection, keys.keys(), signing_input.as_bytes(), &signature) {
        Ok(key) => key.map(PublicJwk::thumbprint),
        Err(refusal) => {
            // Of a signature that cannot be right no second reason is told.
            if inspection.refusals.iter().all(|it| it.reason != refusal.reason) {
                inspection.refusals.push(refusal);
            }
            None
        }
    };
    Ok(Verification { inspection, signed_by })
}

/// The key that signed, or why none did; nothing if the header names no algorithm, or none of several keys, which is a reason
/// by itself.
fn signer<'a>(
    inspection: &Inspection,
    keys: &'a [PublicJwk],
    signing_input: &[u8],
    signature: &[u8],
) -> Result<Option<&'a PublicJwk>, Refusal> {
    let member = |name| inspection.header.get(name);
    let Some(algorithm) = member("alg").and_then(|it| it.as_str()?.parse().ok()) else {
        return Ok(None);
    };
    let key = match (member("kid").map(|it| it.as_str()), keys) {
        (Some(Some(kid)), _) => named(keys, kid)?,
        (None, [only]) => only,
        _ => return Ok(None),
    };
    require_suitable(key, algorithm)?;
    let refused = || Refusal {
        reason: RefusalReason::InvalidSignature,
        detail: format!("the key with the thumbprint {} did not make it", key.thumbprint()),
    };
    let verifier = verifier(algorithm, key).ok_or_else(refused)?;
    verifier.verify(signing_input, signature).map_err(|_| refused())?;
    Ok(Some(key))
}

fn named<'a>(keys: &'a [PublicJwk], kid: &str) -> Result<&'a PublicJwk, Refusal> {
    let goes_by = |key: &&PublicJwk| match key.kid() {
        Some(own) => own.as_str() == kid,
        None => key.thumbprint().as_str() == kid,
    };
    keys.iter().find(goes_by).ok_or_else(|| {
        let names = keys.iter().map(|key| match key.kid() {
            Some(own) => format!("`{}`", excerpt(own.as_str())),
            None => format!("`{}`", key.thumbprint()),
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let detail = format!("no key goes by `{}`, only {names}", excerpt(kid));
        Refusal { reason: RefusalReason::InvalidKid, detail }
    })
}

fn require_suitable(key: &PublicJwk, algorithm: Algorithm) -> Result<(), Refusal> {
    let reason = RefusalReason::InvalidSignatureAlgorithm;
    let refuse = |detail: String| Err(Refusal { reason, detail });
    match key.algorithm() {
        _ if key.key_use() == Some(KeyUse::Encryption) => {
            refuse("the key was registered for encryption".to_owned())
        }
        Some(own) if own != algorithm => refuse(format!("`alg` is {algorithm}, the key's {own}")),
        _ => algorithm.require(key.kind()).map(drop).or_else(|it| refuse(it.to_string())),
    }
}

/// josekit's verifier for the algorithm; `None` if Okta takes no such signatures, or OpenSSL not the key.
fn verifier(algorithm: Algorithm, key: &PublicJwk) -> Option<Box<dyn JwsVerifier>> {
    fn boxed<V: JwsVerifier + 'static>(made: Result<V, JoseError>) -> Option<Box<dyn JwsVerifier>> {
        made.ok().map(|it| Box::new(it) as Box<dyn JwsVerifier>)
    }
    let der = key.to_spki_der();
    match algorithm {
        Algorithm::Rs256 => boxed(RS256.verifier_from_der(der)),
        Algorithm::Rs384 => boxed(RS384.verifier_from_der(der)),
        Algorithm::Rs512 => boxed(RS512.verifier_from_der(der)),
        Algorithm::Es256 => boxed(ES256.verifier_from_der(der)),
        Algorithm::Es384 => boxed(ES384.verifier_from_der(der)),
        Algorithm::Es512 => boxed(ES512.verifier_from_der(der)),
        _ => None,
    }
}

fn as_text<S: serde::Serializer>(
    thumbprint: &Option<Thumbprint>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    thumbprint.as_ref().map(Thumbprint::as_str).serialize(serializer)
}
