//! One answer as plain data.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::redaction::redacted;
use crate::{HttpError, OrgUrl, Secret, ServerError, link, untrusted};

/// Response headers whose value may be shown.
const SHOWN_HEADERS: [&str; 7] = [
    "content-type",
    "date",
    "retry-after",
    "x-okta-request-id",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

/// One complete answer: status, headers and body.
///
/// `Debug` shows neither the body nor headers that may hold a secret. The body is wiped on drop.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
    pub(crate) sufficient_wait: Option<Duration>,
}

impl Response {
    /// Puts an answer together, for a [`crate::Transport`].
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body: Zeroizing::new(body), sufficient_wait: None }
    }

    pub(crate) fn with_body(mut self, body: Zeroizing<Vec<u8>>) -> Self {
        self.body = body;
        self
    }

    /// All headers in the order of arrival; a name can occur more than once.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first header of that name; capitals do not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).next()
    }

    /// Every header of that name.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers().filter(move |(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Okta's id of this request, which finds it in the System Log.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-okta-request-id")
    }

    /// The server's clock (RFC 9110 section 6.6.1), if it sent one, and only one, that can be read. An answer out of a
    /// cache, which has an `Age` (RFC 9111 section 5.1), shows what the clock was when it was new.
    pub fn date(&self) -> Option<SystemTime> {
        let mut dates = self.header_values("date");
        let date = httpdate::parse_http_date(dates.next()?).ok()?;
        let is_of_now = dates.next().is_none() && self.header("age").is_none();
        is_of_now.then_some(date)
    }

    /// The media type without parameters, in lower case.
    pub fn content_type(&self) -> Option<String> {
        let media_type = self.header("content-type")?.split(';').next()?.trim();
        Some(media_type.to_ascii_lowercase())
    }

    /// Reads the body as JSON, which it must be by content type and by content.
    ///
    /// # Errors
    ///
    /// [`HttpError::Malformed`] if it is empty, of another type, or not the JSON that `T` expects. The message shows no
    /// part of a JSON body, because it may hold a token.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let malformed = |what: String| HttpError::Malformed { what };
        if self.body.is_empty() {
            return Err(malformed("the body is empty".to_owned()));
        }
        if !self.is_json() {
            return Err(malformed(self.describe_foreign_body()));
        }
        serde_json::from_slice(&self.body).map_err(|error| malformed(describe_json_error(&error)))
    }

    /// Separates success (2xx) from every other status.
    ///
    /// # Errors
    ///
    /// [`ServerError`] with the server's own words.
    pub fn into_success(self) -> Result<Self, ServerError> {
        if self.is_success() { Ok(self) } else { Err(ServerError::from_response(&self)) }
    }

    /// Whether the status says so (2xx).
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The URL of the next page (RFC 8288, relation `next`), if there is one.
    ///
    /// # Errors
    ///
    /// [`HttpError::Malformed`] if it leads away from `org`: following it would hand the credential to somebody else.
    pub fn next_link(&self, org: &OrgUrl) -> Result<Option<String>, HttpError> {
        link::next(self.header_values("link"), org)
    }

    /// Replaces every verbatim repetition of a secret in the body and the headers.
    pub(crate) fn redact(&mut self, secrets: &[Secret]) {
        for secret in secrets.iter().map(Secret::expose).filter(|it| it.len() >= SHORTEST_REDACTED)
        {
            for (_, value) in &mut self.headers {
                *value = value.replace(secret, REDACTED);
            }
            let text = String::from_utf8_lossy(&self.body);
            if text.contains(secret) {
                self.body = Zeroizing::new(text.replace(secret, REDACTED).into_bytes());
            }
        }
    }

    /// Whether the content type says JSON in the one encoding that it has (RFC 8259 section 8.1).
    pub(crate) fn is_json(&self) -> bool {
        let is_json_type = self.content_type().is_some_and(|it| {
            it == "application/json" || (it.starts_with("application/") && it.ends_with("+json"))
        });
        is_json_type && self.declared_charset().is_none_or(|it| it.eq_ignore_ascii_case("utf-8"))
    }

    fn declared_charset(&self) -> Option<&str> {
        let parameters = self.header("content-type")?.split(';').skip(1);
        let mut charsets = parameters.filter_map(|it| {
            let (name, value) = it.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        charsets.next()
    }

    fn describe_foreign_body(&self) -> String {
        let content_type = self
            .header("content-type")
            .map_or_else(|| "no content type".to_owned(), untrusted::display_untrusted);
        // A page in HTML is a captive portal or a proxy; anything else may be a token and is not shown.
        if self.content_type().as_deref() == Some("text/html") {
            format!(
                "not JSON ({content_type}): `{}`",
                untrusted::excerpt(&String::from_utf8_lossy(&self.body), 80)
            )
        } else {
            format!("not JSON ({content_type})")
        }
    }
}

/// Shorter texts occur by chance, and no credential is that short.
const SHORTEST_REDACTED: usize = 8;

const REDACTED: &str = "[redacted]";

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &redacted(self.headers(), &SHOWN_HEADERS))
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Where and how, but never what: serde quotes the values it stumbles over.
fn describe_json_error(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "JSON with missing, repeated or unexpected members",
        serde_json::error::Category::Eof => "JSON that ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "invalid JSON",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests;
