//! A transport that writes down what passes through it, for `demo`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use okta_http::{HttpError, Request, Response, Transport};
use serde::Serialize;
use serde_json::Value;

/// One request and what came back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// The body with credentials cut short.
    pub(crate) sent: Option<String>,
    /// Absent if nothing came back.
    pub(crate) status: Option<u16>,
    /// The answer with credentials cut short.
    pub(crate) received: Option<String>,
    pub(crate) milliseconds: f64,
}

/// Records exchanges on their way through another transport.
pub(crate) struct Recorder<T> {
    inner: T,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// The exchanges of a [`Recorder`].
#[derive(Clone)]
pub(crate) struct Recording(Arc<Mutex<Vec<Exchange>>>);

impl<T: Transport> Recorder<T> {
    pub(crate) fn new(inner: T) -> (Self, Recording) {
        let exchanges = Arc::default();
        (Self { inner, exchanges: Arc::clone(&exchanges) }, Recording(exchanges))
    }
}

impl Recording {
    /// Takes what was recorded since the last call.
    pub(crate) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError> {
        let start = Instant::now();
        let answer = self.inner.round_trip(request);
        let exchange = exchange(request, answer.as_ref().ok(), start.elapsed());
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        answer
    }
}

fn exchange(request: &Request, answer: Option<&Response>, took: Duration) -> Exchange {
    Exchange {
        method: request.method().as_str(),
        url: request.url().to_owned(),
        sent: request.body().and_then(readable),
        status: answer.map(|answer| answer.status),
        received: answer.and_then(|answer| readable(answer.body())),
        milliseconds: (took.as_secs_f64() * 1e4).round() / 10.0,
    }
}

/// A JSON or form body without the secrets in it.
fn readable(body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    if let Ok(mut json) = serde_json::from_slice::<Value>(body) {
        cut_secrets(&mut json);
        return Some(json.to_string());
    }
    let form = std::str::from_utf8(body).ok()?;
    let fields = form.split('&').map(|field| match field.split_once('=') {
        Some((name, value)) if is_secret(name) => format!("{name}={}", cut(value)),
        _ => field.to_owned(),
    });
    Some(fields.collect::<Vec<_>>().join("&"))
}

fn cut_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if is_secret(name) => *text = cut(text),
                    _ => cut_secrets(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(cut_secrets),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    matches!(name, "access_token" | "client_assertion" | "client_secret" | "token")
}

fn cut(secret: &str) -> String {
    format!("...({} characters)", secret.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_cut_short_wherever_they_stand() {
        let json = br#"{"a":[{"access_token":"canary"}],"client_secret":"canary"}"#;
        assert_eq!(
            readable(json).unwrap(),
            r#"{"a":[{"access_token":"...(6 characters)"}],"client_secret":"...(6 characters)"}"#
        );
        let form = b"grant_type=client_credentials&client_assertion=canary";
        assert_eq!(
            readable(form).unwrap(),
            "grant_type=client_credentials&client_assertion=...(6 characters)"
        );
        assert_eq!(readable(b""), None);
    }
}
