//! Answers that say no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A status and its reason, for people.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    reason: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason)
    }

    pub(crate) fn response(&self) -> Response {
        (self.status, Json(json!({"error": self.reason}))).into_response()
    }
}
