//! Errors of the OAuth endpoints: `error` and `error_description` (RFC 6749 section 5.2).

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::json;

use crate::reply::Reply;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OAuthError {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    pub(crate) description: Cow<'static, str>,
}

impl OAuthError {
    pub(crate) fn new(
        status: StatusCode,
        error: &'static str,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, error, description: description.into() }
    }

    /// 400 with any code.
    pub(crate) fn bad(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad("invalid_request", description)
    }

    /// 401: Okta answers every failure of client authentication so.
    pub(crate) fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }
}

impl From<OAuthError> for Reply {
    fn from(error: OAuthError) -> Self {
        let body = json!({ "error": error.error, "error_description": error.description });
        Self::json(error.status, &body).not_stored()
    }
}
