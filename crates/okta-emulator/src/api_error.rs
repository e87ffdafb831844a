//! Errors of the management API: Okta's envelope with its `E…` codes.

use axum::http::StatusCode;
use serde_json::json;

use crate::random;
use crate::reply::Reply;

/// What the envelope is made of. `errorLink` repeats the code; `errorId` is drawn when sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, summary: impl Into<String>) -> Self {
        Self { status, code, summary: summary.into(), causes: Vec::new() }
    }

    /// The input was understood and breaks a rule; the reason is in the cause.
    pub(crate) fn invalid(what: &str, cause: impl Into<String>) -> Self {
        let summary = format!("Api validation failed: {what}");
        Self {
            causes: vec![cause.into()],
            ..Self::new(StatusCode::BAD_REQUEST, "E0000001", summary)
        }
    }

    pub(crate) fn malformed_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000003", "The request body was not well-formed.")
    }

    pub(crate) fn no_session() -> Self {
        Self::new(StatusCode::FORBIDDEN, "E0000005", "Invalid session")
    }

    pub(crate) fn no_permission() -> Self {
        let summary = "You do not have permission to perform the requested action";
        Self::new(StatusCode::FORBIDDEN, "E0000006", summary)
    }

    /// `kind` is Okta's name for the resource, such as `AppInstance`.
    pub(crate) fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(StatusCode::NOT_FOUND, "E0000007", summary)
    }

    pub(crate) fn unknown_path() -> Self {
        let summary = "The requested path was not found";
        Self::new(StatusCode::NOT_FOUND, "E0000008", summary)
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E0000009", "Internal Server Error")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided")
    }

    pub(crate) fn content_type_unsupported() -> Self {
        let summary =
            "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
        Self::new(StatusCode::BAD_REQUEST, "E0000019", summary)
    }

    pub(crate) fn content_type_missing() -> Self {
        let summary = "Bad request. Accept and/or Content-Type headers are likely not set.";
        Self::new(StatusCode::BAD_REQUEST, "E0000021", summary)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary)
    }

    pub(crate) fn delete_forbidden() -> Self {
        let summary = "Delete application forbidden.";
        Self::new(StatusCode::FORBIDDEN, "E0000056", summary)
    }

    /// Okta has the feature, the emulator does not.
    pub(crate) fn unsupported() -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "E0000060", "Unsupported operation.")
    }

    pub(crate) fn custom_role_already_assigned() -> Self {
        let summary = "The role specified is already assigned to the user.";
        Self::new(StatusCode::CONFLICT, "E0000090", summary)
    }

    pub(crate) fn conflict(summary: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "E0000195", summary)
    }

    pub(crate) fn role_needs_service_app() -> Self {
        let summary = "Roles can only be assigned to service apps.";
        Self::new(StatusCode::BAD_REQUEST, "E0000227", summary)
    }

    pub(crate) fn standard_role_already_assigned() -> Self {
        let summary = "The standard role is already assigned to this client.";
        Self::new(StatusCode::CONFLICT, "E0000263", summary)
    }

    /// A body over the limit, or one whose length was not announced: HTTP's own statuses.
    pub(crate) fn unreadable_body(status: StatusCode) -> Self {
        Self { status, ..Self::malformed_body() }
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        let causes: Vec<_> =
            error.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let body = json!({
            "errorCode": error.code,
            "errorSummary": error.summary,
            "errorLink": error.code,
            "errorId": random::id("oae"),
            "errorCauses": causes,
        });
        Self::json(error.status, &body)
    }
}
