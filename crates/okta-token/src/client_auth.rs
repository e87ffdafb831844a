//! How a client proves at the token endpoint who it is (RFC 6749 section 2.3).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_sign::{ClientAssertion, ClientId, Signer, Thumbprint};
use okta_http::{ApiCredential, Method, Replay, Request, Secret};
use sha2::{Digest, Sha256};

use crate::error::TokenError;

/// What a client authenticates with.
#[derive(Clone, Debug)]
pub(crate) enum ClientAuth {
    /// `private_key_jwt` (RFC 7523 section 2.2).
    PrivateKey(Arc<dyn Signer>),
    /// `client_secret_basic` (RFC 6749 section 2.3.1).
    Secret(Secret),
}

const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server that takes longer is tried again.
const ONE_TRY: Duration = Duration::from_secs(10);

/// In bytes; an access token has 16 KiB at most.
const LONGEST_ANSWER: u64 = 64 * 1024;

impl ClientAuth {
    /// A form for `url` that says who sends it. An assertion is made for this request alone.
    ///
    /// The request may be repeated, because each repetition is built anew and a token that nobody
    /// received costs nothing.
    pub(crate) fn request(
        &self,
        client_id: &ClientId,
        url: &str,
        form: &[(&str, &str)],
        now: SystemTime,
    ) -> Result<Request, TokenError> {
        let request = Request::new(Method::Post, url);
        let request = match self {
            Self::PrivateKey(signer) => {
                let assertion = ClientAssertion::new(client_id, url, now)?;
                let assertion = assertion.sign(signer.as_ref())?;
                let proof = [
                    ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                    ("client_assertion", assertion.expose_compact()),
                ];
                request.with_form(&[form, &proof].concat())
            }
            Self::Secret(secret) => {
                let credential = ApiCredential::client_secret_basic(client_id.as_str(), secret);
                request.with_form(form).with_credential(credential).hiding(secret.clone())
            }
        };
        Ok(request.with_replay(Replay::Safe).within(ONE_TRY).with_body_limit(LONGEST_ANSWER))
    }

    /// The key that signs, if one does.
    pub(crate) fn thumbprint(&self) -> Option<&Thumbprint> {
        match self {
            Self::PrivateKey(signer) => Some(signer.thumbprint()),
            Self::Secret(_) => None,
        }
    }

    /// What makes it another than the rest, for keys of caches.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        match self {
            Self::PrivateKey(signer) => signer.thumbprint().as_str().into(),
            Self::Secret(secret) => {
                [&b"secret "[..], Sha256::digest(secret.expose()).as_slice()].concat()
            }
        }
    }
}
