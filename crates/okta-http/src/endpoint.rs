//! Authorization servers of an org and their token endpoints.

use std::fmt;
use std::str::FromStr;

use crate::OrgUrl;

/// Which authorization server of the org issues the token.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AuthServer {
    /// The org authorization server, the only one that issues `okta.*` scopes.
    #[default]
    Org,
    /// A custom authorization server, such as `default`.
    Custom(AuthServerId),
}

impl FromStr for AuthServer {
    type Err = InvalidAuthServer;

    /// Reads `org`, or the id of a custom authorization server.
    fn from_str(text: &str) -> Result<Self, InvalidAuthServer> {
        if text == "org" { Ok(Self::Org) } else { AuthServerId::new(text).map(Self::Custom) }
    }
}

impl fmt::Display for AuthServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org => f.write_str("org"),
            Self::Custom(id) => f.write_str(id.as_str()),
        }
    }
}

/// The id of a custom authorization server, safe to put into a path.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AuthServerId(String);

impl AuthServerId {
    /// Checks an id: 1 to 100 ASCII letters, digits, `-` and `_`.
    ///
    /// # Errors
    ///
    /// [`InvalidAuthServer`] for anything else, and for `v1`, which is a part of the org authorization server's path.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidAuthServer> {
        let text = text.into();
        let is_id = (1..=100).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && text != "v1";
        if is_id { Ok(Self(text)) } else { Err(InvalidAuthServer) }
    }

    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no id of an authorization server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the authorization server is neither `org` nor an id of letters, digits, `-` and `_`")]
pub struct InvalidAuthServer;

/// The token endpoint, from which both the URL of a token request and the `aud` of its assertion are taken.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TokenEndpoint {
    issuer: String,
    url: String,
}

impl TokenEndpoint {
    /// The token endpoint of one authorization server.
    pub fn new(org: &OrgUrl, server: &AuthServer) -> Self {
        let (issuer, base) = match server {
            AuthServer::Org => (org.as_str().to_owned(), org.url("/oauth2")),
            AuthServer::Custom(id) => {
                let issuer = org.url(&format!("/oauth2/{}", id.as_str()));
                (issuer.clone(), issuer)
            }
        };
        Self { issuer, url: format!("{base}/v1/token") }
    }

    /// The absolute URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The introspection endpoint of the same server (RFC 7662 section 2).
    pub fn introspection_url(&self) -> String {
        self.beside("introspect")
    }

    /// The revocation endpoint of the same server (RFC 7009 section 2).
    pub fn revocation_url(&self) -> String {
        self.beside("revoke")
    }

    fn beside(&self, name: &str) -> String {
        let base = self.url.strip_suffix("token").unwrap_or(&self.url);
        format!("{base}{name}")
    }

    /// The issuer identifier of the authorization server (RFC 8414 section 2).
    pub fn issuer(&self) -> String {
        self.issuer.clone()
    }
}

impl fmt::Display for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(server: &str, issuer: &str, url: &str) {
        let org = OrgUrl::parse("https://acme.okta.com/").unwrap();
        let server: AuthServer = server.parse().unwrap();
        let endpoint = TokenEndpoint::new(&org, &server);
        assert_eq!((endpoint.issuer().as_str(), endpoint.as_str()), (issuer, url));
        let stem = url.strip_suffix("token").unwrap();
        assert_eq!(endpoint.introspection_url(), format!("{stem}introspect"));
        assert_eq!(endpoint.revocation_url(), format!("{stem}revoke"));
        assert_eq!(server.to_string().parse(), Ok(server));
    }

    #[test]
    fn endpoints_of_both_kinds() {
        check("org", "https://acme.okta.com", "https://acme.okta.com/oauth2/v1/token");
        check(
            "default",
            "https://acme.okta.com/oauth2/default",
            "https://acme.okta.com/oauth2/default/v1/token",
        );
        check(
            "aus9o8wzkhckw9TLa0h7",
            "https://acme.okta.com/oauth2/aus9o8wzkhckw9TLa0h7",
            "https://acme.okta.com/oauth2/aus9o8wzkhckw9TLa0h7/v1/token",
        );
    }

    #[test]
    fn ids_that_would_change_the_path_are_refused() {
        for text in ["", "v1", "a/b", "..", "a?b", "a%2fb", "ü", &"x".repeat(101)] {
            assert_eq!(text.parse::<AuthServer>(), Err(InvalidAuthServer), "{text:?}");
        }
    }
}
