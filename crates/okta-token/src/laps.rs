//! What a refused token request teaches, and whether it is worth another lap.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use okta_http::{Authorizer, HttpClient, HttpError, Request, Response, ServerError};

use crate::dpop::{Dpop, DpopMode};

/// How often a server may ask for another nonce (RFC 9449 section 8). Who asks again does not mean it.
const NONCE_LAPS: u32 = 2;

/// Okta's words for an assertion or a proof whose time is wrong.
const TIME_REFUSALS: [&str; 5] = [
    "is expired",
    "too far into the future",
    "issued before the current time",
    "issued in the future",
    "minutes in the past",
];

/// Who is told of a rate limit as soon as it is met.
pub(crate) trait RateLimits: fmt::Debug + Send + Sync {
    /// The server said `server` and wants to be left alone for `wait`.
    fn met(&self, wait: Duration, server: &ServerError);
}

/// The laps of one token request: a proof because the server demands one, a nonce for it, and the
/// server's time. Each is a protocol step and no retry; the request is built anew for all of them.
#[derive(Debug)]
pub(crate) struct Laps {
    dpop: Arc<Dpop>,
    http: HttpClient,
    limits: Option<Arc<dyn RateLimits>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The clock offset that the last assertion was made with.
    offset: i64,
    demands: u32,
    nonces: u32,
    corrections: u32,
}

impl Laps {
    pub(crate) fn new(dpop: Arc<Dpop>, http: HttpClient) -> Self {
        Self { dpop, http, limits: None, state: Mutex::default() }
    }

    pub(crate) fn telling(self, limits: Option<Arc<dyn RateLimits>>) -> Self {
        Self { limits, ..self }
    }

    fn is_worth_another(&self, request: &Request, server: &ServerError, has_nonce: bool) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let had_proof = request.headers().any(|(name, _)| name.eq_ignore_ascii_case("dpop"));
        let is_for_dpop = self.dpop.mode() != DpopMode::Never;
        match server.oauth_error() {
            Some("invalid_dpop_proof") if is_for_dpop && !had_proof => {
                state.demands += 1;
                self.dpop.demand();
                state.demands == 1
            }
            Some("use_dpop_nonce") if is_for_dpop && has_nonce => {
                state.nonces += 1;
                self.dpop.demand();
                state.nonces <= NONCE_LAPS
            }
            Some("invalid_client" | "invalid_dpop_proof") if is_about_time(server) => {
                let learnt = self.http.clock_offset().unwrap_or_default();
                state.corrections += 1;
                learnt != state.offset && state.corrections == 1
            }
            _ => false,
        }
    }
}

impl Authorizer for Laps {
    /// Takes note of the time that the request was made by; its credential is in the form already.
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        let offset = self.http.clock_offset().unwrap_or_default();
        self.state.lock().unwrap_or_else(PoisonError::into_inner).offset = offset;
        Ok(request)
    }

    fn has_remedy(&self, request: &Request, response: &Response, _: u32) -> bool {
        let has_nonce = self.dpop.learn_nonce(response);
        let is_refusal = (400..500).contains(&response.status) && response.status != 429;
        is_refusal
            && self.is_worth_another(request, &ServerError::from_response(response), has_nonce)
    }

    fn note_rate_limit(&self, wait: Duration, response: &Response) {
        if let Some(limits) = &self.limits {
            limits.met(wait, &ServerError::from_response(response));
        }
    }
}

/// Whether the server refused an assertion or a proof because of its times (Okta's list of OAuth errors).
pub(crate) fn is_about_time(server: &ServerError) -> bool {
    server
        .description()
        .is_some_and(|words| TIME_REFUSALS.iter().any(|refusal| words.contains(refusal)))
}
