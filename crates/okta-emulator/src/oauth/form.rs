//! Form bodies of the OAuth endpoints (RFC 6749 section 3.2, appendix B).

use super::error::OAuthError;
use crate::call::Call;

const CREDENTIALS: [&str; 4] =
    ["client_assertion", "client_assertion_type", "client_id", "client_secret"];

/// The parameters of a request, each at most once.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(call: &Call) -> Result<Self, OAuthError> {
        let in_query = call.query_pairs();
        if in_query.iter().any(|(name, _)| CREDENTIALS.contains(&name.as_str())) {
            let description = "Client credentials cannot be supplied via query parameters. \
                Use the request body or the Authorization header.";
            return Err(OAuthError::invalid_request(description));
        }
        let fields = call.form();
        let repeats = fields
            .iter()
            .enumerate()
            .any(|(at, (name, _))| fields[..at].iter().any(|(earlier, _)| earlier == name));
        if repeats {
            let description = "The request contained multiple parameters with the same name.";
            return Err(OAuthError::invalid_request(description));
        }
        Ok(Self(fields))
    }

    /// A parameter; an empty one counts as omitted (RFC 6749 section 3.1).
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(field, _)| field == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.value(name).ok_or_else(|| {
            OAuthError::invalid_request(format!("The required parameter '{name}' is missing."))
        })
    }
}
