//! One request as plain data.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::redaction::redacted;
use crate::{ApiCredential, HttpError, Method, Secret};

/// What may stay as it is in a query or a form; everything else is percent-encoded (RFC 3986 section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Form fields that are credentials (RFC 6749, RFC 7521, RFC 7009, RFC 7662).
const SECRET_FIELDS: [&str; 4] = ["client_assertion", "client_secret", "assertion", "token"];

/// Request headers whose value may be shown.
const SHOWN_HEADERS: [&str; 3] = ["accept", "content-type", "user-agent"];

/// Whether a request may be sent again when its fate is not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Replay {
    /// It may be sent any number of times.
    Safe,
    /// It is sent again only if the server cannot have carried it out: no connection came about, or it answered 429.
    OnlyIfUnsent,
}

/// One request: method, URL, headers and body.
///
/// `Debug` shows neither a credential, nor the query, nor the body.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: String,
    /// Wiped on drop, because a DPoP proof may be among them.
    headers: Vec<(String, Zeroizing<String>)>,
    credential: Option<ApiCredential>,
    body: Option<Zeroizing<Vec<u8>>>,
    secrets: Vec<Secret>,
    replay: Replay,
    time_limit: Option<Duration>,
    body_limit: Option<u64>,
}

impl Request {
    /// A request without body that asks for JSON. The URL is absolute; [`crate::OrgUrl::url`] makes one.
    ///
    /// [`Replay`] is `Safe` for idempotent methods and `OnlyIfUnsent` for `POST` and `PATCH`.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let replay = if method.is_idempotent() { Replay::Safe } else { Replay::OnlyIfUnsent };
        Self {
            method,
            url: url.into(),
            headers: vec![("Accept".to_owned(), Zeroizing::new("application/json".to_owned()))],
            credential: None,
            body: None,
            secrets: Vec::new(),
            replay,
            time_limit: None,
            body_limit: None,
        }
    }

    /// Appends parameters to the URL's query.
    pub fn with_query(mut self, parameters: &[(&str, &str)]) -> Self {
        if !parameters.is_empty() {
            self.url.push(if self.url.contains('?') { '&' } else { '?' });
            self.url.push_str(&encode_pairs(parameters));
        }
        self
    }

    /// Sends the credential in the `Authorization` header.
    pub fn with_credential(mut self, credential: ApiCredential) -> Self {
        self.secrets.push(credential.secret().clone());
        self.credential = Some(credential);
        self
    }

    /// Makes the body a form (`application/x-www-form-urlencoded`).
    pub fn with_form(mut self, fields: &[(&str, &str)]) -> Self {
        let secret_values = fields.iter().filter(|(name, _)| SECRET_FIELDS.contains(name));
        self.secrets.extend(secret_values.map(|(_, value)| Secret::new(*value)));
        let body = std::mem::take(&mut *encode_pairs(fields)).into_bytes();
        self.with_body("application/x-www-form-urlencoded", body)
    }

    /// Makes the body JSON.
    ///
    /// # Errors
    ///
    /// [`HttpError::InvalidRequest`] if the value has no JSON form, such as a map with keys that are no text.
    pub fn with_json(self, value: &impl Serialize) -> Result<Self, HttpError> {
        let body = serde_json::to_vec(value).map_err(|_| HttpError::InvalidRequest {
            what: "the body has no JSON form".to_owned(),
        })?;
        Ok(self.with_body("application/json", body))
    }

    /// Makes `body` the body as it is. The content type must be visible ASCII; sending fails otherwise.
    pub fn with_body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.replace_header("Content-Type", content_type);
        self.body = Some(Zeroizing::new(body));
        self
    }

    /// Sets a header, in place of one of the same name.
    ///
    /// # Errors
    ///
    /// [`HttpError::InvalidRequest`] if the name is no token, the value is not visible ASCII with inner spaces, or the
    /// transport sets this header itself, as it does `Authorization` from [`Self::with_credential`]. The message never
    /// shows the value.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, HttpError> {
        check_header(name, value)?;
        if name.eq_ignore_ascii_case("dpop") {
            self.secrets.push(Secret::new(value));
        }
        self.replace_header(name, value);
        Ok(self)
    }

    /// Keeps `secret` out of what the server says in return, though it is in the request in another form.
    pub fn hiding(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Says whether the request may be repeated when its fate is not known.
    pub fn with_replay(mut self, replay: Replay) -> Self {
        self.replay = replay;
        self
    }

    /// Allows one try no more than `limit`, or less if less is allowed already.
    pub fn within(mut self, limit: Duration) -> Self {
        self.time_limit = Some(self.time_limit.map_or(limit, |known| known.min(limit)));
        self
    }

    /// Takes an answer of `bytes` at most. One that is streamed may be longer than the transport's limit for these.
    pub fn with_body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// The longest answer in bytes that this request takes, if it says so.
    pub fn body_limit(&self) -> Option<u64> {
        self.body_limit
    }

    /// How long one try may take at most, besides [`crate::TransportConfig::timeout`].
    pub fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The absolute URL with its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers except `Authorization` made from a credential.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The credential, for a transport to send.
    pub fn credential(&self) -> Option<&ApiCredential> {
        self.credential.as_ref()
    }

    /// The body; an empty one is sent as none.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref().map(Vec::as_slice)
    }

    /// Whether it may be repeated.
    pub fn replay(&self) -> Replay {
        self.replay
    }

    /// Everything in it that an answer must not show again.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    fn replace_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(existing, _)| !existing.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), Zeroizing::new(value.to_owned())));
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.split(['?', '#']).next().unwrap_or_default())
            .field("headers", &redacted(self.headers(), &SHOWN_HEADERS))
            .field("credential", &self.credential)
            .field("body_bytes", &self.body.as_ref().map(|body| body.len()))
            .field("replay", &self.replay)
            .finish()
    }
}

/// Pairs may hold a client assertion, so no copy is left behind: the text never outgrows its first allocation.
fn encode_pairs(pairs: &[(&str, &str)]) -> Zeroizing<String> {
    let longest = pairs.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut text = Zeroizing::new(String::with_capacity(longest));
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, ENCODED));
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
    text
}

/// A text as it stands in a form.
pub(crate) fn encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    encoded.extend(utf8_percent_encode(text, ENCODED));
    encoded
}

/// RFC 9110 sections 5.1 and 5.5, without `obs-text` and tabs.
fn check_header(name: &str, value: &str) -> Result<(), HttpError> {
    let invalid = |what: String| Err(HttpError::InvalidRequest { what });
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        return invalid(format!("`{}` is no header name", name.escape_debug()));
    }
    let framing = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "expect",
        "upgrade",
        "te",
        "trailer",
    ];
    if framing.iter().any(|it| it.eq_ignore_ascii_case(name)) {
        return invalid(format!("header `{name}` is set by the transport"));
    }
    if name.eq_ignore_ascii_case("authorization") {
        return invalid("header `Authorization` is set by `with_credential`".to_owned());
    }
    if !is_header_value(value) {
        return invalid(format!("header `{name}` has a value that is not visible ASCII"));
    }
    Ok(())
}

fn is_header_value(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~')) && value.trim() == value
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_credential() {
        let request = Request::new(Method::Post, "https://acme.okta.com/oauth2/v1/token?q=canary1")
            .with_credential(ApiCredential::ApiToken(Secret::new("canary2")))
            .with_form(&[("client_assertion", "canary3"), ("scope", "canary4")])
            .with_header("DPoP", "canary5")
            .unwrap()
            .with_header("X-Other", "canary6")
            .unwrap();
        let debug = format!("{request:?} {request:#?}");
        assert!(!debug.contains("canary"), "{debug}");
        assert!(debug.contains("https://acme.okta.com/oauth2/v1/token"), "{debug}");
        assert!(debug.contains("application/x-www-form-urlencoded"), "{debug}");
    }

    #[test]
    fn a_form_is_encoded() {
        let request = Request::new(Method::Post, "https://a.example/")
            .with_form(&[("scope", "okta.users.read b"), ("x&y", "ä=+%")]);
        assert_eq!(
            request.body(),
            Some("scope=okta.users.read%20b&x%26y=%C3%A4%3D%2B%25".as_bytes())
        );
    }

    #[test]
    fn a_query_is_appended() {
        let request = Request::new(Method::Get, "https://a.example/x");
        assert_eq!(request.clone().with_query(&[]).url(), "https://a.example/x");
        let request = request.with_query(&[("q", "a b&c")]).with_query(&[("limit", "200")]);
        assert_eq!(request.url(), "https://a.example/x?q=a%20b%26c&limit=200");
    }

    #[test]
    fn u_15_headers_are_checked() {
        let request = Request::new(Method::Get, "https://a.example/");
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            ("X-A", "x\r\nX-B: y"),
            ("X-A", "\u{7f}"),
            ("X-A", "é"),
            ("X-A", " x"),
            ("Content-Length", "5"),
            ("transfer-encoding", "chunked"),
            ("HOST", "evil.example"),
            ("authorization", "SSWS canary"),
        ] {
            let error = request.clone().with_header(name, value).unwrap_err();
            assert!(matches!(error, HttpError::InvalidRequest { .. }), "{name:?} {value:?}");
            assert!(!error.to_string().contains("canary"));
        }
        let error = request.with_header("Authorization", "SSWS canary").unwrap_err();
        assert!(error.to_string().contains("`with_credential`"), "{error}");
    }

    #[test]
    fn a_header_is_replaced_whatever_its_case() {
        let request = Request::new(Method::Get, "https://a.example/")
            .with_header("ACCEPT", "text/plain")
            .unwrap();
        assert_eq!(request.headers().collect::<Vec<_>>(), [("ACCEPT", "text/plain")]);
    }

    #[test]
    fn replay_follows_the_method() {
        for (method, expected) in [
            (Method::Get, Replay::Safe),
            (Method::Put, Replay::Safe),
            (Method::Delete, Replay::Safe),
            (Method::Post, Replay::OnlyIfUnsent),
            (Method::Patch, Replay::OnlyIfUnsent),
        ] {
            assert_eq!(Request::new(method, "https://a.example/").replay(), expected);
        }
    }
}
