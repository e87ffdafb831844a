//! Clocks that are set while a service runs, and failures that outlive a process.

use super::*;
use crate::FileCache;

/// A wall clock that anybody may set, and time that passes regardless.
#[derive(Default)]
struct Settable {
    elapsed: Stopped,
    ahead: Mutex<i64>,
}

impl Clock for Settable {
    fn now(&self) -> SystemTime {
        let (ahead, now) = (*lock(&self.ahead), self.elapsed.now());
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 { now - by } else { now + by }
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        self.elapsed.sleep(duration);
    }
}

#[test]
fn c_13_a_clock_that_is_set_while_a_service_runs_changes_nothing() {
    let first = setting(200, true);
    let clock = Arc::new(Settable::default());
    let http = HttpClient::new(first.org.clone(), clock.clone(), RetryPolicy::default());
    let endpoint = first.source.client.endpoint().clone();
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let signer = Arc::new(LocalSigner::new(&key).unwrap());
    let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
    let folder = tempfile::tempdir().unwrap();
    let files = Arc::new(FileCache::open(&folder.path().join("cache")).unwrap());
    let process = || {
        TokenSource::new(client.clone(), first.source.scopes.clone())
            .with_file_cache(Arc::clone(&files))
    };
    let service = process();
    assert_eq!(service.token().unwrap().expose(), "t0");
    for ahead in [7200, -7200, -20 * 365 * 86_400, 20 * 365 * 86_400, 0] {
        *lock(&clock.ahead) = ahead;
        clock.sleep(Duration::from_secs(10));
        assert_eq!(service.token().unwrap().expose(), "t0", "{ahead} s");
        assert_eq!(process().token().unwrap().expose(), "t0", "{ahead} s, another process");
    }
    assert_eq!(first.requests(), 1);
    *lock(&clock.ahead) = -7200;
    clock.sleep(Duration::from_secs(3600));
    assert_eq!(service.token().unwrap().expose(), "t1", "a token that has ended is not served");
    assert_eq!(first.requests(), 2);
}

#[test]
fn c_08_a_failure_to_renew_is_heeded_by_the_next_process() {
    let setting = setting(200, true);
    let folder = tempfile::tempdir().unwrap();
    let files = Arc::new(FileCache::open(&folder.path().join("cache")).unwrap());
    let source = setting.source.clone().with_file_cache(files);
    let process = || {
        let source = TokenSource { state: Arc::default(), ..source.clone() };
        Setting { source, org: setting.org.clone(), clock: setting.clock.clone() }
    };
    assert_eq!(process().look().expose(), "t0");
    setting.pass(2800);
    setting.org.fails.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        assert_eq!(process().look().expose(), "t0");
    }
    assert_eq!(setting.requests(), 2, "one failure, and then the backoff");
    setting.pass(1);
    assert_eq!(process().look().expose(), "t0");
    assert_eq!(setting.requests(), 3);
}
