//! The retry loop over a scripted transport and a clock that only sleeping moves.

use std::io::Read;
use std::sync::Mutex;
use std::time::SystemTime;

use super::*;
use crate::{ApiCredential, Method, Secret};

type Outcome = Result<Response, HttpError>;

/// Answers from a script and remembers the requests.
struct Script {
    outcomes: Mutex<Vec<Outcome>>,
    requests: Mutex<Vec<Request>>,
}

impl Transport for Script {
    fn round_trip(&self, request: &Request) -> Outcome {
        self.requests.lock().unwrap().push(request.clone());
        self.outcomes.lock().unwrap().remove(0)
    }
}

#[derive(Default)]
struct FakeClock {
    naps: Mutex<Vec<Duration>>,
    /// Whether every random time is the longest one, not none.
    is_spread: bool,
}

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_787_306_400) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.naps.lock().unwrap().iter().sum()
    }

    fn jitter(&self, longest: Duration) -> Duration {
        if self.is_spread { longest } else { Duration::ZERO }
    }

    fn sleep(&self, duration: Duration) {
        self.naps.lock().unwrap().push(duration);
    }
}

struct Run {
    outcome: Outcome,
    tries: usize,
    naps: Vec<Duration>,
}

fn run(method: Method, outcomes: Vec<Outcome>, policy: RetryPolicy) -> Run {
    run_by(FakeClock::default(), method, outcomes, policy)
}

fn run_by(clock: FakeClock, method: Method, outcomes: Vec<Outcome>, policy: RetryPolicy) -> Run {
    let script = Arc::new(Script { outcomes: Mutex::new(outcomes), requests: Mutex::default() });
    let clock = Arc::new(clock);
    let client = HttpClient::new(script.clone(), clock.clone(), policy);
    let outcome =
        client.send(|| Ok::<_, HttpError>(Request::new(method, "https://acme.okta.com/")));
    let tries = script.requests.lock().unwrap().len();
    assert!(script.outcomes.lock().unwrap().is_empty(), "not every outcome was asked for");
    let naps = clock.naps.lock().unwrap().clone();
    Run { outcome, tries, naps }
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Outcome {
    let headers =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(Response::new(status, headers, Vec::new()))
}

fn unreachable() -> HttpError {
    HttpError::Unreachable { host: "acme.okta.com".to_owned(), source: "refused".into() }
}

fn disconnected() -> HttpError {
    HttpError::Disconnected { host: "acme.okta.com".to_owned(), source: "cut".into() }
}

fn timed_out(sent: bool) -> HttpError {
    HttpError::TimedOut { host: "acme.okta.com".to_owned(), sent }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn policy() -> RetryPolicy {
    RetryPolicy {
        backoffs: vec![secs(1), secs(2), secs(3)],
        max_wait: secs(60),
        deadline: secs(30),
    }
}

#[test]
fn a_safe_request_survives_a_bad_network() {
    let outcomes =
        vec![Err(unreachable()), Err(timed_out(true)), Err(disconnected()), answer(200, &[])];
    let run = run(Method::Get, outcomes, policy());
    assert_eq!(run.outcome.unwrap().status, 200);
    assert_eq!(run.naps, [secs(1), secs(2), secs(3)]);
}

#[test]
fn the_budget_is_bounded_and_nothing_sleeps_after_the_last_try() {
    let outcomes = (0..4).map(|_| answer(503, &[])).collect();
    let run = run(Method::Get, outcomes, policy());
    assert_eq!((run.outcome.unwrap().status, run.tries, run.naps.len()), (503, 4, 3));
    let run = self::run(Method::Get, vec![answer(503, &[])], RetryPolicy::none());
    assert_eq!((run.outcome.unwrap().status, run.tries, run.naps.len()), (503, 1, 0));
}

#[test]
fn statuses_that_another_try_does_not_mend_are_returned_at_once() {
    for status in [200, 201, 204, 400, 401, 403, 404, 409, 418, 499, 600] {
        for method in [Method::Get, Method::Post] {
            let run = run(method, vec![answer(status, &[])], policy());
            assert_eq!((run.outcome.unwrap().status, run.tries), (status, 1));
        }
    }
}

#[test]
fn a_server_that_failed_is_tried_again_only_if_replay_is_safe() {
    for status in [500, 501, 502, 503, 504, 505, 599] {
        let again = run(Method::Put, vec![answer(status, &[]), answer(200, &[])], policy());
        assert_eq!((again.outcome.unwrap().status, again.tries), (200, 2));
        let once = run(Method::Post, vec![answer(status, &[])], policy());
        assert_eq!((once.outcome.unwrap().status, once.tries), (status, 1));
    }
}

#[test]
fn a_request_for_one_use_is_repeated_only_if_unsent() {
    for error in [unreachable(), timed_out(false)] {
        let run = run(Method::Post, vec![Err(error), answer(201, &[])], policy());
        assert_eq!((run.outcome.unwrap().status, run.tries), (201, 2));
    }
    let malformed = HttpError::Malformed { what: "no valid HTTP".to_owned() };
    for error in [timed_out(true), disconnected(), malformed, HttpError::BodyTooLarge { limit: 1 }]
    {
        let expected = error.to_string();
        let run = run(Method::Post, vec![Err(error)], policy());
        assert_eq!(run.tries, 1);
        match run.outcome {
            Err(HttpError::OutcomeUnknown { source }) => assert_eq!(source.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_request_that_was_never_sent_has_a_known_outcome() {
    let outcomes = (0..4).map(|_| Err(timed_out(false))).collect();
    let run = run(Method::Post, outcomes, policy());
    assert_eq!(run.tries, 4);
    assert!(matches!(run.outcome, Err(HttpError::TimedOut { sent: false, .. })));
}

#[test]
fn mistakes_and_distrust_are_final() {
    for error in [
        HttpError::Tls { host: "acme.okta.com".to_owned(), source: "expired".into() },
        HttpError::Redirected { status: 302, location_host: None },
        HttpError::InvalidRequest { what: "x".to_owned() },
        HttpError::InvalidConfig { what: "x".to_owned() },
    ] {
        let expected = error.to_string();
        let run = run(Method::Post, vec![Err(error)], policy());
        assert_eq!((run.tries, run.outcome.unwrap_err().to_string()), (1, expected));
    }
}

const DATE: (&str, &str) = ("Date", "Fri, 21 Aug 2026 10:00:00 GMT");

#[test]
fn a_rate_limit_is_waited_for_whatever_the_method() {
    for method in [Method::Get, Method::Post] {
        let limited = answer(429, &[DATE, ("X-Rate-Limit-Reset", "1787306440")]);
        let run = run(method, vec![limited, answer(200, &[])], policy());
        assert_eq!(run.outcome.unwrap().status, 200);
        assert_eq!(run.naps, [secs(41)]);
    }
}

#[test]
fn a_wait_beyond_the_limit_is_not_begun() {
    let limited = || answer(429, &[("Retry-After", "90")]);
    let run = run(Method::Get, vec![limited()], policy());
    assert_eq!((run.tries, run.naps.len()), (1, 0));
    match run.outcome {
        Err(HttpError::RateLimited { retry_after, server }) => {
            assert_eq!((retry_after, server.status), (secs(90), 429));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_limit_counts_all_waits_of_one_call() {
    let limited = || answer(429, &[("Retry-After", "40")]);
    let run = run(Method::Get, vec![limited(), limited()], policy());
    assert_eq!(run.naps, [secs(40)]);
    assert!(matches!(run.outcome, Err(HttpError::RateLimited { .. })));
}

fn concurrency_limit() -> Outcome {
    answer(429, &[("X-Rate-Limit-Limit", "0"), ("X-Rate-Limit-Remaining", "0")])
}

#[test]
fn a_concurrency_limit_is_waited_for_longer_each_time_until_the_allowance_is_used_up() {
    for method in [Method::Get, Method::Post] {
        let limited = (0..15).map(|_| concurrency_limit()).collect();
        let run = run(method, limited, policy());
        assert_eq!(run.naps[..6], [1, 2, 3, 4, 5, 5].map(secs));
        assert_eq!((run.tries, run.naps.iter().sum()), (15, secs(60)));
        assert!(
            matches!(run.outcome, Err(HttpError::RateLimited { retry_after, .. }) if retry_after == secs(1))
        );
    }
}

#[test]
fn rate_limits_and_failures_are_counted_apart() {
    let mut outcomes: Vec<Outcome> = (0..6).map(|_| concurrency_limit()).collect();
    outcomes.extend((0..3).map(|_| Err(unreachable())));
    outcomes.push(answer(200, &[]));
    let run = run(Method::Get, outcomes, policy());
    assert_eq!((run.outcome.unwrap().status, run.tries), (200, 10));

    let only_limits = RetryPolicy { backoffs: Vec::new(), ..policy() };
    let run = self::run(Method::Get, vec![concurrency_limit(), answer(200, &[])], only_limits);
    assert_eq!((run.outcome.unwrap().status, run.naps), (200, vec![secs(1)]));
}

#[test]
fn calls_that_wait_for_one_window_come_apart_within_the_allowance() {
    let reset = || answer(429, &[DATE, ("X-Rate-Limit-Reset", "1787306440")]);
    let spread = || FakeClock { is_spread: true, ..FakeClock::default() };
    for (max_wait, nap) in [(60, 46), (43, 43), (41, 41)] {
        let policy = RetryPolicy { max_wait: secs(max_wait), ..policy() };
        let run = run_by(spread(), Method::Get, vec![reset(), answer(200, &[])], policy);
        assert_eq!(run.naps, [secs(nap)]);
    }
    let told = answer(429, &[("Retry-After", "7")]);
    let run = run_by(spread(), Method::Get, vec![told, answer(200, &[])], policy());
    assert_eq!(run.naps, [secs(7)]);
}

#[test]
fn retry_after_of_503_is_honoured_within_the_limit() {
    let run =
        run(Method::Get, vec![answer(503, &[("Retry-After", "20")]), answer(200, &[])], policy());
    assert_eq!(run.naps, [secs(20)]);
    let run = self::run(Method::Get, vec![answer(503, &[("Retry-After", "100")])], policy());
    assert_eq!((run.outcome.unwrap().status, run.naps.len()), (503, 0));
}

#[test]
fn every_try_is_built_anew_and_a_failed_build_ends_it() {
    #[derive(Debug, PartialEq)]
    struct Spent;
    impl From<HttpError> for Spent {
        fn from(error: HttpError) -> Self {
            panic!("{error}")
        }
    }

    let script = Arc::new(Script {
        outcomes: Mutex::new(vec![answer(429, &[]), answer(429, &[])]),
        requests: Mutex::default(),
    });
    let client = HttpClient::new(script.clone(), Arc::new(FakeClock::default()), policy());
    let mut built = 0;
    let outcome = client.send(|| {
        built += 1;
        if built == 3 {
            return Err(Spent);
        }
        let jti = format!("jti{built}");
        Ok(Request::new(Method::Post, "https://acme.okta.com/")
            .with_form(&[("client_assertion", &jti)]))
    });
    assert_eq!(outcome.unwrap_err(), Spent);
    let requests = script.requests.lock().unwrap();
    let bodies: Vec<_> = requests.iter().map(|request| request.body().unwrap()).collect();
    assert_eq!(bodies, [b"client_assertion=jti1", b"client_assertion=jti2"]);
}

#[test]
fn a_stream_is_opened_by_the_same_loop() {
    let outcomes = vec![
        Err(unreachable()),
        answer(429, &[("Retry-After", "7")]),
        Ok(Response::new(200, Vec::new(), b"data".to_vec())),
    ];
    let script = Arc::new(Script { outcomes: Mutex::new(outcomes), requests: Mutex::default() });
    let clock = Arc::new(FakeClock::default());
    let client = HttpClient::new(script, clock.clone(), policy());
    let mut response = client
        .stream(|| Ok::<_, HttpError>(Request::new(Method::Get, "https://acme.okta.com/")))
        .unwrap();
    let mut text = String::new();
    response.read_to_string(&mut text).unwrap();
    assert_eq!(
        (text.as_str(), clock.naps.lock().unwrap().as_slice()),
        ("data", &[secs(1), secs(7)][..])
    );
}

#[test]
fn a_page_in_place_of_json_does_not_repeat_the_credential() {
    let html = |kind: &str| {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        let body = b"{\"a\":\"00canary-token\"}".to_vec();
        let outcomes = Mutex::new(vec![Ok(Response::new(200, headers, body))]);
        let script = Arc::new(Script { outcomes, requests: Mutex::default() });
        let client = HttpClient::new(script, Arc::new(FakeClock::default()), policy());
        let credential = ApiCredential::ApiToken(Secret::new("00canary-token"));
        let request =
            Request::new(Method::Get, "https://acme.okta.com/").with_credential(credential);
        client.send(|| Ok::<_, HttpError>(request.clone())).unwrap()
    };
    let error = html("text/html").json::<serde_json::Value>().unwrap_err();
    assert!(error.to_string().contains("[redacted]"), "{error}");
    let json: serde_json::Value = html("application/json").json().unwrap();
    assert_eq!(json["a"], "00canary-token", "data is left as it is");
}

#[test]
fn an_error_answer_does_not_repeat_the_credential() {
    let body =
        br#"{"errorCode":"E0000011","errorSummary":"Invalid token 00canary-token provided"}"#
            .to_vec();
    let outcomes = Mutex::new(vec![Ok(Response::new(401, Vec::new(), body))]);
    let script = Arc::new(Script { outcomes, requests: Mutex::default() });
    let client = HttpClient::new(script, Arc::new(FakeClock::default()), policy());
    let response = client.send(|| {
        let credential = ApiCredential::ApiToken(Secret::new("00canary-token"));
        Ok::<_, HttpError>(
            Request::new(Method::Get, "https://acme.okta.com/").with_credential(credential),
        )
    });
    let error = response.unwrap().into_success().unwrap_err();
    assert_eq!(error.to_string(), "HTTP 401 `E0000011`: Invalid token [redacted] provided");
}

#[test]
fn chance_sets_the_tries_of_many_callers_apart() {
    let clock = FakeClock { is_spread: true, ..FakeClock::default() };
    let outcomes = vec![Err(unreachable()), Err(unreachable()), answer(200, &[])];
    let run = run_by(clock, Method::Get, outcomes, policy());
    assert_eq!(run.naps, [secs(2), secs(4)]);
}

#[test]
fn no_try_begins_after_the_deadline() {
    let policy = RetryPolicy { deadline: secs(3), ..policy() };
    let outcomes = (0..2).map(|_| Err(unreachable())).collect();
    let run = run(Method::Get, outcomes, policy);
    assert!(matches!(run.outcome, Err(HttpError::Unreachable { .. })));
    assert_eq!(run.naps, [secs(1)]);
}

#[test]
fn a_wait_that_the_server_asked_for_does_not_use_up_the_deadline() {
    let policy = RetryPolicy { deadline: secs(3), ..policy() };
    let told = answer(429, &[("Retry-After", "7")]);
    let outcomes = vec![told, Err(unreachable()), answer(200, &[])];
    let run = run(Method::Get, outcomes, policy);
    assert_eq!((run.outcome.unwrap().status, run.naps), (200, vec![secs(7), secs(1)]));
}

#[test]
fn each_try_gets_what_is_left_of_the_deadline() {
    let outcomes = vec![Err(unreachable()), Err(unreachable()), answer(200, &[])];
    let script = Arc::new(Script { outcomes: Mutex::new(outcomes), requests: Mutex::default() });
    let client = HttpClient::new(script.clone(), Arc::new(FakeClock::default()), policy());
    let request = || Request::new(Method::Get, "https://acme.okta.com/").within(secs(28));
    drop(client.send(|| Ok::<_, HttpError>(request())).unwrap());
    let requests = script.requests.lock().unwrap();
    let limits: Vec<_> = requests.iter().map(|it| it.time_limit().unwrap()).collect();
    assert_eq!(limits, [secs(28), secs(28), secs(27)]);
}

#[test]
fn a_proxy_that_wants_a_password_is_asked_once() {
    let refused = |status| HttpError::ProxyRefused { host: "acme.okta.com".to_owned(), status };
    let run = run(Method::Post, vec![Err(refused(407))], policy());
    assert!(matches!(run.outcome, Err(HttpError::ProxyRefused { status: 407, .. })));
    let run = self::run(Method::Post, vec![Err(refused(503)), answer(201, &[])], policy());
    assert_eq!((run.outcome.unwrap().status, run.tries), (201, 2));
}

#[test]
fn a_request_that_is_sent_again_after_a_rate_limit_names_the_first() {
    let limited = |id| answer(429, &[("Retry-After", "1"), ("X-Okta-Request-Id", id)]);
    let outcomes = vec![limited("req1"), limited("req2"), Err(unreachable()), answer(200, &[])];
    let script = Arc::new(Script { outcomes: Mutex::new(outcomes), requests: Mutex::default() });
    let client = HttpClient::new(script.clone(), Arc::new(FakeClock::default()), policy());
    let request = || Ok::<_, HttpError>(Request::new(Method::Post, "https://acme.okta.com/"));
    drop(client.send(request).unwrap());
    let requests = script.requests.lock().unwrap();
    let header = |request: &Request, name: &str| {
        let found = request.headers().find(|(it, _)| *it == name);
        found.map(|(_, value)| value.to_owned())
    };
    let told = requests
        .iter()
        .map(|it| (header(it, "X-Okta-Retry-For"), header(it, "X-Okta-Retry-Count")));
    let first = Some("req1".to_owned());
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (None, None),
            (first.clone(), Some("1".to_owned())),
            (first.clone(), Some("2".to_owned())),
            (first, Some("2".to_owned())),
        ]
    );
}

#[test]
fn an_id_that_is_none_is_not_sent_back() {
    for id in ["", "a b", "a\r\nX: y", "\u{e9}", &"x".repeat(101)] {
        let limited = answer(429, &[("Retry-After", "1"), ("X-Okta-Request-Id", id)]);
        let outcomes = Mutex::new(vec![limited, answer(200, &[])]);
        let script = Arc::new(Script { outcomes, requests: Mutex::default() });
        let client = HttpClient::new(script.clone(), Arc::new(FakeClock::default()), policy());
        let request = || Ok::<_, HttpError>(Request::new(Method::Get, "https://acme.okta.com/"));
        assert_eq!(client.send(request).unwrap().status, 200, "{id:?}");
        let requests = script.requests.lock().unwrap();
        assert!(requests[1].headers().all(|(name, _)| !name.contains("Retry")), "{id:?}");
    }
}

/// The two forms of `Retry-After`, and a value of no sense.
#[test]
fn t_07_a_gateway_is_waited_for_as_it_asks_and_two_minutes_at_most() {
    let patient = RetryPolicy { max_wait: secs(120), ..policy() };
    for (after, nap) in [
        ("20", 20),
        ("Fri, 21 Aug 2026 10:00:30 GMT", 30),
        ("Fri, 21 Aug 2026 09:00:00 GMT", 1),
        ("999999999", 120),
        ("-1", 1),
        ("soon", 1),
    ] {
        let busy = answer(503, &[DATE, ("Retry-After", after)]);
        let run = run(Method::Get, vec![busy, answer(200, &[])], patient.clone());
        assert_eq!((run.outcome.unwrap().status, run.naps), (200, vec![secs(nap)]), "{after}");
    }
}

/// What would have been enough: all that was waited, and what is still asked for.
#[test]
fn a_wait_beyond_the_limit_is_told_with_what_would_have_sufficed() {
    let told = |status, secs| answer(status, &[("Retry-After", secs)]);
    let policy = RetryPolicy { max_wait: secs(10), ..policy() };
    let run_after = |first, last| run(Method::Get, vec![first, last], policy.clone()).outcome;
    let limited = run_after(told(429, "4"), told(429, "7")).unwrap_err();
    let HttpError::RateLimited { retry_after, server } = limited else { panic!("{limited}") };
    assert_eq!((retry_after, server.waits.sufficient), (secs(7), Some(secs(11))));
    let busy = run_after(told(429, "4"), told(503, "7")).unwrap().into_success().unwrap_err();
    assert_eq!((busy.waits.asked, busy.waits.sufficient), (Some(secs(7)), Some(secs(11))));

    let all = (0..4).map(|_| told(503, "2")).collect();
    let busy = run(Method::Get, all, policy.clone()).outcome.unwrap().into_success().unwrap_err();
    assert_eq!((busy.waits.asked, busy.waits.sufficient), (Some(secs(2)), None));

    let script =
        Arc::new(Script { outcomes: Mutex::new(vec![told(429, "7")]), requests: Mutex::default() });
    let client = HttpClient::new(script, Arc::new(FakeClock::default()), policy);
    let request = || Ok::<_, HttpError>(Request::new(Method::Get, "https://acme.okta.com/"));
    let limited = client.having_waited(secs(4)).send(request).unwrap_err();
    let HttpError::RateLimited { server, .. } = limited else { panic!("{limited}") };
    assert_eq!(server.waits.sufficient, Some(secs(11)));
}
