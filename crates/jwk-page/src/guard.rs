//! What every request must satisfy and every answer carries.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::host::Hosts;
use crate::refusal::Refusal;

/// Nothing but the page's own files, no frame around it, no form that leaves it, no HTML from text.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

const PERMISSIONS: &str = "camera=(), clipboard-read=(), clipboard-write=(self), \
     display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// On every answer; a handler may have set another of the same name.
const HEADERS: [(HeaderName, &str); 7] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Refuses what was not meant for this page and adds the headers that all answers have.
pub(crate) async fn guard(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let called = called(&hosts, &request).map(str::to_owned);
    let mut answer = match &called {
        Ok(_) => next.run(request).await,
        Err(refusal) => refusal.response(),
    };
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if called.is_ok_and(|host| hosts.may_require_tls(&host)) {
        headers.insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
    }
    answer
}

/// The name that the request calls the page by.
fn called<'a>(hosts: &Hosts, request: &'a Request) -> Result<&'a str, Refusal> {
    let host = only(request.headers(), &HOST)?.unwrap_or_default();
    // A target in absolute form overrides `Host` (RFC 9112 section 3.2.2).
    let is_other =
        |target: &axum::http::uri::Authority| !target.as_str().eq_ignore_ascii_case(host);
    if !hosts.accepts(host) || request.uri().authority().is_some_and(is_other) {
        return Err(Refusal::forbidden("this page is not called by that name"));
    }
    match only(request.headers(), &ORIGIN)? {
        Some(origin) if !hosts.is_origin(origin, host) => {
            Err(Refusal::forbidden("another site may not use this page"))
        }
        _ => Ok(host),
    }
}

/// The value of a header that may occur once.
pub(crate) fn only<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.to_str().is_ok() => Ok(value.to_str().ok()),
        _ => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!("header `{name}` occurs twice or is no text"),
        )),
    }
}
