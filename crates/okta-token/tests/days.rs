//! Days of a service in compressed time, in a process of its own, so that its memory can be measured.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use jwk_gen::{Algorithm, KeySpec};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, Clock, HttpClient, HttpError, OrgUrl, Request, Response, RetryPolicy, Scopes,
    TokenEndpoint, Transport,
};
use okta_token::{Refresh, TokenClient, TokenSource};

/// A clock that moves only when told to.
#[derive(Default)]
struct Stopped(Mutex<Duration>, AtomicU32);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As even as random numbers are, and the same in every run.
    fn jitter(&self, longest: Duration) -> Duration {
        let number = self.1.fetch_add(1, Ordering::SeqCst);
        longest.mul_f64((f64::from(number) * 0.618_033_988).fract())
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += duration;
    }
}

/// Gives a token of an hour to every request, but for every seventh.
#[derive(Default)]
struct Org(AtomicU32);

impl Transport for Org {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let token =
            format!(r#"{{"access_token":"t{number}","token_type":"Bearer","expires_in":3600}}"#);
        let status = if number % 7 == 6 { 503 } else { 200 };
        Ok(Response::new(status, headers, token.into_bytes()))
    }
}

/// KiB of this process in memory (proc(5)).
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of each process");
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of memory");
    line.trim().trim_end_matches(" kB").parse().expect("kilobytes")
}

#[test]
fn a_day_takes_24_to_34_tokens_and_a_week_no_more_memory_than_a_day() {
    let (org, clock) = (Arc::new(Org::default()), Arc::new(Stopped::default()));
    let http = HttpClient::new(org, clock.clone(), RetryPolicy::default());
    let url = OrgUrl::parse("https://acme.okta.com").unwrap();
    let key = jwk_gen::generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let endpoint = TokenEndpoint::new(&url, &AuthServer::Org);
    let signer = Arc::new(LocalSigner::new(&key).unwrap());
    let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
    let tokens = TokenSource::new(client, Scopes::parse("okta.users.read").unwrap())
        .with_refresh(Refresh::InPlace { budget: Duration::from_secs(60) });
    let mut after_a_day = 0;
    for day in 1..=7 {
        let (mut last, mut changes) = (String::new(), 0);
        for _ in 0..24 * 360 {
            let token = tokens.token().unwrap();
            changes += u32::from(token.expose() != last);
            token.expose().clone_into(&mut last);
            clock.sleep(Duration::from_secs(10));
        }
        assert!((24..=34).contains(&changes), "{changes} tokens on day {day}");
        if day == 1 {
            after_a_day = resident();
        }
    }
    let grown = resident().saturating_sub(after_a_day);
    assert!(grown < 512, "{grown} KiB more after a week than after a day");
}
