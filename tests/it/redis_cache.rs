//! Tokens shared over a Redis server: the real one, in every state it gets into.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use jwk_gen::{Algorithm, KeySpec, generate};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, Clock, HttpClient, HttpError, OrgUrl, Request, Response, RetryPolicy, Scopes,
    Secret, SystemClock, TokenEndpoint, Transport,
};
use okta_token::{CacheKey, FleetCache, Lease, RedisCache, RedisConfig, SealingKey, TokenClient};
use redis::Commands;
use tests::{RedisServer, RedisTls, is_skipped};

const HOUR: Duration = Duration::from_secs(3600);
const TOKEN: &[u8] = b"an entry with a token";

/// The promise is 200 ms; the rest is for a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Time that passes only when it is told to.
#[derive(Default)]
struct Stopped(Mutex<Duration>);

impl Stopped {
    fn advance(&self, millis: u64) {
        *self.0.lock().unwrap() += Duration::from_millis(millis);
    }
}

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

struct Nobody;

impl Transport for Nobody {
    fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
        unreachable!("no token is asked for")
    }
}

fn cache_keys<const N: usize>(scopes: [&str; N]) -> [CacheKey; N] {
    let http = HttpClient::new(Arc::new(Nobody), Arc::new(SystemClock), RetryPolicy::default());
    let org = OrgUrl::parse("https://acme.okta.com").unwrap();
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let signer = Arc::new(LocalSigner::new(&key).unwrap());
    let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
    let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
    scopes.map(|scope| CacheKey::of(&client, &Scopes::parse(scope).unwrap()))
}

fn cache_key() -> CacheKey {
    let [key] = cache_keys(["okta.users.read"]);
    key
}

fn sealing_key(byte: &str) -> SealingKey {
    SealingKey::from_text(&byte.repeat(32)).unwrap()
}

fn config(server: &RedisServer) -> RedisConfig {
    RedisConfig::new(server.url(), sealing_key("a1"))
}

fn cache(config: RedisConfig) -> RedisCache {
    RedisCache::new(config, Arc::new(SystemClock)).unwrap()
}

fn stopped(config: RedisConfig) -> (RedisCache, Arc<Stopped>) {
    let clock = Arc::new(Stopped::default());
    (RedisCache::new(config, clock.clone()).unwrap(), clock)
}

fn value_name(key: &CacheKey) -> String {
    format!("okm:1:{}", key.as_hex())
}

fn loaded(cache: &RedisCache, key: &CacheKey) -> Option<Vec<u8>> {
    cache.load(key).map(|entry| entry.bytes.to_vec())
}

fn is_acquired(lease: &Lease) -> bool {
    matches!(lease, Lease::Acquired(_))
}

/// Everything is answered without the server, in time.
#[track_caller]
fn check_unavailable(cache: &RedisCache, key: &CacheKey) {
    let start = Instant::now();
    assert!(matches!(cache.lease(key), Lease::Unavailable));
    assert!(cache.load(key).is_none());
    cache.store(key, b"another", HOUR);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
}

/// The circuit is open for 5 s from the failure, and not longer.
#[track_caller]
fn check_circuit(cache: &RedisCache, clock: &Stopped, key: &CacheKey) {
    clock.advance(4_999);
    assert!(cache.load(key).is_none(), "asked too early");
    clock.advance(1);
    assert_eq!(loaded(cache, key).as_deref(), Some(TOKEN));
}

#[test]
fn two_machines_exchange_an_entry_sealed() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (one, other) = (cache(config(&server)), cache(config(&server)));
    let [key, another] = cache_keys(["okta.users.read", "okta.apps.read"]);
    one.store(&key, TOKEN, HOUR);
    let entry = other.load(&key).unwrap();
    assert_eq!(*entry.bytes, TOKEN);
    assert!(entry.remaining <= HOUR && entry.remaining > HOUR - Duration::from_secs(30));
    assert!(other.load(&another).is_none());
    let sealed: Vec<u8> = server.admin().get(value_name(&key)).unwrap();
    assert!(!sealed.windows(TOKEN.len()).any(|window| window == TOKEN));
    assert_eq!((one.refused(), other.refused()), (0, 0));
}

#[test]
fn the_longest_lived_wins() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    cache.store(&key, b"short", HOUR / 2);
    cache.store(&key, b"long", HOUR);
    cache.store(&key, b"shorter", HOUR / 3);
    cache.store(&key, b"none", Duration::ZERO);
    assert_eq!(loaded(&cache, &key).as_deref(), Some(&b"long"[..]));
}

#[test]
fn a_closed_connection_is_replaced_at_once() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    let killed: usize = redis::cmd("CLIENT")
        .arg(&["KILL", "TYPE", "normal", "SKIPME", "yes"])
        .query(&mut server.admin())
        .unwrap();
    assert_eq!(killed, 1, "the connection was kept");
    assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN));
}

#[test]
fn c_16_a_server_that_is_down_is_answered_for() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    drop(server);
    check_unavailable(&cache, &key);
}

#[test]
fn c_16_a_server_that_hangs_is_left_alone_for_five_seconds() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let ((cache, clock), key) = (stopped(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    server.freeze();
    check_unavailable(&cache, &key);
    server.thaw();
    check_circuit(&cache, &clock, &key);
    // The lease of the call that was given up on may have been taken when the server went on.
    server.freeze();
    check_unavailable(&cache, &key);
    server.thaw();
}

#[test]
fn c_16_a_full_server_is_left_alone_for_five_seconds() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&["maxmemory-policy noeviction"]);
    let ((cache, clock), key) = (stopped(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    let limit = |bytes: &str| {
        redis::cmd("CONFIG").arg(&["SET", "maxmemory", bytes]).exec(&mut server.admin()).unwrap();
    };
    limit("1");
    assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN), "what is there is still read");
    check_unavailable(&cache, &key);
    check_circuit(&cache, &clock, &key);
    limit("0");
    assert!(is_acquired(&cache.lease(&key)));
}

#[test]
fn c_16_a_replica_that_only_reads_is_left_alone_for_five_seconds() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let ((cache, clock), key) = (stopped(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    redis::cmd("REPLICAOF").arg(&["127.0.0.1", "1"]).exec(&mut server.admin()).unwrap();
    assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN), "what is there is still read");
    check_unavailable(&cache, &key);
    check_circuit(&cache, &clock, &key);
}

#[test]
fn c_16_an_evicted_key_is_a_miss() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    cache.store(&key, TOKEN, HOUR);
    redis::cmd("FLUSHALL").exec(&mut server.admin()).unwrap();
    assert!(cache.load(&key).is_none());
    assert_eq!(cache.refused(), 0);
    assert!(is_acquired(&cache.lease(&key)), "the circuit is closed");
}

#[test]
fn c_17_the_lease_of_a_holder_that_died_ends() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (one, other, key) = (cache(config(&server)), cache(config(&server)), cache_key());
    let mut admin = server.admin();
    let Lease::Acquired(dead) = one.lease(&key) else { panic!("the lease is free") };
    assert!(matches!(other.lease(&key), Lease::Held));
    let name = format!("{}:l", value_name(&key));
    let millis: i64 = admin.pttl(&name).unwrap();
    assert!((1..=10_000).contains(&millis), "{millis}");

    // Ten seconds, in the server's time.
    let () = admin.pexpire(&name, 0).unwrap();
    let Lease::Acquired(_living) = other.lease(&key) else { panic!("the lease has ended") };
    drop(dead);
    assert!(matches!(one.lease(&key), Lease::Held), "a holder ends its own lease only");
}

#[test]
fn c_17_a_lease_is_given_back() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (one, other) = (cache(config(&server)), cache(config(&server)));
    let [key, another] = cache_keys(["okta.users.read", "okta.apps.read"]);
    let held = one.lease(&key);
    assert!(matches!(other.lease(&key), Lease::Held));
    assert!(is_acquired(&other.lease(&another)));
    drop(held);
    assert!(is_acquired(&other.lease(&key)));
}

#[test]
fn c_18_a_changed_value_is_a_miss_and_taken_away() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    let (mut admin, name) = (server.admin(), value_name(&key));
    cache.store(&key, TOKEN, HOUR);
    let sealed: Vec<u8> = admin.get(&name).unwrap();
    let flipped = (0..sealed.len()).map(|at| {
        let mut value = sealed.clone();
        value[at] ^= 1;
        value
    });
    let shortened = (1..sealed.len()).map(|length| sealed[..length].to_vec());
    let mut expected = 0;
    for value in flipped.chain(shortened).chain([vec![b'x'; 1 << 20]]) {
        let () = admin.pset_ex(&name, &value, 3_600_000).unwrap();
        assert!(cache.load(&key).is_none());
        expected += 1;
        assert_eq!(cache.refused(), expected);
        assert!(!admin.exists::<_, bool>(&name).unwrap(), "it would keep out what comes next");
    }
    let () = admin.pset_ex(&name, &sealed, 3_600_000).unwrap();
    assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN), "and nothing else was wrong");
}

#[test]
fn c_18_a_value_of_another_key_is_a_miss() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let cache = cache(config(&server));
    let [key, another] = cache_keys(["okta.users.read", "okta.users.manage"]);
    cache.store(&another, TOKEN, HOUR);
    let mut admin = server.admin();
    let () = admin.rename(value_name(&another), value_name(&key)).unwrap();
    assert!(cache.load(&key).is_none());
    assert_eq!(cache.refused(), 1);
}

#[test]
fn c_18_an_old_value_is_not_brought_back() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    let (mut admin, name) = (server.admin(), value_name(&key));
    cache.store(&key, TOKEN, Duration::from_millis(100));
    let sealed: Vec<u8> = admin.get(&name).unwrap();
    while admin.exists(&name).unwrap() {}
    let () = admin.pset_ex(&name, &sealed, 3_600_000).unwrap();
    assert!(cache.load(&key).is_none());
    assert_eq!(cache.refused(), 1);
}

#[test]
fn c_18_nobody_prolongs_a_value() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let (cache, key) = (cache(config(&server)), cache_key());
    let (mut admin, name) = (server.admin(), value_name(&key));
    cache.store(&key, TOKEN, HOUR);
    let () = admin.pexpire(&name, 1_000_000_000).unwrap();
    assert!(cache.load(&key).unwrap().remaining <= HOUR);
    let () = admin.persist(&name).unwrap();
    assert!(cache.load(&key).is_none(), "what never ends is not ours");
    let () = admin.lpush(&name, "a list").unwrap();
    assert!(cache.load(&key).is_none());
    assert_eq!(cache.refused(), 2);
    cache.store(&key, TOKEN, HOUR);
    assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN));
}

#[test]
fn another_sealing_key_opens_nothing() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let key = cache_key();
    cache(config(&server)).store(&key, TOKEN, HOUR);
    let stranger = cache(RedisConfig::new(server.url(), sealing_key("a2")));
    assert!(stranger.load(&key).is_none());
    assert_eq!(stranger.refused(), 1);
}

#[test]
fn only_the_password_and_the_user_of_the_server_will_do() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[
        "requirepass of-the-default-user",
        // What the layer needs, and nothing else.
        "user tokens on >of-tokens ~okm:* +get +getrange +pttl +time +set +del +eval +select",
    ]);
    let key = cache_key();
    let with = |url: String, password: &str| {
        let config = RedisConfig::new(url, sealing_key("a1"));
        cache(if password.is_empty() { config } else { config.password(Secret::new(password)) })
    };
    let as_tokens = format!("redis://tokens@127.0.0.1:{}/0", server.port());
    let good = [with(server.url(), "of-the-default-user"), with(as_tokens.clone(), "of-tokens")];
    for cache in good {
        cache.store(&key, TOKEN, HOUR);
        assert_eq!(loaded(&cache, &key).as_deref(), Some(TOKEN));
        assert!(is_acquired(&cache.lease(&key)));
    }
    check_unavailable(&with(server.url(), ""), &key);
    check_unavailable(&with(server.url(), "of-tokens"), &key);
    check_unavailable(&with(as_tokens, "of-the-default-user"), &key);
}

#[test]
fn databases_are_apart() {
    if is_skipped("redis") {
        return;
    }
    let server = RedisServer::start(&[]);
    let key = cache_key();
    let of = |database: &str| {
        cache(RedisConfig::new(format!("{}/{database}", server.url()), sealing_key("a1")))
    };
    of("3").store(&key, TOKEN, HOUR);
    assert_eq!(loaded(&of("3"), &key).as_deref(), Some(TOKEN));
    assert!(of("").load(&key).is_none());
    check_unavailable(&of("99"), &key);
}

#[test]
fn tls_is_spoken_to_a_server_with_a_trusted_certificate_of_its_name() {
    if is_skipped("redis") {
        return;
    }
    let authority = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let stranger = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (chain, signing) = (authority.cert.pem(), authority.signing_key.serialize_pem());
    let server = RedisServer::with_tls(RedisTls { chain: &chain, key: &signing });
    let key = cache_key();
    let at = |host: &str, pem: &str| {
        let url = format!("rediss://{host}:{}", server.port());
        cache(RedisConfig::new(url, sealing_key("a1")).ca_pem(pem.into()))
    };
    let trusting = at("127.0.0.1", &chain);
    trusting.store(&key, TOKEN, HOUR);
    assert_eq!(loaded(&trusting, &key).as_deref(), Some(TOKEN));
    assert_eq!(loaded(&at("127.0.0.1", &chain), &key).as_deref(), Some(TOKEN));
    check_unavailable(&at("127.0.0.1", &stranger.cert.pem()), &key);
    check_unavailable(&at("localhost", &chain), &key);
}
