//! DPoP (RFC 9449) as Okta does it: a nonce at the token endpoint, and 400 where the standard
//! has 401.

use std::borrow::Cow;

use axum::http::{HeaderName, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::algorithm::SignatureAlgorithm;
use super::error::OAuthError;
use super::jwk::{PublicJwk, VerifyError};
use super::jws::CompactJws;
use crate::call::Call;
use crate::context::Context;
use crate::random;
use crate::reply::Reply;
use crate::timestamp::Timestamp;

pub(crate) const SUPPORTED_ALGORITHMS: &str = "RS256 RS384 RS512 ES256 ES384 ES512";

const PROOF_HEADER: &str = "dpop";
const NONCE_HEADER: HeaderName = HeaderName::from_static("dpop-nonce");
/// Seconds after its `iat` in which a proof is taken.
const LONGEST_LIFETIME: i64 = 300;
/// Longest nonce and `jti` worth looking at.
const LONGEST_ID: usize = 1024;

/// Checks the proof of a token request; returns the thumbprint that the token is bound to.
///
/// Without a proof, and with one that has no current nonce, the answer is an error that tells
/// the client what to do next; the second brings the nonce along.
pub(super) fn check_token_request(
    context: &mut Context<'_>,
    call: &Call,
    url: &str,
) -> Result<String, Reply> {
    let proof = Proof::of(call, url, context.now)?;
    proof.spend(context)?;
    let nonce = proof.jws.claim_string("nonce").map_err(|_| invalid("'nonce' is invalid"))?;
    if nonce.is_some_and(|nonce| context.org.dpop_nonces.is_current(nonce, context.now)) {
        return Ok(proof.jkt);
    }
    let description = "Authorization server requires nonce in DPoP proof.";
    let refusal = Reply::from(OAuthError::bad("use_dpop_nonce", description));
    Err(refusal.with_header(NONCE_HEADER, context.org.dpop_nonces.current(context.now)))
}

/// Checks a resource call in which a token is bound, or is presented as if it were.
///
/// `presented` is the token when the scheme was `DPoP`, `bound_to` its thumbprint.
pub(crate) fn check_resource_call(
    context: &mut Context<'_>,
    call: &Call,
    url: &str,
    presented: Option<&str>,
    bound_to: Option<&str>,
) -> Result<(), OAuthError> {
    let Some(token) = presented else {
        return Err(OAuthError::invalid_request(
            "The access token is DPoP bound; the request must use the DPoP authentication scheme.",
        ));
    };
    let Some(bound_to) = bound_to else {
        let description = "The presented access_token is not DPoP bound.";
        return Err(OAuthError::new(StatusCode::UNAUTHORIZED, "invalid_token", description));
    };
    if !call.headers.contains_key(PROOF_HEADER) {
        return Err(OAuthError::invalid_request("The resource request requires a DPoP proof."));
    }
    let proof = Proof::of(call, url, context.now)?;
    proof.spend(context)?;
    let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
    if proof.jws.claim_string("ath") != Ok(Some(&expected)) {
        return Err(invalid(
            "The DPoP proof's 'ath' claim does not match the hash of the access token.",
        ));
    }
    if proof.jkt != bound_to {
        return Err(invalid("The access_token is not bound to the provided DPoP proof."));
    }
    Ok(())
}

/// A proof that is genuine and was made for this request, now.
struct Proof<'a> {
    jws: CompactJws<'a>,
    jkt: String,
    jti: String,
    issued: i64,
}

impl<'a> Proof<'a> {
    fn of(call: &'a Call, url: &str, now: Timestamp) -> Result<Self, OAuthError> {
        let mut headers = call.headers.get_all(PROOF_HEADER).iter();
        let compact =
            headers.next().ok_or_else(|| invalid("The DPoP proof JWT header is missing."))?;
        if headers.next().is_some() {
            return Err(invalid("Multiple DPoP proof JWT headers were found."));
        }
        let compact = compact.to_str().map_err(|_| unreadable())?;
        let jws = CompactJws::parse(compact).map_err(|_| unreadable())?;
        let jkt = verify_signature(&jws)?;
        check_target(&jws, call.method.as_str(), url)?;
        let issued = check_times(&jws, now)?;
        let jti = match jws.claim_string("jti") {
            Ok(Some(jti)) if (1..=LONGEST_ID).contains(&jti.len()) => jti.to_owned(),
            _ => return Err(invalid("The DPoP proof's 'jti' claim is missing or invalid.")),
        };
        Ok(Self { jws, jkt, jti, issued })
    }

    /// Uses up the `jti`, also when the nonce turns out to be missing.
    fn spend(&self, context: &mut Context<'_>) -> Result<(), OAuthError> {
        let until = self.issued + LONGEST_LIFETIME;
        if context.org.spent.spend(&["dpop", &self.jkt, &self.jti], until) {
            return Ok(());
        }
        Err(invalid("The DPoP proof JWT has already been used."))
    }
}

/// Verifies with the key in the header, which proves possession and nothing else.
fn verify_signature(jws: &CompactJws<'_>) -> Result<String, OAuthError> {
    if jws.header_string("typ") != Ok(Some("dpop+jwt")) {
        return Err(invalid("The DPoP proof JWT header's 'typ' must be 'dpop+jwt'."));
    }
    let wrong_algorithm = || invalid("The DPoP proof JWT's signature algorithm is invalid.");
    let algorithm = jws
        .header_string("alg")
        .ok()
        .flatten()
        .and_then(SignatureAlgorithm::from_name)
        .ok_or_else(wrong_algorithm)?;
    let key = jws
        .header
        .get("jwk")
        .and_then(Value::as_object)
        .and_then(|jwk| PublicJwk::parse(jwk).ok())
        .ok_or_else(unreadable)?;
    key.verify(algorithm, jws.signing_input, &jws.signature).map_err(|error| match error {
        VerifyError::WrongAlgorithm => wrong_algorithm(),
        VerifyError::UnusableKey | VerifyError::BadSignature => {
            invalid("The DPoP proof JWT's signature is invalid.")
        }
    })?;
    key.thumbprint().map_err(|_| unreadable())
}

fn check_target(jws: &CompactJws<'_>, method: &str, url: &str) -> Result<(), OAuthError> {
    if jws.claim_string("htm") != Ok(Some(method)) {
        return Err(invalid("The DPoP proof's 'htm' claim does not match the request method."));
    }
    let named = jws.claim_string("htu").ok().flatten().and_then(Target::parse);
    if named.is_none() || named != Target::parse(url) {
        return Err(invalid("The DPoP proof's 'htu' claim does not match the request URL."));
    }
    Ok(())
}

fn check_times(jws: &CompactJws<'_>, now: Timestamp) -> Result<i64, OAuthError> {
    let now = now.seconds();
    let Ok(Some(issued)) = jws.claim_seconds("iat") else {
        return Err(invalid("The DPoP proof's 'iat' claim is missing or invalid."));
    };
    if issued > now {
        return Err(invalid("The DPoP proof was issued in the future."));
    }
    if issued < now - LONGEST_LIFETIME {
        return Err(invalid("The DPoP proof was issued more than five minutes in the past."));
    }
    match jws.claim_seconds("exp") {
        Ok(None) => Ok(issued),
        Ok(Some(expires)) if expires > now => Ok(issued),
        _ => Err(invalid("The DPoP proof JWT is expired.")),
    }
}

/// What two URLs must share to be the same request target: Okta compares the decoded path,
/// and a scheme and host have no case (RFC 9449 section 4.3).
#[derive(Eq, PartialEq)]
struct Target<'u> {
    scheme: String,
    authority: String,
    path: Cow<'u, [u8]>,
}

impl<'u> Target<'u> {
    fn parse(url: &'u str) -> Option<Self> {
        if url.contains(['?', '#']) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.find('/').map(|at| rest.split_at(at))?;
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_ascii_lowercase(),
            path: percent_decode_str(path).into(),
        })
    }
}

/// The nonces that token requests must carry: a new one every day, each good for three.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct DpopNonces(Vec<DpopNonce>);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct DpopNonce {
    value: String,
    /// NumericDate.
    issued: i64,
}

impl DpopNonces {
    const RENEWED_AFTER: i64 = 24 * 3600;
    const GOOD_FOR: i64 = 3 * 24 * 3600;

    /// The newest nonce, made first if the last one is a day old.
    fn current(&mut self, now: Timestamp) -> &str {
        let now = now.seconds();
        self.0.retain(|nonce| now < nonce.issued + Self::GOOD_FOR);
        if self.0.last().is_none_or(|nonce| now >= nonce.issued + Self::RENEWED_AFTER) {
            self.0.push(DpopNonce { value: random::secret(""), issued: now });
        }
        self.0.last().map_or("", |nonce| &nonce.value)
    }

    fn is_current(&self, nonce: &str, now: Timestamp) -> bool {
        let alive = |it: &&DpopNonce| now.seconds() < it.issued + Self::GOOD_FOR;
        self.0.iter().filter(alive).any(|it| it.value == nonce)
    }
}

fn unreadable() -> OAuthError {
    invalid("The DPoP proof JWT cannot be parsed.")
}

fn invalid(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError::bad("invalid_dpop_proof", description)
}
