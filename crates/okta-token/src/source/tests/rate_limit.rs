//! T-06: a rate limit that one client of the machine has met.

use super::*;
use crate::FileCache;
use crate::laps::RateLimits;
use okta_http::ServerError;

/// Answers the first request by 429 and the others by a token.
struct Limited {
    requests: AtomicU32,
    retry_after: &'static str,
}

impl Transport for Limited {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        if self.requests.fetch_add(1, Ordering::SeqCst) == 0 {
            let headers = vec![header("retry-after", self.retry_after)];
            return Ok(Response::new(429, headers, Vec::new()));
        }
        let body = br#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#.to_vec();
        Ok(Response::new(200, vec![header("content-type", "application/json")], body))
    }
}

struct Machine {
    org: Arc<Limited>,
    clock: Arc<Stopped>,
    folder: tempfile::TempDir,
}

impl Machine {
    fn new(retry_after: &'static str) -> Self {
        let org = Arc::new(Limited { requests: AtomicU32::new(0), retry_after });
        Self { org, clock: Arc::default(), folder: tempfile::tempdir().unwrap() }
    }

    /// What a process of one client comes to.
    fn get(&self, client_id: &str, org: &str) -> Result<Arc<AccessToken>, Arc<TokenError>> {
        self.source(client_id, org, self.clock.clone()).token()
    }

    fn source(&self, client_id: &str, org: &str, clock: Arc<dyn Clock>) -> TokenSource {
        let http = HttpClient::new(self.org.clone(), clock, RetryPolicy::default());
        let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
        let endpoint = TokenEndpoint::new(&OrgUrl::parse(org).unwrap(), &AuthServer::Org);
        let (client_id, signer) =
            (ClientId::new(client_id).unwrap(), LocalSigner::new(&key).unwrap());
        let client = TokenClient::new(http, endpoint, client_id, Arc::new(signer));
        let files = FileCache::open(&self.folder.path().join("cache")).unwrap();
        let source = TokenSource::new(client, Scopes::parse("okta.users.read").unwrap());
        source.with_file_cache(Arc::new(files))
    }

    fn requests(&self) -> u32 {
        self.org.requests.load(Ordering::SeqCst)
    }
}

const ACME: &str = "https://acme.okta.com";

#[test]
fn t_06_who_comes_later_waits_a_limit_out_or_is_told_of_it() {
    let machine = Machine::new("90");
    let met = machine.get("0oa1", ACME).unwrap_err();
    assert!(matches!(*met, TokenError::Http(HttpError::RateLimited { .. })), "{met}");
    for client_id in ["0oa1", "0oa2"] {
        let told = machine.get(client_id, ACME).unwrap_err();
        assert!(matches!(&*told, TokenError::LimitStands { .. }), "{told}");
        let words =
            "a rate limit that another request has met stands for 90 s more: HTTP 429: empty body";
        assert_eq!(told.to_string(), words);
    }
    assert_eq!(machine.requests(), 1);
    machine.clock.sleep(Duration::from_secs(40));
    assert_eq!(machine.get("0oa2", ACME).unwrap().expose(), "t");
    // 50 s are left, and half of the 5 s over which those who waited are spread.
    assert_eq!(machine.clock.elapsed(), Duration::from_millis(92_500));
    assert_eq!(machine.requests(), 2);
}

#[test]
fn t_06_another_org_is_not_waited_for() {
    let machine = Machine::new("90");
    machine.get("0oa1", ACME).unwrap_err();
    assert_eq!(machine.get("0oa1", "https://other.okta.com").unwrap().expose(), "t");
    assert_eq!(machine.clock.elapsed(), Duration::ZERO);
}

/// A clock of a process that something else happens beside while it sleeps, once.
struct Beside<F> {
    clock: Arc<Stopped>,
    happens: Mutex<Option<F>>,
}

impl<F: FnOnce() + Send> Clock for Beside<F> {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        if let Some(happens) = lock(&self.happens).take() {
            happens();
        }
        self.clock.sleep(duration);
    }
}

#[test]
fn t_06_others_are_told_while_the_one_that_met_the_limit_waits_it_out() {
    let machine = Arc::new(Machine::new("30"));
    let (others, told) = (Arc::clone(&machine), Arc::new(Mutex::new(None)));
    let happens = {
        let told = Arc::clone(&told);
        move || {
            others.clock.sleep(Duration::from_secs(1));
            let token = others.get("0oa2", ACME);
            *lock(&told) = Some((token, others.clock.elapsed().as_secs()));
        }
    };
    let clock = Beside { clock: machine.clock.clone(), happens: Mutex::new(Some(happens)) };
    let source = machine.source("0oa1", ACME, Arc::new(clock));
    assert_eq!(source.token().unwrap().expose(), "t");
    let (token, at) = lock(&told).take().unwrap();
    assert_eq!(token.unwrap().expose(), "t");
    // 30 s, and half of the 5 s over which those who waited are spread.
    assert_eq!((at, machine.requests()), (32, 3));
}

#[test]
fn t_06_of_several_limits_the_last_to_end_counts() {
    let machine = Machine::new("90");
    let source = machine.source("0oa1", ACME, machine.clock.clone());
    let server = ServerError::from_response(&Response::new(429, Vec::new(), Vec::new()));
    let left = || source.rate_limit().map(|(left, _)| left.as_secs());
    for (met, stands) in [(60, 60), (2, 60), (90, 90), (89, 90)] {
        source.met(Duration::from_secs(met), &server);
        assert_eq!(left(), Some(stands), "{met}");
    }
    machine.clock.sleep(Duration::from_secs(90));
    assert_eq!(left(), None);
    source.met(Duration::from_secs(2), &server);
    assert_eq!(left(), Some(2));
}
