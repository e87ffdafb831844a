//! One HTTP answer of the org: plain data, not yet on the wire.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::empty(status).with_body("application/json", body.to_string().into_bytes())
    }

    pub(crate) fn with_body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.body = body;
        self.with_header(CONTENT_TYPE, content_type)
    }

    /// Adds a header; a value that HTTP cannot carry is left out.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Forbids caching, as every answer with a token must (RFC 6749 section 5.1).
    pub(crate) fn not_stored(self) -> Self {
        self.with_header(CACHE_CONTROL, "no-cache, no-store").with_header(PRAGMA, "no-cache")
    }
}
