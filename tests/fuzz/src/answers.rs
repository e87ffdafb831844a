//! What servers answer.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use jwt_sign::ClientId;
use okta_http::{
    AuthServer, Clock, HttpClient, HttpError, Method, OrgUrl, Request, Response, RetryPolicy,
    Scopes, Secret, ServerError, TokenEndpoint, Transport,
};
use okta_token::TokenClient;

use crate::{assert_clean, text};

/// Gives the same answer to everything.
struct Same(Mutex<Response>);

impl Transport for Same {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// A clock that only waiting moves.
#[derive(Default)]
struct Waited(Mutex<Vec<Duration>>);

impl Clock for Waited {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_787_306_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().sum()
    }

    fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
    }
}

fn org() -> &'static OrgUrl {
    static ORG: OnceLock<OrgUrl> = OnceLock::new();
    ORG.get_or_init(|| OrgUrl::parse("https://acme.okta.com").expect("an org URL"))
}

fn client(answer: Response, policy: RetryPolicy) -> (HttpClient, Arc<Waited>) {
    let clock = Arc::new(Waited::default());
    let transport = Arc::new(Same(Mutex::new(answer)));
    (HttpClient::new(transport, Arc::<Waited>::clone(&clock), policy), clock)
}

fn answer(status: u16, kind: &str, body: &[u8]) -> Response {
    Response::new(status, vec![("content-type".to_owned(), kind.to_owned())], body.to_vec())
}

/// A token answer with status 200.
pub(crate) fn token_response(bytes: &[u8]) -> bool {
    let (http, _) = client(answer(200, "application/json", bytes), RetryPolicy::none());
    let endpoint = TokenEndpoint::new(org(), &AuthServer::Org);
    let id = ClientId::new("0oa1").expect("a client id");
    let client = TokenClient::with_client_secret(http, endpoint, id, Secret::new("fuzz"));
    let wanted = Scopes::parse("okta.users.read").expect("a scope");
    match client.fetch(&wanted) {
        Ok(token) => {
            assert!(!token.expose().is_empty());
            assert!(token.lifetime() <= Duration::from_secs(86_400));
            assert!(wanted.difference(token.scopes()).is_empty());
            true
        }
        Err(error) => {
            assert_clean(&error.to_string());
            false
        }
    }
}

/// A refusal in any form: what is told of it does nothing to a terminal.
pub(crate) fn error_body(bytes: &[u8]) -> bool {
    let kinds = ["application/json", "text/html"];
    let told = kinds.map(|kind| {
        let error = ServerError::from_response(&answer(400, kind, bytes));
        assert_clean(&error.to_string());
        assert!(error.to_string().chars().count() < 8192, "nothing endless is told");
        error.oauth_error().is_some() || error.to_string().contains("E0000")
    });
    told[0]
}

/// The headers of a 429, one to a line: the wait is within bounds whatever they say.
pub(crate) fn waits(bytes: &[u8]) -> bool {
    const NAMES: [&str; 4] =
        ["date", "retry-after", "x-rate-limit-reset", "x-rate-limit-remaining"];
    let Some(text) = text(bytes) else { return false };
    let headers = NAMES.iter().zip(text.split('\n'));
    let headers = headers.map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect();
    let answer = Response::new(429, headers, Vec::new());
    let date = answer.date();
    let policy = RetryPolicy { max_wait: Duration::from_secs(121), ..RetryPolicy::none() };
    let (http, clock) = client(answer, policy);
    let request = || Ok::<_, HttpError>(Request::new(Method::Get, org().url("/api/v1/users")));
    match http.send(request) {
        Ok(answer) => assert_eq!(answer.status, 429),
        Err(error) => assert_clean(&error.to_string()),
    }
    let waits = clock.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(waits.iter().all(|it| (1..=120).contains(&it.as_secs())), "{waits:?}");
    assert!(waits.iter().sum::<Duration>() <= Duration::from_secs(121), "{waits:?}");
    date.is_some()
}

/// A `Link` header: no page leads to another origin.
pub(crate) fn link(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let headers = vec![("link".to_owned(), text.to_owned())];
    let Ok(Some(next)) = Response::new(200, headers, Vec::new()).next_link(org()) else {
        return false;
    };
    // By a reader of URLs that is not ours.
    let origin = url::Url::parse(&next).expect("a URL").origin();
    assert_eq!(origin.ascii_serialization(), "https://acme.okta.com", "{next}");
    true
}
