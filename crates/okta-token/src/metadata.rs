//! What an authorization server says about itself (RFC 8414).

use okta_http::{HttpClient, Method, Request, TokenEndpoint};
use serde::Deserialize;

use crate::error::TokenError;
use crate::response;

/// In bytes; Okta's have about 5 KiB.
const LONGEST: u64 = 64 * 1024;

/// The metadata of an authorization server, once they are known to be its own.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerMetadata {
    issuer: String,
    token_endpoint: String,
    introspection_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    dpop_signing_alg_values_supported: Vec<String>,
}

impl ServerMetadata {
    /// Gets the metadata of the server that `endpoint` belongs to.
    ///
    /// Okta's endpoints are known beforehand, so the metadata are no source of addresses but evidence:
    /// a server with another issuer (RFC 8414 section 3.3) or other endpoints is not the one that is
    /// meant, and gets no assertion.
    ///
    /// # Errors
    ///
    /// [`TokenError::ForeignMetadata`] if they are those of another server, and what a token request
    /// fails for.
    pub fn fetch(http: &HttpClient, endpoint: &TokenEndpoint) -> Result<Self, TokenError> {
        let url = format!("{}/.well-known/oauth-authorization-server", endpoint.issuer());
        let request = || -> Result<Request, TokenError> {
            Ok(Request::new(Method::Get, url.as_str()).with_body_limit(LONGEST))
        };
        let answer = http.send(request)?.into_success().map_err(response::refused)?;
        let metadata: Self = answer.json()?;
        match metadata.difference(endpoint) {
            Some(member) => Err(TokenError::ForeignMetadata { member }),
            None => Ok(metadata),
        }
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The scopes that the server tells of; it may have more.
    pub fn scopes_supported(&self) -> &[String] {
        &self.scopes_supported
    }

    /// The ways in which clients may authenticate.
    pub fn token_endpoint_auth_methods_supported(&self) -> &[String] {
        &self.token_endpoint_auth_methods_supported
    }

    /// The algorithms of DPoP proofs (RFC 9449 section 5.1); none if the server knows no DPoP.
    pub fn dpop_signing_alg_values_supported(&self) -> &[String] {
        &self.dpop_signing_alg_values_supported
    }

    /// The first member that is another server's.
    fn difference(&self, endpoint: &TokenEndpoint) -> Option<&'static str> {
        let differs =
            |member: &Option<String>, own: String| member.as_ref().is_some_and(|it| *it != own);
        if self.issuer != endpoint.issuer() {
            Some("issuer")
        } else if self.token_endpoint != endpoint.as_str() {
            Some("token_endpoint")
        } else if differs(&self.introspection_endpoint, endpoint.introspection_url()) {
            Some("introspection_endpoint")
        } else if differs(&self.revocation_endpoint, endpoint.revocation_url()) {
            Some("revocation_endpoint")
        } else {
            None
        }
    }
}
