//! What is signed, changed afterwards, and shown to who has to notice.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_sign::{ClientAssertion, DpopProof, Expectations};
use okta_http::{Clock as _, SystemClock};
use okta_token::AccessToken;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::emulator::{ORG, SCOPE};
use crate::{assert_clean, edits, text};

/// What was signed is signed anew before the org would find it too old.
const FRESH: Duration = Duration::from_secs(60);

fn assertion() -> String {
    let audience = ORG.url("/oauth2/v1/token");
    let assertion =
        ClientAssertion::new(&ORG.client_id, &audience, SystemClock.now()).expect("an assertion");
    assertion.sign(&*ORG.signer).expect("a signature").expose_compact().to_owned()
}

/// What our own judge says, who knows what the org knows.
fn is_verified(compact: &str) -> bool {
    let audience = ORG.url("/oauth2/v1/token");
    let expected = Expectations {
        now: SystemClock.now(),
        audience: Some(&audience),
        client_id: Some(ORG.client_id.as_str()),
    };
    jwt_sign::verify(compact, &ORG.keys, &expected).is_ok_and(|it| it.is_accepted())
}

fn status(assertion: &[u8]) -> u16 {
    let assertion = percent_encode(assertion, NON_ALPHANUMERIC);
    ORG.token_status(format!(
        "grant_type=client_credentials&scope={SCOPE}&client_assertion={assertion}\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    ))
}

/// An assertion with changes: the org takes it only if there are none.
pub(crate) fn assertion_at_the_emulator(script: &[u8]) -> bool {
    /// Never sent as it is, so that it is not spent.
    static SIGNED: Mutex<Option<(Instant, String)>> = Mutex::new(None);
    let mut signed = SIGNED.lock().unwrap_or_else(PoisonError::into_inner);
    if signed.as_ref().is_none_or(|(since, _)| since.elapsed() > FRESH) {
        *signed = Some((Instant::now(), assertion()));
    }
    let (_, compact) = signed.as_ref().expect("just signed");
    let changed = change(script, compact);
    if changed == compact.as_bytes() {
        assert!(is_verified(compact), "{compact}");
        assert_eq!(status(assertion().as_bytes()), 200);
        return true;
    }
    // Ours does not take it either, and neither knows how the other looks at it.
    if let Ok(text) = str::from_utf8(&changed) {
        assert!(!is_verified(text), "{text}");
    }
    let status = status(&changed);
    assert!((400..500).contains(&status), "{status}: {}", String::from_utf8_lossy(&changed));
    false
}

/// A DPoP proof with changes, beside a token that is bound to its key.
pub(crate) fn proof_at_the_emulator(script: &[u8]) -> bool {
    static BOUND: Mutex<Option<(Instant, AccessToken, String)>> = Mutex::new(None);
    let mut bound = BOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if bound.as_ref().is_none_or(|(since, ..)| since.elapsed() > FRESH) {
        let token = ORG.bound_token();
        let proof = proof(&token);
        *bound = Some((Instant::now(), token, proof));
    }
    let (_, token, compact) = bound.as_ref().expect("just signed");
    let changed = change(script, compact);
    if changed == compact.as_bytes() {
        assert_eq!(ORG.call_status(token.expose(), proof(token).as_bytes()), Some(200));
        return true;
    }
    if let Some(status) = ORG.call_status(token.expose(), &changed) {
        // A header's value has no spaces around it.
        assert!(
            (400..500).contains(&status) || changed.trim_ascii() == compact.as_bytes(),
            "{status}"
        );
    }
    false
}

fn proof(token: &AccessToken) -> String {
    let proof =
        DpopProof::new("GET", &ORG.url("/api/v1/users"), SystemClock.now()).expect("a proof");
    let proof = proof.with_access_token(token.expose());
    let key = token.dpop_key().expect("a bound token");
    proof.sign(key).expect("a signature").expose_compact().to_owned()
}

/// The first byte says which part is changed: as it is written, or in what it encodes.
fn change(script: &[u8], compact: &str) -> Vec<u8> {
    let Some((which, script)) = script.split_first() else { return compact.into() };
    let mut parts: Vec<_> = compact.split('.').map(str::to_owned).collect();
    match parts.get_mut(usize::from(which % 4)) {
        None => edits::apply(script, compact.as_bytes()),
        Some(part) => {
            let inner = URL_SAFE_NO_PAD.decode(&*part).expect("base64url");
            *part = URL_SAFE_NO_PAD.encode(edits::apply(script, &inner));
            parts.join(".").into()
        }
    }
}

/// A JWT that somebody wants to see the inside of.
pub(crate) fn inspect(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_787_306_000);
    match jwt_sign::inspect(text, &Expectations { now, audience: None, client_id: None }) {
        Ok(_) => true,
        Err(error) => {
            assert_clean(&error.to_string());
            false
        }
    }
}
