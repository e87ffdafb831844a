//! How a client proves at the token endpoint who it is (RFC 6749 section 2.3).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_sign::{ClientAssertion, ClientId, Signer, SignerSource, Thumbprint};
use okta_http::{ApiCredential, Method, Replay, Request, Secret};
use sha2::{Digest, Sha256};

use crate::error::TokenError;

/// What a client authenticates with.
#[derive(Clone, Debug)]
pub(crate) enum ClientAuth {
    /// `private_key_jwt` (RFC 7523 section 2.2).
    PrivateKey(Arc<dyn SignerSource>),
    /// `client_secret_basic` (RFC 6749 section 2.3.1).
    Secret(Secret),
}

/// What one request is authenticated with.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Key(Arc<dyn Signer>),
    Secret(Secret),
}

const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server that takes longer is tried again.
const ONE_TRY: Duration = Duration::from_secs(10);

/// In bytes; an access token has 16 KiB at most.
const LONGEST_ANSWER: u64 = 64 * 1024;

impl ClientAuth {
    /// The credential of now.
    pub(crate) fn credential(&self) -> Result<Credential, TokenError> {
        Ok(match self {
            Self::PrivateKey(signers) => Credential::Key(signers.signer()?),
            Self::Secret(secret) => Credential::Secret(secret.clone()),
        })
    }

    /// The credential of before, while it may still be the one that the server knows.
    pub(crate) fn previous(&self) -> Option<Credential> {
        match self {
            Self::PrivateKey(signers) => signers.previous().map(Credential::Key),
            Self::Secret(_) => None,
        }
    }

    /// The key that signs, if one does.
    pub(crate) fn thumbprint(&self) -> Option<Thumbprint> {
        match self {
            Self::PrivateKey(signers) => Some(signers.thumbprint()),
            Self::Secret(_) => None,
        }
    }

    /// What makes it another than the rest, for keys of caches.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        match self {
            Self::PrivateKey(signers) => signers.thumbprint().as_str().into(),
            Self::Secret(secret) => {
                [&b"secret "[..], Sha256::digest(secret.expose()).as_slice()].concat()
            }
        }
    }
}

impl Credential {
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
            Self::Key(signer) => {
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
}
