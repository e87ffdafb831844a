//! A refusal that is met again and again, by one run after another.

use super::*;
use crate::FileCache;
use crate::error::FailureKind;

/// Refuses whatever it is asked, by `body`, until it is told otherwise.
struct Refusing {
    requests: AtomicU32,
    gives_tokens: AtomicBool,
    body: &'static str,
}

impl Transport for Refusing {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if self.gives_tokens.load(Ordering::SeqCst) {
            let body = br#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#.to_vec();
            return Ok(Response::new(200, headers, body));
        }
        Ok(Response::new(400, headers, self.body.into()))
    }
}

struct Machine {
    org: Arc<Refusing>,
    clock: Arc<Stopped>,
    signer: Arc<LocalSigner>,
    folder: tempfile::TempDir,
}

type Got = Result<Arc<AccessToken>, Arc<TokenError>>;

impl Machine {
    fn new(body: &'static str) -> Self {
        let (requests, gives_tokens) = (AtomicU32::new(0), AtomicBool::new(false));
        Self {
            org: Arc::new(Refusing { requests, gives_tokens, body }),
            clock: Arc::default(),
            signer: signer(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// What a run that begins now comes to.
    fn run(&self) -> Got {
        self.run_as(Arc::clone(&self.signer), "okta.users.read", Freshness::Cached)
    }

    fn run_as(&self, signer: Arc<LocalSigner>, scopes: &str, freshness: Freshness) -> Got {
        let http = HttpClient::new(self.org.clone(), self.clock.clone(), RetryPolicy::default());
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
        let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
        let files = FileCache::open(&self.folder.path().join("cache")).unwrap();
        let source = TokenSource::new(client, Scopes::parse(scopes).unwrap());
        let source = source.with_file_cache(Arc::new(files));
        Ok(source.token_for(&Demand { freshness, ..Demand::default() })?.token)
    }

    fn requests(&self) -> u32 {
        self.org.requests.load(Ordering::SeqCst)
    }

    fn pass(&self, secs: u64) {
        self.clock.sleep(Duration::from_secs(secs));
    }
}

fn signer() -> Arc<LocalSigner> {
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    Arc::new(LocalSigner::new(&key).unwrap())
}

#[track_caller]
fn held(got: Got) -> (FailureKind, u64) {
    match &*got.unwrap_err() {
        TokenError::FailedElsewhere { kind, retry_after, .. } => (*kind, retry_after.as_secs()),
        other => panic!("{other}"),
    }
}

const INVALID_CLIENT: &str = r#"{"error":"invalid_client","error_description":"no such client"}"#;
const INVALID_SCOPE: &str = r#"{"error":"invalid_scope","error_description":"not granted"}"#;

#[test]
fn what_is_refused_three_times_in_a_row_is_not_asked_for_a_while() {
    for (body, kind) in
        [(INVALID_CLIENT, FailureKind::Client), (INVALID_SCOPE, FailureKind::Request)]
    {
        let machine = Machine::new(body);
        for n in 1..=3 {
            let refused = machine.run().unwrap_err();
            assert_ne!(FailureKind::of(&refused), FailureKind::Server);
            assert!(!matches!(&*refused, TokenError::FailedElsewhere { .. }), "{refused}");
            assert_eq!(machine.requests(), n);
            machine.pass(1);
        }
        for _ in 0..100 {
            assert_eq!(held(machine.run()), (kind, 29));
        }
        assert_eq!(machine.requests(), 3);
        machine.pass(29);
        assert!(!matches!(&*machine.run().unwrap_err(), TokenError::FailedElsewhere { .. }));
        assert_eq!((machine.requests(), held(machine.run())), (4, (kind, 60)));
    }
}

#[test]
fn a_day_of_runs_each_second_is_a_request_in_five_minutes() {
    let machine = Machine::new(INVALID_CLIENT);
    for _ in 0..86_400 / 5 {
        machine.run().unwrap_err();
        machine.pass(5);
    }
    assert!((288..=294).contains(&machine.requests()), "{}", machine.requests());
}

#[test]
fn who_has_mended_the_cause_is_not_told_the_old_refusal() {
    let machine = Machine::new(INVALID_CLIENT);
    for _ in 0..3 {
        machine.run().unwrap_err();
    }
    machine.org.gives_tokens.store(true, Ordering::SeqCst);
    held(machine.run());
    // Another key, other scopes, or somebody who says so.
    machine.run_as(signer(), "okta.users.read", Freshness::Cached).unwrap();
    machine.run_as(Arc::clone(&machine.signer), "okta.apps.read", Freshness::Cached).unwrap();
    held(machine.run());
    machine.run_as(Arc::clone(&machine.signer), "okta.users.read", Freshness::Refreshed).unwrap();
    assert_eq!(machine.run().unwrap().expose(), "t");
    assert_eq!(machine.requests(), 6);
}

#[test]
fn refusals_with_time_between_them_are_no_row() {
    let machine = Machine::new(INVALID_SCOPE);
    for n in 1..=10 {
        let refused = machine.run().unwrap_err();
        assert!(!matches!(&*refused, TokenError::FailedElsewhere { .. }), "{refused}");
        assert_eq!(machine.requests(), n);
        machine.pass(61);
    }
}
