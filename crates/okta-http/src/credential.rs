//! What proves to the org who is calling: an API token or an OAuth access token.

use crate::Secret;

/// A credential for Okta's management API.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ApiCredential {
    /// An Okta API token, sent with the scheme `SSWS`.
    ApiToken(Secret),
    /// An OAuth access token, sent with the scheme `Bearer` (RFC 6750 section 2.1).
    Bearer(Secret),
    /// A DPoP-bound access token, sent with the scheme `DPoP` beside a proof (RFC 9449 section 7.1).
    Dpop(Secret),
}

impl ApiCredential {
    /// The authentication scheme.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::ApiToken(_) => "SSWS",
            Self::Bearer(_) => "Bearer",
            Self::Dpop(_) => "DPoP",
        }
    }

    /// The token itself, a secret.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::ApiToken(secret) | Self::Bearer(secret) | Self::Dpop(secret) => secret,
        }
    }
}
