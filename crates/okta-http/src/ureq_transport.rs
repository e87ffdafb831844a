//! The transport over ureq; the only module that knows it.

mod agents;
mod arrival;
mod loopback;

use std::cell::Cell;
use std::io::{self, Read};

use ureq::config::Config;
use ureq::http::{self, HeaderValue, Uri, request::Builder};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Proxy, SendBody, Timeout};
use zeroize::Zeroizing;

use crate::host::Host;
use crate::{
    ApiCredential, HttpError, Method, Request, Response, StreamedResponse, Transport,
    TransportConfig,
};

use agents::{Agents, Roots, roots_of, system_roots};
use arrival::Arrival;
use loopback::LoopbackResolver;

/// ureq fills its buffers with zeros for each connection, twice over TLS, and its own choice of 128 KiB each shows in the time
/// of a first request. The head of an answer may have 64 KiB.
const INPUT_BUFFER: usize = 80 << 10;
const OUTPUT_BUFFER: usize = 32 << 10;
/// Octets of a URL or of a header with its name: a line has to fit in the buffer. Servers take 8 to 16 KiB.
const LONGEST_LINE: usize = OUTPUT_BUFFER - 64;

/// HTTP/1.1 over TLS, or over plain TCP to a loopback address.
///
/// Redirects are never followed, cookies never kept, compressed bodies refused, and connections reused.
#[derive(Debug)]
pub struct UreqTransport {
    /// For everything but loopback: https only, through the proxy if there is one.
    remote: Agents,
    /// For loopback addresses: plain http is allowed, and neither a proxy nor a name server may see it.
    loopback: Agents,
    body_limit: u64,
    stream_limit: u64,
}

impl UreqTransport {
    /// Makes a transport; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`HttpError::InvalidConfig`] if the CA file holds no certificate, the proxy is no proxy URL or the user agent is
    /// no header value.
    pub fn new(config: TransportConfig) -> Result<Self, HttpError> {
        Self::trusting(config, system_roots)
    }

    fn trusting(config: TransportConfig, system: fn() -> Roots) -> Result<Self, HttpError> {
        if HeaderValue::from_str(&config.user_agent).is_err() {
            return Err(invalid_config("the user agent is no header value"));
        }
        let proxy = config.proxy.as_deref().map(Proxy::new).transpose();
        let proxy = proxy.map_err(|_| invalid_config("the proxy is no proxy URL"))?;
        let given = config.ca_pem.as_deref().map(roots_of).transpose()?;
        let (body_limit, stream_limit) = (config.body_limit, config.stream_limit);
        let settings_of_remote = config.clone();
        let remote = Agents::new(given.clone(), system, move |roots| {
            settings(&settings_of_remote, roots, true, proxy.clone()).new_agent()
        });
        let loopback = Agents::new(given, system, move |roots| {
            let settings = settings(&config, roots, false, None);
            Agent::with_parts(settings, DefaultConnector::default(), LoopbackResolver)
        });
        Ok(Self { remote, loopback, body_limit, stream_limit })
    }

    fn body_limit(&self, request: &Request) -> u64 {
        request.body_limit().unwrap_or(u64::MAX).min(self.body_limit)
    }

    /// Sends the request and reads the headers of the answer, whose body follows.
    fn exchange(&self, request: &Request) -> Result<Arrival, HttpError> {
        let (uri, host) = target_of(request)?;
        let agents = if host.is_loopback { &self.loopback } else { &self.remote };
        agents.run(|agent| exchange_by(agent, request, uri.clone(), &host))
    }
}

impl Transport for UreqTransport {
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError> {
        self.exchange(request)?.whole(self.body_limit(request))
    }

    fn open(&self, request: &Request) -> Result<StreamedResponse, HttpError> {
        let arrival = self.exchange(request)?;
        if arrival.head.status.is_success() {
            arrival.streamed(request.body_limit().unwrap_or(self.stream_limit))
        } else {
            arrival.whole(self.body_limit(request)).map(StreamedResponse::from)
        }
    }
}

fn exchange_by(
    agent: &Agent,
    request: &Request,
    uri: Uri,
    host: &Host,
) -> Result<Arrival, HttpError> {
    let head = head_of(request, uri)?;
    let timeout = agent.config().timeouts().global;
    let timeout = request.time_limit().into_iter().chain(timeout).min();
    let run = |head: Builder, body: SendBody<'_>| {
        let request = agent.configure_request(head.body(body)?);
        agent.run(request.timeout_global(timeout).build())
    };
    let begun = Cell::new(false);
    // An empty body is never read, so it cannot tell how far the request got.
    let body = request.body().filter(|it| !it.is_empty());
    let sent = match body {
        Some(body) => {
            let head = head.header(http::header::CONTENT_LENGTH, body.len());
            let mut body = Observed { inner: body, begun: &begun };
            run(head, SendBody::from_reader(&mut body))
        }
        // Okta answers 411 to a POST without a length, so these get `Content-Length: 0`.
        None if matches!(request.method(), Method::Post | Method::Put | Method::Patch) => {
            let head = head.header(http::header::CONTENT_LENGTH, 0);
            run(head, SendBody::from_owned_reader(io::empty()))
        }
        None => run(head, SendBody::none()),
    };
    let progress = match (body, begun.get()) {
        (None, _) => Progress::Unknown,
        (Some(_), false) => Progress::BodyNotBegun,
        (Some(_), true) => Progress::BodyBegun,
    };
    let response = sent.map_err(|error| describe(error, &host.text, progress))?;
    Arrival::new(response, host.text.clone())
}

/// How far a request got before it failed.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Progress {
    /// It has no body to judge by.
    Unknown,
    /// No byte of the body was handed over, so the server cannot have a complete request.
    BodyNotBegun,
    /// The server may have the complete request.
    BodyBegun,
}

/// A request body that notes when it is first read.
struct Observed<'a> {
    inner: &'a [u8],
    begun: &'a Cell<bool>,
}

impl Read for Observed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.begun.set(true);
        self.inner.read(buffer)
    }
}

fn settings(
    config: &TransportConfig,
    roots: RootCerts,
    https_only: bool,
    proxy: Option<Proxy>,
) -> Config {
    let settings = Agent::config_builder()
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .user_agent(config.user_agent.as_str())
        .accept_encoding("identity")
        .input_buffer_size(INPUT_BUFFER)
        .output_buffer_size(OUTPUT_BUFFER)
        .timeout_global(Some(config.timeout))
        .timeout_connect(Some(config.connect_timeout));
    settings.build()
}

fn target_of(request: &Request) -> Result<(Uri, Host), HttpError> {
    let invalid = |what: &str| HttpError::InvalidRequest { what: what.to_owned() };
    let uri: Uri = request.url().parse().map_err(|_| invalid("the URL cannot be parsed"))?;
    let authority = uri.authority().ok_or_else(|| invalid("the URL is not absolute"))?;
    if authority.as_str().contains('@') {
        return Err(invalid("the URL contains a user name or password"));
    }
    let host = Host::parse(&authority.host().to_ascii_lowercase());
    let host = host.map_err(|_| invalid("the URL has no valid host"))?;
    match uri.scheme_str() {
        Some("https") => Ok((uri, host)),
        Some("http") if host.is_loopback => Ok((uri, host)),
        _ => Err(invalid("the URL is not https")),
    }
}

fn head_of(request: &Request, uri: Uri) -> Result<Builder, HttpError> {
    let credential = request.credential().map(|it| it.secret().expose().len());
    let headers = request.headers().map(|(name, value)| name.len() + value.len());
    if headers.chain(credential).chain([request.url().len()]).any(|it| it > LONGEST_LINE) {
        return Err(HttpError::InvalidRequest {
            what: format!("the URL or a header is longer than {LONGEST_LINE} octets"),
        });
    }
    let mut head = http::Request::builder().method(request.method().as_str()).uri(uri);
    for (name, value) in request.headers() {
        head = head.header(name, value);
    }
    if let Some(credential) = request.credential() {
        head = head.header(http::header::AUTHORIZATION, authorization(credential)?);
    }
    Ok(head)
}

fn authorization(credential: &ApiCredential) -> Result<HeaderValue, HttpError> {
    let secret = credential.secret().expose();
    let is_sendable = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
    // The header's own copy belongs to ureq and cannot be wiped.
    let text = Zeroizing::new(format!("{} {secret}", credential.scheme()));
    let value = HeaderValue::from_str(&text).ok().filter(|_| is_sendable);
    let mut value = value.ok_or_else(|| HttpError::InvalidRequest {
        what: "the credential is empty or has characters that no header can carry".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// One failure of ureq in our terms; `progress` decides whether the server can have the request.
fn describe(error: ureq::Error, host: &str, progress: Progress) -> HttpError {
    let host = host.to_owned();
    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            HttpError::TimedOut { host, sent: false }
        }
        ureq::Error::Timeout(_) => {
            HttpError::TimedOut { host, sent: progress != Progress::BodyNotBegun }
        }
        ureq::Error::Io(error) => describe_io(error, host, progress),
        ureq::Error::ConnectProxyFailed(ref reason) => match proxy_status(reason) {
            Some(status) => HttpError::ProxyRefused { host, status },
            None => HttpError::Unreachable { host, source: error.into() },
        },
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            HttpError::Unreachable { host, source: error.into() }
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => {
            HttpError::Tls { host, source: error.into() }
        }
        ureq::Error::Http(_) => HttpError::InvalidRequest {
            what: "a header or the URL has characters that HTTP cannot carry".to_owned(),
        },
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => {
            HttpError::InvalidRequest { what: "the URL cannot be used".to_owned() }
        }
        ureq::Error::LargeResponseHeader(..) => {
            HttpError::Malformed { what: "the header section is too long".to_owned() }
        }
        _ => HttpError::Malformed { what: "no valid HTTP".to_owned() },
    }
}

/// ureq tells the status of a proxy's refusal only in words: `proxy server responded 407/407`.
fn proxy_status(reason: &str) -> Option<u16> {
    reason.rsplit_once('/')?.1.parse().ok()
}

fn describe_io(error: io::Error, host: String, progress: Progress) -> HttpError {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, TimedOut, UnexpectedEof,
    };

    let source = Box::new(error);
    match (progress, source.kind()) {
        (Progress::BodyBegun, _) => HttpError::Disconnected { host, source },
        // rustls reports every failure of a handshake under this kind.
        (_, InvalidData) => HttpError::Tls { host, source },
        (
            Progress::Unknown,
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe | TimedOut,
        ) => HttpError::Disconnected { host, source },
        _ => HttpError::Unreachable { host, source },
    }
}

fn invalid_config(what: &str) -> HttpError {
    HttpError::InvalidConfig { what: what.to_owned() }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
