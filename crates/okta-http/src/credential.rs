//! What proves to the org who is calling: an API token or an OAuth access token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Secret;
use crate::request::encoded;

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
    /// A client's id and secret in base64, sent with the scheme `Basic` (RFC 7617 section 2).
    Basic(Secret),
}

impl ApiCredential {
    /// What a client with a secret authenticates with: `client_secret_basic`, of an id and a secret that are encoded as in
    /// a form before they are joined (RFC 6749 section 2.3.1).
    pub fn client_secret_basic(client_id: &str, client_secret: &Secret) -> Self {
        let pair = [&*encoded(client_id), ":", &*encoded(client_secret.expose())];
        let pair = Zeroizing::new(pair.concat());
        Self::Basic(Secret::new(STANDARD.encode(pair.as_bytes())))
    }

    /// The authentication scheme.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::ApiToken(_) => "SSWS",
            Self::Bearer(_) => "Bearer",
            Self::Dpop(_) => "DPoP",
            Self::Basic(_) => "Basic",
        }
    }

    /// The token itself, a secret.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::ApiToken(secret)
            | Self::Bearer(secret)
            | Self::Dpop(secret)
            | Self::Basic(secret) => secret,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(client_id: &str, client_secret: &str, expected: &str) {
        let secret = Secret::new(client_secret);
        let credential = ApiCredential::client_secret_basic(client_id, &secret);
        assert_eq!((credential.scheme(), credential.secret().expose()), ("Basic", expected));
    }

    #[test]
    fn rfc_6749_section_2_3_1() {
        check(
            "s6BhdRkqt3",
            "7Fjfp0ZBr1KtDRbnfVdmIw",
            "czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3",
        );
    }

    /// The expected value is that of `printf 'a%%3Ab:%%25%%20%%2B' | base64`.
    #[test]
    fn a_colon_in_an_id_does_not_end_it() {
        check("a:b", "% +", "YSUzQWI6JTI1JTIwJTJC");
    }
}
