//! What was sent to the org, for tests to look at.

use std::collections::VecDeque;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Serialize;

use crate::call::Call;

/// Older entries make room, so that a server that runs for days does not grow without end.
const MOST_ENTRIES: usize = 10_000;
const CREDENTIAL_HEADERS: [HeaderName; 3] =
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// One request and the status that it got.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// What came after `?`, as sent.
    pub query: Option<String>,
    /// The status of the answer, also of one that a fault kept back.
    pub status: u16,
    /// All headers in order; of a credential only its scheme is kept.
    pub headers: Vec<(String, String)>,
    /// The whole body; client assertions are kept, since tests compare their `jti`.
    pub body: String,
}

impl LoggedRequest {
    fn new(call: &Call, status: StatusCode) -> Self {
        Self {
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            status: status.as_u16(),
            headers: redacted(&call.headers),
            body: String::from_utf8_lossy(&call.body).into_owned(),
        }
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(VecDeque<LoggedRequest>);

impl RequestLog {
    pub(crate) fn note(&mut self, call: &Call, status: StatusCode) {
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back(LoggedRequest::new(call, status));
    }

    pub(crate) fn entries(&self) -> Vec<LoggedRequest> {
        self.0.iter().cloned().collect()
    }
}

fn redacted(headers: &HeaderMap) -> Vec<(String, String)> {
    let entry = |(name, value): (&HeaderName, &header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if !CREDENTIAL_HEADERS.contains(name) {
            return (name.to_string(), value);
        }
        let scheme = match value.split_once(' ') {
            Some((scheme, _)) if *name != header::COOKIE => format!("{scheme} "),
            _ => String::new(),
        };
        (name.to_string(), format!("{scheme}[redacted]"))
    };
    headers.iter().map(entry).collect()
}
