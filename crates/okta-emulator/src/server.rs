//! HTTP in and out: reads a request completely, has it answered, adds what every answer has.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, DATE, HOST, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::connection::{CuttableListener, Cutter};
use crate::fault::Disturbance;
use crate::random;
use crate::reply::Reply;
use crate::site::Site;

/// Nothing that a client of an org has to say is longer.
const LARGEST_BODY: usize = 1024 * 1024;
/// Not a path of Okta's, and not noted in the log that it shows.
const LOG_PATH: &str = "/_emulator/requests";

/// Serves until the runtime is dropped.
pub(crate) async fn serve(listener: TcpListener, site: Arc<Site>) -> std::io::Result<()> {
    let router = Router::new().fallback(exchange).with_state(site);
    let service = router.into_make_service_with_connect_info::<Cutter>();
    axum::serve(CuttableListener(listener), service).await
}

async fn exchange(
    State(site): State<Arc<Site>>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (body, is_whole) = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => (body, true),
        Err(_) => (Bytes::new(), false),
    };
    let call = call(parts, body);
    if call.path == LOG_PATH && call.method == Method::GET {
        let reply = Reply::json(StatusCode::OK, &json!(site.requests()));
        return response(finished(&site, &call, reply));
    }
    let fault = site.disturbance(&call.method, &call.path);
    let reply = match &fault {
        Some(Disturbance::Answer(reply)) => reply.clone(),
        _ => answer(&site, &call, is_whole),
    };
    let reply = finished(&site, &call, reply);
    site.note(&call, &reply);
    match fault {
        Some(Disturbance::Cut(bytes)) => cutter.cut_after(bytes),
        Some(Disturbance::Silence) => std::future::pending().await,
        Some(Disturbance::Answer(_)) | None => {}
    }
    response(reply)
}

fn call(parts: Parts, body: Bytes) -> Call {
    Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
    }
}

fn answer(site: &Site, call: &Call, is_whole: bool) -> Reply {
    if !is_whole {
        return ApiError::unreadable_body(StatusCode::PAYLOAD_TOO_LARGE).into();
    }
    // A web page that has its own name resolve to this machine must not reach the org.
    if !call.header(HOST.as_str()).is_some_and(is_loopback) {
        return Reply::empty(StatusCode::MISDIRECTED_REQUEST);
    }
    let has_length =
        [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| call.headers.contains_key(name));
    if !has_length && [Method::POST, Method::PUT].contains(&call.method) {
        return ApiError::unreadable_body(StatusCode::LENGTH_REQUIRED).into();
    }
    site.answer(call)
}

/// Whether a `Host` header names this machine, with whatever port leads here.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// Adds the headers of every answer of the org.
fn finished(site: &Site, call: &Call, reply: Reply) -> Reply {
    let reply = site
        .count(&call.path, reply)
        .with_header(HeaderName::from_static("x-okta-request-id"), &random::secret(""));
    // A fault may tell another time.
    match reply.headers.iter().any(|(name, _)| *name == DATE) {
        true => reply,
        false => reply.with_header(DATE, &site.now().http_date()),
    }
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        response.headers_mut().append(name, value);
    }
    response
}
