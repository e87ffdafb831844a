//! What the org's answers say about its rate limits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use okta_http::{HttpError, Request, Response, Transport};

/// The newest headers of one path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Headroom {
    /// Calls that one window has, `X-Rate-Limit-Limit`.
    pub(super) limit: u64,
    /// Calls that are left of them.
    pub(super) remaining: u64,
    /// When the window ends, in seconds since 1970 by the org's clock.
    pub(super) reset: u64,
}

/// What was learnt, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    headroom: BTreeMap<String, Headroom>,
    /// How often a path answered 429.
    refused: BTreeMap<String, u32>,
}

impl Traffic {
    /// The newest headers, by path.
    pub(super) fn headroom(&self) -> BTreeMap<String, Headroom> {
        self.lock().headroom.clone()
    }

    /// The paths that answered 429, and how often.
    pub(super) fn refused(&self) -> BTreeMap<String, u32> {
        self.lock().refused.clone()
    }

    fn note(&self, url: &str, response: &Response) {
        let path = path_of(url);
        let number = |name| response.header(name).and_then(|text| text.trim().parse().ok());
        let mut seen = self.lock();
        if response.status == 429 {
            *seen.refused.entry(path.clone()).or_default() += 1;
        }
        let (limit, remaining) = (number("x-rate-limit-limit"), number("x-rate-limit-remaining"));
        if let (Some(limit), Some(remaining)) = (limit, remaining) {
            let reset = number("x-rate-limit-reset").unwrap_or_default();
            seen.headroom.insert(path, Headroom { limit, remaining, reset });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // No invariant spans a panic here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transport that takes note of the answers that pass through it.
pub(super) struct Observed<T> {
    inner: T,
    traffic: Traffic,
}

impl<T: Transport> Observed<T> {
    pub(super) fn new(inner: T) -> (Self, Traffic) {
        let traffic = Traffic::default();
        (Self { inner, traffic: traffic.clone() }, traffic)
    }
}

impl<T: Transport> Transport for Observed<T> {
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError> {
        let answer = self.inner.round_trip(request)?;
        self.traffic.note(request.url(), &answer);
        Ok(answer)
    }
}

/// The path of a URL, without its query.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_headers_of_a_path_count_and_a_429_is_remembered() {
        let traffic = Traffic::default();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let answer = |status, remaining: &str| {
            let headers = vec![
                header("X-Rate-Limit-Limit", "600"),
                header("X-Rate-Limit-Remaining", remaining),
                header("X-Rate-Limit-Reset", "1787306410"),
            ];
            Response::new(status, headers, Vec::new())
        };
        let url = "https://acme.okta.com/api/v1/users?limit=1";
        traffic.note(url, &answer(429, "0"));
        traffic.note(url, &answer(200, "599"));
        traffic.note("https://acme.okta.com", &Response::new(200, Vec::new(), Vec::new()));
        let newest = Headroom { limit: 600, remaining: 599, reset: 1_787_306_410 };
        assert_eq!(traffic.headroom(), [("/api/v1/users".to_owned(), newest)].into());
        assert_eq!(traffic.refused(), [("/api/v1/users".to_owned(), 1)].into());
    }
}
