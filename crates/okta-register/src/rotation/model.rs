//! An org, a key store and a clock in memory, which can fail at any call, before it has an effect or after.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jwk_gen::{Algorithm, KeySpec, PublicJwk, Thumbprint, generate};
use okta_http::{ApiCredential, BoxError, Clock, HttpClient, OrgUrl, RetryPolicy, Secret};
use serde_json::Value;

use super::*;
use crate::scripted_org::StoppedClock;
use crate::{AppId, Registrar};

mod interleavings;
mod org;

use org::{OrgState, OrgTransport};

/// Where the next failure is: it counts calls of the org, of the store and of the probe alike.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crash {
    /// Calls until then; none if nothing fails.
    pub(super) after: Option<usize>,
    /// Whether the call has had its effect.
    pub(super) with_effect: bool,
}

#[derive(Debug, Default)]
struct Fuse(Mutex<Crash>);

impl Fuse {
    /// Runs a call, or does not, or loses its answer.
    fn call<T>(&self, act: impl FnOnce() -> T) -> Result<T, BoxError> {
        let crash = {
            let mut crash = self.0.lock().unwrap();
            let now = *crash;
            crash.after = now.after.and_then(|calls| calls.checked_sub(1));
            now
        };
        match crash {
            Crash { after: Some(0), with_effect: false } => Err("crash before".into()),
            Crash { after: Some(0), with_effect: true } => {
                drop(act());
                Err("crash after".into())
            }
            _ => Ok(act()),
        }
    }
}

/// Time that passes only when somebody waits, and jumps when it is told to.
#[derive(Debug, Default)]
pub(super) struct ModelClock {
    elapsed: Mutex<Duration>,
    wall_offset: Mutex<i64>,
}

pub(super) const EPOCH: u64 = 1_790_000_000;

impl ModelClock {
    pub(super) fn wall(&self) -> u64 {
        let elapsed = self.elapsed.lock().unwrap().as_secs();
        (EPOCH + elapsed).saturating_add_signed(*self.wall_offset.lock().unwrap())
    }

    pub(super) fn pass(&self, secs: u64) {
        *self.elapsed.lock().unwrap() += Duration::from_secs(secs);
    }

    pub(super) fn set_wall_forward(&self, secs: i64) {
        *self.wall_offset.lock().unwrap() += secs;
    }
}

impl Clock for ModelClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.wall())
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.elapsed.lock().unwrap() += duration;
    }
}

/// Keys in memory; only what a call has finished is there after a crash.
pub(super) struct ModelStore {
    keys: BTreeMap<String, PublicJwk>,
    current: Thumbprint,
    journal: Option<String>,
    closed: Vec<Closing>,
    fuse: Arc<Fuse>,
    org: Arc<Mutex<OrgState>>,
}

impl ModelStore {
    fn share(&self) {
        let mut org = self.org.lock().unwrap();
        org.durable = self.keys.keys().cloned().collect();
        let journal = self.journal.as_deref().map(|text| Journal::parse(text).unwrap());
        let named = journal.iter().flat_map(|it| [Some(&it.old), it.stage.new_key()]);
        org.named = named.flatten().map(|key| key.thumbprint.to_string()).collect();
    }
}

impl KeyStore for ModelStore {
    fn journal(&self) -> Result<Option<Journal>, BoxError> {
        self.fuse.call(|| self.journal.as_deref().map(|text| Journal::parse(text).unwrap()))
    }

    fn keep(&mut self, journal: &Journal) -> Result<(), BoxError> {
        let fuse = Arc::clone(&self.fuse);
        fuse.call(|| {
            self.journal = Some(journal.to_text());
            self.share();
        })
    }

    fn close(&mut self, _journal: &Journal, closing: Closing) -> Result<(), BoxError> {
        let fuse = Arc::clone(&self.fuse);
        fuse.call(|| {
            self.journal = None;
            self.closed.push(closing);
            self.keys.retain(|thumbprint, _| *thumbprint == self.current.as_str());
            self.share();
        })
    }

    fn current(&self) -> Result<Thumbprint, BoxError> {
        self.fuse.call(|| self.current.clone())
    }

    fn generate(&mut self, old: &Thumbprint) -> Result<PublicJwk, BoxError> {
        let fuse = Arc::clone(&self.fuse);
        fuse.call(|| {
            if let Some((_, key)) = self.keys.iter().find(|(name, _)| *name != old.as_str()) {
                return key.clone();
            }
            let key = new_key();
            self.keys.insert(key.thumbprint().to_string(), key.clone());
            self.share();
            key
        })
    }

    fn public(&self, key: &Thumbprint) -> Result<Option<PublicJwk>, BoxError> {
        self.fuse.call(|| self.keys.get(key.as_str()).cloned())
    }

    fn promote(&mut self, key: &Thumbprint) -> Result<(), BoxError> {
        let fuse = Arc::clone(&self.fuse);
        fuse.call(|| {
            assert!(self.keys.contains_key(key.as_str()), "{key} is not stored");
            self.current = key.clone();
        })
    }

    fn forget(&mut self, key: &Thumbprint) -> Result<(), BoxError> {
        let fuse = Arc::clone(&self.fuse);
        fuse.call(|| {
            assert_ne!(*key, self.current, "the key that is signed with is not forgotten");
            self.keys.remove(key.as_str());
            self.share();
        })
    }
}

/// Tokens by what the org has ACTIVE; how many more requests are refused all the same can be set.
pub(super) struct ModelProbe {
    org: Arc<Mutex<OrgState>>,
    fuse: Arc<Fuse>,
    pub(super) refusals: Cell<u32>,
    pub(super) script: RefCell<Vec<bool>>,
    pub(super) last_use: Cell<Option<u64>>,
}

impl TokenProbe for ModelProbe {
    fn token(&self, key: &Thumbprint) -> Result<(), ProbeError> {
        let org = Arc::clone(&self.org);
        let active = self.fuse.call(|| {
            let org = org.lock().unwrap();
            org.keys.values().any(|it| it.active && it.thumbprint == *key)
        });
        let active = active.map_err(ProbeError::Failed)?;
        let refused = self.refusals.get();
        self.refusals.set(refused.saturating_sub(1));
        let mut script = self.script.borrow_mut();
        let scripted = if script.is_empty() { true } else { script.remove(0) };
        if active && refused == 0 && scripted {
            Ok(())
        } else {
            Err(ProbeError::Refused("invalid_client".into()))
        }
    }

    fn last_use(&self, _key: &Thumbprint) -> Option<SystemTime> {
        self.last_use.get().map(|secs| SystemTime::UNIX_EPOCH + Duration::from_secs(secs))
    }
}

fn new_key() -> PublicJwk {
    generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap().public()
}

/// A machine with a key that the org knows.
pub(super) struct World {
    pub(super) org: Arc<Mutex<OrgState>>,
    pub(super) store: ModelStore,
    pub(super) probe: ModelProbe,
    pub(super) clock: ModelClock,
    registrar: Registrar,
    app: AppId,
    fuse: Arc<Fuse>,
    pub(super) reached: Rc<RefCell<Vec<&'static str>>>,
    began_with: Thumbprint,
}

impl World {
    pub(super) fn new() -> Self {
        let (org, fuse) = (Arc::new(Mutex::new(OrgState::default())), Arc::new(Fuse::default()));
        let key = new_key();
        let current = key.thumbprint();
        let store = ModelStore {
            keys: BTreeMap::from([(current.to_string(), key.clone())]),
            current: current.clone(),
            journal: None,
            closed: Vec::new(),
            fuse: Arc::clone(&fuse),
            org: Arc::clone(&org),
        };
        store.share();
        // The key of a service is older than an hour, as a rule.
        let mut jwk: Value = serde_json::from_str(&key.to_json()).unwrap();
        jwk["kid"] = current.as_str().into();
        org.lock().unwrap().now = EPOCH - 86_400;
        org.lock().unwrap().add(jwk);
        let transport = OrgTransport::new(Arc::clone(&org), Arc::clone(&fuse));
        let http =
            HttpClient::new(Arc::new(transport), Arc::new(StoppedClock), RetryPolicy::none());
        let credential = ApiCredential::ApiToken(Secret::new("00admin-token"));
        let registrar =
            Registrar::new(http, OrgUrl::parse("https://acme.okta.com").unwrap(), credential);
        let probe = ModelProbe {
            org: Arc::clone(&org),
            fuse: Arc::clone(&fuse),
            refusals: Cell::new(0),
            script: RefCell::default(),
            last_use: Cell::new(None),
        };
        let (clock, reached) = (ModelClock::default(), Rc::default());
        let app = AppId::new("0oa1").unwrap();
        Self { org, store, probe, clock, registrar, app, fuse, reached, began_with: current }
    }

    /// Acts on the rotation with a failure on the way, or with none.
    pub(super) fn act(
        &mut self,
        crash: Crash,
        action: impl FnOnce(&mut Rotation<'_>) -> Result<Progress, RotationError>,
    ) -> Result<Progress, RotationError> {
        *self.fuse.0.lock().unwrap() = crash;
        self.org.lock().unwrap().now = self.clock.wall();
        let reached = Rc::clone(&self.reached);
        let mut observer = |event: &Event<'_>| {
            if let Event::Reached(journal) = event {
                reached.borrow_mut().push(journal.stage.as_str());
            }
        };
        let mut rotation = Rotation::new(
            &self.registrar,
            &self.app,
            &mut self.store,
            &self.probe,
            &self.clock,
            &mut observer,
        );
        let outcome = action(&mut rotation);
        *self.fuse.0.lock().unwrap() = Crash::default();
        outcome
    }

    pub(super) fn stage(&self) -> Option<&'static str> {
        self.store.journal().unwrap().map(|journal| journal.stage.as_str())
    }

    pub(super) fn current(&self) -> &Thumbprint {
        &self.store.current
    }

    pub(super) fn began_with(&self) -> &Thumbprint {
        &self.began_with
    }

    /// The thumbprints at the org and whether they are ACTIVE.
    pub(super) fn at_org(&self) -> Vec<(Thumbprint, bool)> {
        let org = self.org.lock().unwrap();
        org.keys.values().map(|key| (key.thumbprint.clone(), key.active)).collect()
    }

    /// I1 to I5, as they hold between any two calls.
    pub(super) fn check(&self, context: &str) {
        let org = self.org.lock().unwrap();
        assert_eq!(org.violations, [] as [String; 0], "{context}");
        let current = &self.store.current;
        assert!(self.store.keys.contains_key(current.as_str()), "I1, stored: {context}");
        let works = org.keys.values().any(|key| key.active && key.thumbprint == *current);
        assert!(works, "I1, ACTIVE: {context}: {org:#?}");
        assert!(org.keys.len() <= 2 && self.store.keys.len() <= 2, "I5: {context}: {org:#?}");
    }
}
