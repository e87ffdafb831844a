//! Which check a refused token request belongs to.

use okta_http::ServerError;
use okta_token::TokenError;

/// The checks in the order in which an authorization server makes up its mind: what it refused for
/// one of them had passed those before.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Blame {
    Clock,
    AuthServer,
    OrgUrl,
    Client,
    Key,
    Dpop,
    Scopes,
}

impl Blame {
    /// The name of the check.
    pub(super) const fn check(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::AuthServer => "auth_server",
            Self::OrgUrl => "org_url",
            Self::Client => "client",
            Self::Key => "key",
            Self::Dpop => "dpop",
            Self::Scopes => "scopes",
        }
    }

    /// What the failure is about; nothing if it says nothing about the set-up.
    pub(super) fn of(error: &TokenError) -> Option<Self> {
        match error {
            TokenError::ClockWrong { .. } => Some(Self::Clock),
            TokenError::ScopesMissing { .. } => Some(Self::Scopes),
            TokenError::NotBound => Some(Self::Dpop),
            TokenError::ClientRefused(server) | TokenError::RequestRefused(server) => {
                of_server(server)
            }
            _ => None,
        }
    }
}

/// Fragments of Okta's catalogue of OAuth errors, the most special ones first.
const BY_DESCRIPTION: &[(&str, Blame)] = &[
    ("token is expired", Blame::Clock),
    ("too far into the future", Blame::Clock),
    ("issued before the current time", Blame::Clock),
    ("authorization server id is invalid", Blame::AuthServer),
    ("custom authorization server", Blame::AuthServer),
    ("Policy evaluation failed", Blame::AuthServer),
    ("audience claim", Blame::OrgUrl),
    ("JWKSet", Blame::Key),
    ("kid is invalid", Blame::Key),
    ("signature is invalid", Blame::Key),
    ("signature algorithm is invalid", Blame::Key),
    ("signing key", Blame::Key),
    ("invalid 'use'", Blame::Key),
    ("unique kid", Blame::Key),
    ("'jku'", Blame::Key),
    ("issuer claim", Blame::Client),
    ("subject claim", Blame::Client),
    ("'client_id'", Blame::Client),
    ("Client authentication failed", Blame::Client),
    ("private_key_jwt", Blame::Client),
    ("'application_type'", Blame::Client),
    ("grant type", Blame::Client),
    ("network zones", Blame::Client),
];

fn of_server(server: &ServerError) -> Option<Blame> {
    let words = server.description().unwrap_or_default();
    let by_description = BY_DESCRIPTION.iter().find(|(fragment, _)| words.contains(fragment));
    let by_error = || match server.oauth_error()? {
        "invalid_dpop_proof" | "use_dpop_nonce" => Some(Blame::Dpop),
        "invalid_scope" | "consent_required" | "client_credentials_self_scope_requested" => {
            Some(Blame::Scopes)
        }
        "access_denied" => Some(Blame::Scopes),
        "invalid_client" => Some(Blame::Client),
        _ => None,
    };
    by_description.map(|(_, blame)| *blame).or_else(by_error)
}

#[cfg(test)]
mod tests {
    use okta_http::Response;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(error: &str, description: &str, expected: Option<&str>) {
        let body = json!({"error": error, "error_description": description}).to_string();
        let response = Response::new(401, Vec::new(), body.into_bytes());
        let refused = TokenError::ClientRefused(ServerError::from_response(&response));
        assert_eq!(Blame::of(&refused).map(Blame::check), expected, "{description}");
    }

    #[test]
    fn what_okta_says_is_about_one_check() {
        let client = "invalid_client";
        check(
            client,
            "The issuer claim for client_assertion is not a valid client_id.",
            Some("client"),
        );
        check(client, "The client_assertion JWT kid is invalid.", Some("key"));
        check(client, "The client does not have a JWKSet configured.", Some("key"));
        check(client, "The client must use the private_key_jwt method.", Some("client"));
        check(client, "The client_assertion token is expired.", Some("clock"));
        check(client, "The audience claim must be the endpoint invoked.", Some("org_url"));
        check("invalid_request", "The authorization server id is invalid.", Some("auth_server"));
        check(
            "consent_required",
            "You are not allowed any of the requested scopes.",
            Some("scopes"),
        );
        check("invalid_dpop_proof", "The DPoP proof JWT header is missing.", Some("dpop"));
        check(client, "Words that Okta will think of next year.", Some("client"));
        check("server_error", "Oops.", None);
    }

    #[test]
    fn the_order_is_that_of_an_authorization_server() {
        assert!(Blame::OrgUrl < Blame::Client && Blame::Client < Blame::Key);
        assert!(Blame::Key < Blame::Dpop && Blame::Dpop < Blame::Scopes);
    }
}
