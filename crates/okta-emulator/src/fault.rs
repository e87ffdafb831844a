//! Faults that a test arms in advance, so that a client's reaction can be seen.

use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::random;
use crate::reply::Reply;
use crate::timestamp::Timestamp;

/// Something to go wrong with the next requests to a path.
///
/// Faults are tried in the order in which they were armed; each counts down with every request
/// that it meets and is gone at zero, so a run of requests always sees the same faults.
///
/// ```
/// use okta_emulator::Fault;
///
/// let maintenance = Fault::answer("/oauth2/v1/token", 503)
///     .with_body("text/html", "<html>Back soon</html>")
///     .times(2);
/// let unlucky = Fault::lost_response("/oauth2/v1/clients").for_method("POST");
/// # let _ = (maintenance, unlucky);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    method: Option<String>,
    path_prefix: String,
    times: u32,
    effect: Effect,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Effect {
    Answer { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    RateLimited { reset_in: Duration },
    Cut { after_bytes: usize },
    Silence,
}

/// What the server is to do instead of its work, or after it.
#[derive(Debug)]
pub(crate) enum Disturbance {
    /// Send this. The request has no other effect.
    Answer(Reply),
    /// Do the work, then break off after so many bytes of the answer.
    Cut(usize),
    /// Do the work and never answer.
    Silence,
}

impl Fault {
    /// Answers with this status instead of doing what was asked.
    ///
    /// A status or header that HTTP does not have is answered as 500.
    #[must_use]
    pub fn answer(path_prefix: impl Into<String>, status: u16) -> Self {
        Self::new(path_prefix, Effect::Answer { status, headers: Vec::new(), body: Vec::new() })
    }

    /// Answers 429 with error `E0000047` and the three `X-Rate-Limit` headers; the limit is
    /// lifted `reset_in` (whole seconds) after the answer by the org's clock.
    #[must_use]
    pub fn rate_limited(path_prefix: impl Into<String>, reset_in: Duration) -> Self {
        Self::new(path_prefix, Effect::RateLimited { reset_in })
    }

    /// Does what was asked, then closes the connection without an answer.
    #[must_use]
    pub fn lost_response(path_prefix: impl Into<String>) -> Self {
        Self::cut_response(path_prefix, 0)
    }

    /// Does what was asked, then closes the connection after this many bytes of the answer,
    /// headers included.
    #[must_use]
    pub fn cut_response(path_prefix: impl Into<String>, after_bytes: usize) -> Self {
        Self::new(path_prefix, Effect::Cut { after_bytes })
    }

    /// Does what was asked and never answers, for as long as the client waits.
    #[must_use]
    pub fn silence(path_prefix: impl Into<String>) -> Self {
        Self::new(path_prefix, Effect::Silence)
    }

    /// Meets only requests with this method.
    #[must_use]
    pub fn for_method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Meets this many requests instead of one.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Adds a header to a fault made by [`Fault::answer`]; others have no headers of their own.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Effect::Answer { headers, .. } = &mut self.effect {
            headers.push((name.into(), value.into()));
        }
        self
    }

    /// Sets the body of a fault made by [`Fault::answer`]; others have none of their own.
    #[must_use]
    pub fn with_body(self, content_type: &str, content: impl Into<Vec<u8>>) -> Self {
        let mut fault = self.with_header(CONTENT_TYPE.as_str(), content_type);
        if let Effect::Answer { body, .. } = &mut fault.effect {
            *body = content.into();
        }
        fault
    }

    fn new(path_prefix: impl Into<String>, effect: Effect) -> Self {
        Self { method: None, path_prefix: path_prefix.into(), times: 1, effect }
    }

    fn meets(&self, method: &Method, path: &str) -> bool {
        self.times > 0
            && path.starts_with(&self.path_prefix)
            && self.method.as_ref().is_none_or(|it| it.eq_ignore_ascii_case(method.as_str()))
    }

    fn disturbance(&self, now: Timestamp) -> Disturbance {
        match &self.effect {
            Effect::Answer { status, headers, body } => {
                let reply = answer(*status, headers, body);
                Disturbance::Answer(
                    reply.unwrap_or_else(|| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)),
                )
            }
            Effect::RateLimited { reset_in } => Disturbance::Answer(rate_limited(*reset_in, now)),
            Effect::Cut { after_bytes } => Disturbance::Cut(*after_bytes),
            Effect::Silence => Disturbance::Silence,
        }
    }
}

/// The faults that are still armed.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan(Vec<Fault>);

impl FaultPlan {
    pub(crate) fn arm(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn armed(&self) -> Vec<Fault> {
        self.0.clone()
    }

    /// The first fault that this request meets, counted down.
    pub(crate) fn meet(
        &mut self,
        method: &Method,
        path: &str,
        now: Timestamp,
    ) -> Option<Disturbance> {
        let fault = self.0.iter_mut().find(|fault| fault.meets(method, path))?;
        fault.times -= 1;
        let disturbance = fault.disturbance(now);
        self.0.retain(|fault| fault.times > 0);
        Some(disturbance)
    }
}

fn answer(status: u16, headers: &[(String, String)], body: &[u8]) -> Option<Reply> {
    let mut reply = Reply::empty(StatusCode::from_u16(status).ok()?);
    reply.body = body.to_vec();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        reply.headers.push((name, HeaderValue::from_str(value).ok()?));
    }
    Some(reply)
}

fn rate_limited(reset_in: Duration, now: Timestamp) -> Reply {
    let reset = now.seconds().saturating_add_unsigned(reset_in.as_secs());
    let body = json!({
        "errorCode": "E0000047",
        "errorSummary": "API call exceeded rate limit due to too many requests.",
        "errorLink": "E0000047",
        "errorId": random::id("oae"),
        "errorCauses": [],
    });
    Reply::json(StatusCode::TOO_MANY_REQUESTS, &body)
        .with_header(HeaderName::from_static("x-rate-limit-limit"), "600")
        .with_header(HeaderName::from_static("x-rate-limit-remaining"), "0")
        .with_header(HeaderName::from_static("x-rate-limit-reset"), &reset.to_string())
}
