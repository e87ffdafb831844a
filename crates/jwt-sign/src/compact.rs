//! JWS Compact Serialization (RFC 7515 section 7.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwk_gen::{Algorithm, KeyId};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::signer::{SignError, Signer};

/// The JOSE header; its members are written in this order.
#[derive(Serialize)]
struct JoseHeader<'a> {
    alg: Algorithm,
    kid: &'a KeyId,
    typ: &'static str,
}

/// A signed JWT in compact form: whoever has it can use it until it expires.
#[derive(Clone)]
pub struct SignedJwt(Zeroizing<String>);

impl SignedJwt {
    /// Signs the claims; `alg` and `kid` come from the signer.
    pub(crate) fn sign(claims: &impl Serialize, signer: &dyn Signer) -> Result<Self, SignError> {
        let header = JoseHeader { alg: signer.algorithm(), kid: signer.key_id(), typ: "JWT" };
        Self::sign_with_header(&header, claims, signer)
    }

    /// Signs the claims under a header that names the signer's algorithm.
    pub(crate) fn sign_with_header(
        header: &impl Serialize,
        claims: &impl Serialize,
        signer: &dyn Signer,
    ) -> Result<Self, SignError> {
        let mut compact = Zeroizing::new(String::with_capacity(2048));
        push_json(&mut compact, header)?;
        compact.push('.');
        push_json(&mut compact, claims)?;
        let signature = signer.sign(compact.as_bytes())?;
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_bytes(), &mut compact);
        Ok(Self(compact))
    }

    /// The compact form, for the request that uses it.
    pub fn expose_compact(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignedJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedJwt([redacted])")
    }
}

fn push_json(compact: &mut String, part: &impl Serialize) -> Result<(), SignError> {
    let json = serde_json::to_vec(part).map_err(SignError::Unserializable)?;
    URL_SAFE_NO_PAD.encode_string(json, compact);
    Ok(())
}
