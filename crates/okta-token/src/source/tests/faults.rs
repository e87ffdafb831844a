//! Locks that are held, servers that stay away, threads that panic, and many of everything.

use std::collections::HashSet;

use jwk_gen::KeyId;
use jwt_sign::{SignError, Signature, Signer, Thumbprint};
use okta_http::Secret;

use super::*;
use crate::cache_key::CacheKey;
use crate::file_cache::Locked;

#[test]
fn c_01_a_thousand_threads_share_one_request() {
    let setting = setting(200, false);
    let results = setting.race(1000);
    assert_eq!(setting.requests(), 1);
    assert!(results.iter().all(|result| result.as_ref().unwrap().expose() == "t0"));
}

/// The setting with a folder of tokens, and another cache over the same folder.
fn with_files(setting: Setting) -> (Setting, FileCache, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let open = || FileCache::open(&folder.path().join("cache")).unwrap();
    let source = setting.source.clone().with_file_cache(Arc::new(open()));
    let rival = open();
    (Setting { source, ..setting }, rival, folder)
}

#[test]
fn c_04_a_holder_that_was_stopped_is_waited_for_as_long_as_a_call_may_take() {
    for (deadline, expected) in [(30, 28..=30), (10, 8..=10), (3600, 30..=32)] {
        let deadline = Duration::from_secs(deadline);
        let (setting, rival, _folder) = with_files(setting_within(200, true, deadline));
        check_wait_for_a_stopped_holder(&setting, &rival, expected);
    }
}

fn check_wait_for_a_stopped_holder(
    setting: &Setting,
    rival: &FileCache,
    expected: std::ops::RangeInclusive<u64>,
) {
    let family = CacheKey::family(&setting.source.client, &setting.source.scopes);
    let held = rival.try_lock(&family);
    assert!(matches!(held, Locked::Acquired { .. }));
    assert_eq!(setting.source.token().unwrap().expose(), "t0");
    let waited = setting.clock.elapsed().as_secs();
    assert!(expected.contains(&waited), "{waited} s, not {expected:?}");
    assert_eq!(setting.source.counters().fail_open, 1);
    assert!(setting.source.warnings().iter().any(|it| it.contains("too long")));
    drop(held);
}

#[test]
fn c_04_a_token_that_is_still_good_is_served_beside_a_holder_that_was_stopped() {
    let (setting, rival, _folder) = with_files(setting(200, true));
    assert_eq!(setting.look().expose(), "t0");
    setting.pass(3000);
    let family = CacheKey::family(&setting.source.client, &setting.source.scopes);
    let held = rival.try_lock(&family);
    let before = setting.clock.elapsed();
    assert_eq!(setting.look().expose(), "t0");
    assert_eq!((setting.requests(), setting.clock.elapsed()), (1, before));
    drop(held);
    // The new one may be there before this call returns.
    drop(setting.look());
    assert_eq!(setting.look().expose(), "t1");
}

#[test]
fn c_09_after_its_end_a_token_is_not_served_and_the_last_failure_is_told() {
    let setting = setting(200, true);
    assert_eq!(setting.look().expose(), "t0");
    setting.org.fails.store(true, Ordering::SeqCst);
    setting.pass(3539);
    assert_eq!(setting.look().expose(), "t0");
    setting.pass(120);
    let error = setting.source.token().unwrap_err();
    assert!(matches!(*error, TokenError::ServerFault(_)), "{error}");
    assert!(setting.source.cached().is_none());
    setting.org.fails.store(false, Ordering::SeqCst);
    setting.pass(120);
    assert_ne!(setting.look().expose(), "t0");
}

/// A key that is lost in the middle of its work.
#[derive(Debug)]
struct Panicking {
    inner: LocalSigner,
    signatures: AtomicU32,
}

impl Signer for Panicking {
    fn algorithm(&self) -> Algorithm {
        self.inner.algorithm()
    }

    fn key_id(&self) -> &KeyId {
        self.inner.key_id()
    }

    fn thumbprint(&self) -> &Thumbprint {
        self.inner.thumbprint()
    }

    fn sign(&self, signing_input: &[u8]) -> Result<Signature, SignError> {
        assert!(self.signatures.fetch_add(1, Ordering::SeqCst) >= 3, "the key is lost");
        self.inner.sign(signing_input)
    }
}

#[test]
fn c_11_a_leader_that_panics_is_succeeded_by_one_that_waited() {
    let setting = setting(200, true);
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let inner = LocalSigner::new(&key).unwrap();
    let signer = Arc::new(Panicking { inner, signatures: AtomicU32::new(0) });
    let client = &setting.source.client;
    let (http, endpoint) = (client.http().clone(), client.endpoint().clone());
    let client = TokenClient::new(http, endpoint, ClientId::new("0oa1").unwrap(), signer);
    let source = TokenSource::new(client, setting.source.scopes.clone());
    let ends: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..16).map(|_| scope.spawn(|| source.token())).collect();
        calls.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 3);
    let tokens = ends.into_iter().flatten().map(Result::unwrap);
    assert!(tokens.into_iter().all(|token| token.expose() == "t0"));
    assert_eq!(setting.requests(), 1);
}

/// Every client that differs in anything, also by where one part ends and the next begins.
#[test]
fn c_12_whatever_differs_has_a_key_of_its_own() {
    let http = setting(200, true).source.client.http().clone();
    let mut keys = HashSet::new();
    let mut clients = 0;
    for org in ["https://a.okta.com", "https://b.okta.com", "https://a.okta.com.example"] {
        let org = OrgUrl::parse(org).unwrap();
        for server in ["org", "default", "defaul", "v1a"] {
            let endpoint = TokenEndpoint::new(&org, &server.parse().unwrap());
            for id in ["0oa1", "0oa", "0oa11", "1", "org"] {
                let id = ClientId::new(id).unwrap();
                for auth in 0..4 {
                    let (http, endpoint, id) = (http.clone(), endpoint.clone(), id.clone());
                    let client = if auth < 2 {
                        let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
                        let signer = Arc::new(LocalSigner::new(&key).unwrap());
                        TokenClient::new(http, endpoint, id, signer)
                    } else {
                        let secret = Secret::new(if auth == 2 { "one" } else { "other" });
                        TokenClient::with_client_secret(http, endpoint, id, secret)
                    };
                    for scopes in ["", "a", "a b", "ab", "a:b", "b", "okta.users.read"] {
                        let scopes = Scopes::parse(scopes).unwrap();
                        keys.insert(CacheKey::of(&client, &scopes));
                        keys.insert(CacheKey::family(&client, &scopes));
                        clients += 2;
                    }
                }
            }
        }
    }
    assert_eq!(keys.len(), clients);
    let client = setting(200, true).source.client;
    let of = |scopes| CacheKey::of(&client, &Scopes::parse(scopes).unwrap());
    assert_eq!(of("b a"), of("a b"), "the order of scopes has no meaning");
    let mut bound = HashSet::from([of("a")]);
    for _ in 0..3 {
        let key = Some(Arc::new(DpopKey::generate().unwrap()));
        client.recall_dpop(crate::DpopMemory { is_demanded: true, key, nonce: None });
        bound.insert(of("a"));
    }
    assert_eq!(bound.len(), 4, "a token belongs to the key that it is bound to");
}

#[test]
fn c_20_a_folder_of_many_tokens_stays_small() {
    let (setting, rival, folder) = with_files(setting(200, true));
    for number in 0..10_000 {
        let scopes = Scopes::parse(&format!("scope{number}")).unwrap();
        let source = TokenSource { scopes, state: Arc::default(), ..setting.source.clone() };
        source.token().unwrap();
    }
    assert_eq!(setting.requests(), 10_000);
    assert_eq!(rival.list().len(), 256);
    let files = std::fs::read_dir(folder.path().join("cache")).unwrap().count();
    assert!(files <= 3 * 256, "{files} files");
}
