//! An answer of which the headers arrived.

use std::io::{self, Read};

use ureq::http::{self, Uri, response::Parts};
use ureq::{Body, BodyReader};
use zeroize::Zeroizing;

use super::{Progress, describe};
use crate::streamed_response::Limited;
use crate::{HttpError, Response, StreamedResponse};

/// Longer than any token answer.
const USUAL_BODY: u64 = 64 * 1024;

/// Headers that are acceptable, and the body behind them.
pub(super) struct Arrival {
    pub(super) head: Parts,
    body: Body,
    host: String,
}

impl Arrival {
    /// Refuses what must not be followed or cannot be read.
    pub(super) fn new(response: http::Response<Body>, host: String) -> Result<Self, HttpError> {
        let (head, body) = response.into_parts();
        if head.status.is_redirection() {
            let location = head.headers.get(http::header::LOCATION);
            let location_host = location.and_then(|it| it.to_str().ok()).and_then(host_of_url);
            return Err(HttpError::Redirected { status: head.status.as_u16(), location_host });
        }
        if let Some(encoding) = head.headers.get(http::header::CONTENT_ENCODING)
            && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            return Err(HttpError::Malformed {
                what: "the body is compressed, which was not asked for".to_owned(),
            });
        }
        check_framing(&head)?;
        Ok(Self { head, body, host })
    }

    /// Reads the whole body, or nothing: a part of an answer is never used.
    pub(super) fn whole(self, limit: u64) -> Result<Response, HttpError> {
        self.check_length(limit)?;
        // A buffer that grows leaves copies behind; this one grows only for a long body of unannounced length.
        let expected = self.body.content_length().unwrap_or(USUAL_BODY).min(limit);
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(usize::try_from(expected).unwrap_or_default()));
        let response = Response::new(self.head.status.as_u16(), self.headers(), Vec::new());
        let read = Limited::new(self.into_reader(), limit).read_to_end(&mut bytes);
        read.map_err(into_http_error)?;
        Ok(response.with_body(bytes))
    }

    /// Leaves the body to the reader.
    pub(super) fn streamed(self, limit: u64) -> Result<StreamedResponse, HttpError> {
        self.check_length(limit)?;
        let response = Response::new(self.head.status.as_u16(), self.headers(), Vec::new());
        Ok(StreamedResponse::new(response, Limited::new(self.into_reader(), limit)))
    }

    fn check_length(&self, limit: u64) -> Result<(), HttpError> {
        match self.body.content_length() {
            Some(length) if length > limit => Err(HttpError::BodyTooLarge { limit }),
            _ => Ok(()),
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let headers = self.head.headers.iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        headers.collect()
    }

    fn into_reader(self) -> Described {
        let inner = self.body.into_with_config().limit(u64::MAX).reader();
        Described { inner, host: self.host }
    }
}

/// Refuses an answer whose length can be read in two ways, because whoever stands between may read the other one
/// (RFC 9112 section 6.3).
fn check_framing(head: &Parts) -> Result<(), HttpError> {
    let lengths = head.headers.get_all(http::header::CONTENT_LENGTH).iter().count();
    let is_chunked = head.headers.contains_key(http::header::TRANSFER_ENCODING);
    if lengths + usize::from(is_chunked) <= 1 {
        return Ok(());
    }
    Err(HttpError::Malformed { what: "it says in two ways how long it is".to_owned() })
}

/// A body whose failures are told in our terms.
struct Described {
    inner: BodyReader<'static>,
    host: String,
}

impl Read for Described {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| match error.kind() {
            // Whoever reads goes on after it.
            io::ErrorKind::Interrupted => error,
            _ => io::Error::other(describe(error.into(), &self.host, Progress::BodyBegun)),
        })
    }
}

/// Takes out what [`Described`] and [`Limited`] put in.
fn into_http_error(error: io::Error) -> HttpError {
    error.downcast().unwrap_or_else(|error| HttpError::Malformed { what: error.to_string() })
}

/// The host of an absolute or scheme-relative URL, without userinfo, port or anything that could be a secret.
fn host_of_url(location: &str) -> Option<String> {
    let uri: Uri = location.parse().ok()?;
    uri.host().map(crate::display_untrusted)
}
