//! Errors of getting tokens.

use jwt_sign::{AssertionError, ProofError};
use okta_token::{FailureKind, TokenError};

use super::SET_CLOCK;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::hint;

/// Okta ignores the proof of a client that need not send one.
const BIND: &str = "ask without --dpop always, or let the app bind its tokens: okta-m2m client update --dpop-bound true";

impl From<TokenError> for CliError {
    fn from(error: TokenError) -> Self {
        Self::from(&error)
    }
}

impl From<&TokenError> for CliError {
    fn from(error: &TokenError) -> Self {
        match error {
            TokenError::ClientRefused(server)
            | TokenError::RequestRefused(server)
            | TokenError::ServerFault(server) => server.clone().into(),
            TokenError::Http(error) => error.into(),
            TokenError::Sign(error) => error.into(),
            TokenError::DpopKey(_) => Self::of(Class::File, error),
            TokenError::Assertion(AssertionError::ClockOutOfRange)
            | TokenError::Proof(ProofError::ClockOutOfRange) => {
                Self::of(Class::File, error).with_hint(SET_CLOCK)
            }
            TokenError::Assertion(_) | TokenError::Proof(_) => Self::of(Class::Usage, error),
            TokenError::ClockWrong { server, .. } => {
                Self::of(Class::File, error).with_server(server.clone()).with_hint(SET_CLOCK)
            }
            TokenError::ForeignMetadata { .. } => {
                let hint = "is --org-url the URL that the org calls its own? a custom domain can be an issuer too";
                Self::of(Class::Server, error).with_hint(hint)
            }
            TokenError::NotBound => Self::of(Class::Server, error).with_hint(BIND),
            TokenError::LimitStands { retry_after, .. } => {
                let hint = hint::wait_or_allow(*retry_after, *retry_after);
                Self::of(Class::RateLimited, error).with_retry_after(*retry_after).with_hint(hint)
            }
            TokenError::FailedElsewhere { kind, retry_after, .. } => {
                Self::of(class_of_kind(*kind), error).with_retry_after(*retry_after)
            }
            TokenError::ScopesMissing { missing, .. } => {
                let hint = format!("okta-m2m grant add --scope \"{missing}\"");
                Self::of(Class::RequestRefused, error).with_hint(hint)
            }
            _ => Self::of(Class::Server, error),
        }
    }
}

fn class_of_kind(kind: FailureKind) -> Class {
    match kind {
        FailureKind::Client => Class::ClientRefused,
        FailureKind::Request => Class::RequestRefused,
        FailureKind::RateLimited => Class::RateLimited,
        FailureKind::Network | FailureKind::Untrusted => Class::Network,
        FailureKind::Local => Class::File,
        _ => Class::Server,
    }
}
