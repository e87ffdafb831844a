//! T-06: a rate limit that one client of the machine has met.

use super::*;
use crate::FileCache;
use crate::error::FailureKind;

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
        let http = HttpClient::new(self.org.clone(), self.clock.clone(), RetryPolicy::default());
        let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
        let endpoint = TokenEndpoint::new(&OrgUrl::parse(org).unwrap(), &AuthServer::Org);
        let (client_id, signer) =
            (ClientId::new(client_id).unwrap(), LocalSigner::new(&key).unwrap());
        let client = TokenClient::new(http, endpoint, client_id, Arc::new(signer));
        let files = FileCache::open(&self.folder.path().join("cache")).unwrap();
        let source = TokenSource::new(client, Scopes::parse("okta.users.read").unwrap());
        source.with_file_cache(Arc::new(files)).token()
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
        let TokenError::FailedElsewhere { kind, retry_after, .. } = &*told else {
            panic!("{told}")
        };
        assert_eq!((*kind, retry_after.as_secs()), (FailureKind::RateLimited, 90));
        assert!(told.to_string().contains("rate limited for 90 s"), "{told}");
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
