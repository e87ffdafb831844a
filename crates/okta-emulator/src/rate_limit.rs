//! The rate-limit headers that every answer of Okta has. Nothing is ever limited here; a test
//! that wants a 429 arms a fault.

use std::collections::BTreeMap;

use axum::http::HeaderName;

use crate::reply::Reply;
use crate::timestamp::Timestamp;

const LIMIT: u32 = 600;
const WINDOW_SECONDS: i64 = 60;

/// Requests counted by bucket; a window starts with the first request.
#[derive(Debug, Default)]
pub(crate) struct RateWindows(BTreeMap<String, Window>);

#[derive(Debug)]
struct Window {
    reset: i64,
    used: u32,
}

impl RateWindows {
    /// Counts a request and adds the headers, unless the answer has its own.
    pub(crate) fn stamp(&mut self, path: &str, now: Timestamp, reply: Reply) -> Reply {
        let now = now.seconds();
        self.0.retain(|_, window| now < window.reset);
        let bucket: Vec<&str> = path.split('/').take(4).collect();
        let fresh = || Window { reset: now + WINDOW_SECONDS, used: 0 };
        let window = self.0.entry(bucket.join("/")).or_insert_with(fresh);
        window.used = window.used.saturating_add(1);
        if reply.headers.iter().any(|(name, _)| name == "x-rate-limit-limit") {
            return reply;
        }
        let remaining = LIMIT.saturating_sub(window.used);
        reply
            .with_header(HeaderName::from_static("x-rate-limit-limit"), &LIMIT.to_string())
            .with_header(HeaderName::from_static("x-rate-limit-remaining"), &remaining.to_string())
            .with_header(HeaderName::from_static("x-rate-limit-reset"), &window.reset.to_string())
    }
}
