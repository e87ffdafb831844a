//! One request for all that wait, and none while the token is good.

use std::sync::atomic::AtomicU32;
use std::thread;
use std::time::{Duration, SystemTime};

use jwk_gen::{Algorithm, KeySpec, generate};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, Clock, HttpClient, HttpError, OrgUrl, Request, Response, RetryPolicy,
    TokenEndpoint, Transport,
};

use super::*;

mod faults;
mod rate_limit;
mod refusal;
mod times;

/// A clock that moves only when told to.
#[derive(Default)]
struct Stopped(Mutex<Duration>);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *lock(&self.0)
    }

    fn jitter(&self, longest: Duration) -> Duration {
        longest / 2
    }

    fn sleep(&self, duration: Duration) {
        *lock(&self.0) += duration;
    }
}

/// Answers once the gate is open, and counts.
struct Org {
    status: u16,
    open: AtomicBool,
    fails: AtomicBool,
    requests: AtomicU32,
}

impl Transport for Org {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        while !self.open.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let status = if self.fails.load(Ordering::SeqCst) { 500 } else { self.status };
        let body = match status {
            200 => {
                format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":3600}}"#)
            }
            _ => r#"{"error":"invalid_client"}"#.to_owned(),
        };
        Ok(Response::new(status, headers, body.into_bytes()))
    }
}

struct Setting {
    org: Arc<Org>,
    clock: Arc<Stopped>,
    source: TokenSource,
}

fn setting(status: u16, open: bool) -> Setting {
    setting_within(status, open, one_try().deadline)
}

fn setting_within(status: u16, open: bool, deadline: Duration) -> Setting {
    let org = Org {
        status,
        open: AtomicBool::new(open),
        fails: AtomicBool::new(false),
        requests: AtomicU32::new(0),
    };
    let (org, clock) = (Arc::new(org), Arc::new(Stopped::default()));
    let http = HttpClient::new(org.clone(), clock.clone(), RetryPolicy { deadline, ..one_try() });
    let url = OrgUrl::parse("https://acme.okta.com").unwrap();
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let signer = Arc::new(LocalSigner::new(&key).unwrap());
    let endpoint = TokenEndpoint::new(&url, &AuthServer::Org);
    let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
    let source = TokenSource::new(client, Scopes::parse("okta.users.read").unwrap());
    Setting { org, clock, source }
}

/// Each request of a source is one that is counted: how often a failed one is sent again is tested where that is done.
fn one_try() -> RetryPolicy {
    RetryPolicy { backoffs: Vec::new(), ..RetryPolicy::default() }
}

impl Setting {
    fn requests(&self) -> u32 {
        self.org.requests.load(Ordering::SeqCst)
    }

    /// Holds the answer back until `threads` threads wait for it; what each of them got.
    fn race(&self, threads: usize) -> Vec<Result<Arc<AccessToken>, Arc<TokenError>>> {
        thread::scope(|scope| {
            let calls: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.source.token())).collect();
            // The slot, the thread that flies and each that waits hold the flight.
            let aloft = || lock(&self.source.state.flight).as_ref().map_or(0, Arc::strong_count);
            while aloft() < threads + 1 {
                thread::yield_now();
            }
            self.org.open.store(true, Ordering::SeqCst);
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        })
    }
}

#[test]
fn c_01_waiting_threads_share_one_request() {
    let setting = setting(200, false);
    let results = setting.race(32);
    assert_eq!(setting.requests(), 1);
    assert!(results.iter().all(|result| result.as_ref().unwrap().expose() == "t0"));
}

#[test]
fn c_10_waiting_threads_share_one_failure_and_it_stands_for_a_while() {
    let setting = setting(401, false);
    let results = setting.race(200);
    assert_eq!(setting.requests(), 1);
    assert!(results.iter().all(Result::is_err));
    assert_eq!(setting.source.counters().flights_shared, 199);
    setting.clock.sleep(Duration::from_millis(29_999));
    assert!(setting.source.token().is_err());
    assert_eq!(setting.requests(), 1);
    for (pause, requests) in [(1, 2), (59_999, 2), (1, 3), (120_000, 4), (240_000, 5), (300_000, 6)]
    {
        setting.clock.sleep(Duration::from_millis(pause));
        assert!(setting.source.token().is_err());
        assert_eq!(setting.requests(), requests);
    }
    let refreshed = Demand { freshness: Freshness::Refreshed, ..Demand::default() };
    assert!(setting.source.token_for(&refreshed).is_err());
    assert_eq!(setting.requests(), 7);
}

#[test]
fn a_token_is_kept_until_its_renewal_is_due_and_served_until_that_is_done() {
    let setting = setting(200, true);
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    setting.clock.sleep(Duration::from_secs(2789));
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    assert_eq!(setting.requests(), 1);
    setting.org.open.store(false, Ordering::SeqCst);
    setting.clock.sleep(Duration::from_secs(1));
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    setting.org.open.store(true, Ordering::SeqCst);
    while lock(&setting.source.state.flight).is_some() {
        thread::yield_now();
    }
    assert_eq!(setting.source.token().unwrap().expose(), "t1");
    assert_eq!(setting.requests(), 2);
    assert_eq!(setting.source.counters().soft_serves, 2);
}

#[test]
fn a_dead_token_is_never_served() {
    let setting = setting(200, true);
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    setting.clock.sleep(Duration::from_secs(3540));
    assert!(setting.source.cached().is_none());
    assert_eq!(setting.source.token().unwrap().expose(), "t1");
}

#[test]
fn a_02_a_refused_token_is_replaced_once_however_many_threads_refuse_it() {
    let setting = setting(200, true);
    let refused = setting.source.token().unwrap();
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                setting.source.invalidate(&refused);
                assert_eq!(setting.source.token().unwrap().expose(), "t1");
            });
        }
    });
    assert_eq!(setting.requests(), 2);
}

impl Setting {
    /// A look at the token, after which no renewal is under way.
    fn look(&self) -> Arc<AccessToken> {
        let token = self.source.token().unwrap();
        while lock(&self.source.state.flight).is_some() {
            thread::yield_now();
        }
        token
    }

    fn pass(&self, secs: u64) {
        self.clock.sleep(Duration::from_secs(secs));
    }
}

#[test]
fn c_08_nobody_sees_an_outage_of_eight_minutes() {
    let setting = setting(200, true);
    assert_eq!(setting.look().expose(), "t0");
    setting.pass(2789);
    setting.org.fails.store(true, Ordering::SeqCst);
    for _ in 0..96 {
        setting.pass(5);
        assert_eq!(setting.look().expose(), "t0");
    }
    let failed = setting.source.counters().requests_failed;
    assert!((5..=20).contains(&failed), "{failed} failures");
    setting.org.fails.store(false, Ordering::SeqCst);
    setting.pass(60);
    // The new one may be there before this call returns.
    drop(setting.look());
    assert_ne!(setting.look().expose(), "t0");
}

#[test]
fn a_day_takes_24_to_34_requests() {
    let setting = setting(200, true);
    for _ in 0..24 * 360 {
        drop(setting.look());
        setting.pass(10);
    }
    let requests = setting.requests();
    assert!((24..=34).contains(&requests), "{requests} requests");
}
