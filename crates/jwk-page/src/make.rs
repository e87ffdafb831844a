//! `POST /keys`: one key for whoever asks from the page itself.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jwk_gen::{
    GenerateError, KeyIdSource, KeyRequest, KeySpec, KeyUse, PrivateJwk, Profile, Requested,
    SymmetricJwk, SymmetricSpec, UseChoice, generate_until,
};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::guard::only;
use crate::panes::Made;
use crate::refusal::Refusal;

/// A form cannot send it, and a script of another site only after a preflight, which is refused.
const CUSTOM_HEADER: HeaderName = HeaderName::from_static("x-okta-m2m-key-page");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Longer than any request of the page.
const LARGEST_BODY: usize = 4 << 10;
/// For the body to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// A search for primes keeps every core busy.
const AT_ONCE: usize = 2;
/// More than the largest key in all its forms, so that no copy is left behind by growing.
const LARGEST_ANSWER: usize = 64 << 10;

/// Makes a certificate for a new key and gives it as PEM; the library signs nothing itself.
pub type Certify =
    Box<dyn Fn(&PrivateJwk) -> Result<String, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// Tells the time, for the key IDs that are made of it.
pub type Now = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// Makes keys, a few at once.
pub(crate) struct Maker {
    places: Arc<Semaphore>,
    now: Now,
    certify: Certify,
}

impl Maker {
    pub(crate) fn new(now: Now, certify: Certify) -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), now, certify }
    }
}

/// What the page asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kty: String,
    crv: Option<String>,
    #[serde(rename = "use")]
    key_use: Option<String>,
    alg: Option<String>,
    size: Option<u32>,
    kid: String,
    certificate: bool,
}

/// What will be made.
struct Order {
    requested: Requested,
    key_id: KeyIdSource,
    certificate: bool,
}

pub(crate) async fn make(State(maker): State<Arc<Maker>>, request: Request) -> Response {
    match made(maker, request).await {
        Ok(answer) => answer.into_response(),
        Err(refusal) => refusal.response(),
    }
}

async fn made(maker: Arc<Maker>, request: Request) -> Result<impl IntoResponse, Refusal> {
    let (parts, body) = request.into_parts();
    require_own_page(&parts.headers)?;
    let order = Wanted::read(body).await?.order()?;
    let places = Arc::clone(&maker.places);
    let closed = |_| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the page is about to end");
    let place = places.acquire_owned().await.map_err(closed)?;
    let stop = StopOnDrop::default();
    let flag = Arc::clone(&stop.0);
    // The place is free only when the search has really ended, which may be after the request has.
    let work = move || {
        let answer = order.carry_out(&maker, &flag);
        drop(place);
        answer
    };
    let broken = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the key could not be made");
    let answer = tokio::task::spawn_blocking(work).await.map_err(broken)??;
    Ok(([(CONTENT_TYPE, "application/json")], answer))
}

/// Stops a search when the request that wants it is gone.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Refuses what another site could make a browser send.
fn require_own_page(headers: &HeaderMap) -> Result<(), Refusal> {
    if only(headers, &FETCH_SITE)?.is_some_and(|site| site != "same-origin") {
        return Err(Refusal::forbidden("another site may not use this page"));
    }
    if only(headers, &CUSTOM_HEADER)? != Some("1") {
        return Err(Refusal::forbidden("header `X-Okta-M2M-Key-Page: 1` is missing"));
    }
    let content_type = only(headers, &CONTENT_TYPE)?.unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not JSON"));
    }
    Ok(())
}

impl Wanted {
    async fn read(body: Body) -> Result<Self, Refusal> {
        let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive");
        let large = |_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
        let body =
            timeout(PATIENCE, to_bytes(body, LARGEST_BODY)).await.map_err(late)?.map_err(large)?;
        serde_json::from_slice(&body).map_err(|error| {
            Refusal::new(StatusCode::BAD_REQUEST, format!("not a request for a key: {error}"))
        })
    }

    fn order(self) -> Result<Order, Refusal> {
        let key_use = match self.key_use.as_deref() {
            None => UseChoice::Absent,
            Some("sig") => UseChoice::Given(KeyUse::Signature),
            Some("enc") => UseChoice::Given(KeyUse::Encryption),
            Some(_) => {
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "`use` is `sig` or `enc`"));
            }
        };
        let request = KeyRequest {
            kty: Some(self.kty.parse().map_err(bad_request)?),
            alg: self.alg.as_deref().map(str::parse).transpose().map_err(bad_request)?,
            crv: self.crv,
            size: self.size,
            key_use,
        };
        Ok(Order {
            requested: request.resolve(Profile::Any).map_err(bad_request)?,
            key_id: self.kid.parse().map_err(bad_request)?,
            certificate: self.certificate,
        })
    }
}

impl Order {
    fn carry_out(self, maker: &Maker, stop: &AtomicBool) -> Result<Body, Refusal> {
        let made = match self.requested {
            Requested::KeyPair(spec) => self.pair(spec, maker, stop)?,
            Requested::Symmetric(spec) => self.shared(spec, maker)?,
        };
        let mut text = Zeroizing::new(Vec::with_capacity(LARGEST_ANSWER));
        serde_json::to_writer(&mut *text, &made).map_err(internal)?;
        Ok(Body::from(Bytes::from_owner(text)))
    }

    fn pair(&self, spec: KeySpec, maker: &Maker, stop: &AtomicBool) -> Result<Made, Refusal> {
        let key = generate_until(spec, stop).map_err(unmade)?;
        let kid = self.key_id.key_id(&key.public(), (maker.now)());
        let key = key.with_kid(kid);
        let certificate =
            self.certificate.then(|| (maker.certify)(&key).map_err(|it| it.to_string()));
        Made::of_pair(&key, certificate).map_err(internal)
    }

    fn shared(&self, spec: SymmetricSpec, maker: &Maker) -> Result<Made, Refusal> {
        let key = SymmetricJwk::generate(spec).map_err(unmade)?;
        let kid = self.key_id.key_id_of_shared(&key, (maker.now)()).map_err(bad_request)?;
        if self.certificate {
            let reason = "a shared key has no public half to certify";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, reason));
        }
        Ok(Made::of_shared(&key.with_kid(kid)))
    }
}

fn bad_request(error: impl Error) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, error.to_string())
}

fn internal(error: impl Error) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn unmade(error: GenerateError) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}
