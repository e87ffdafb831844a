//! Tokens shared by a fleet over one Redis server.

mod circuit;
mod config;
mod connection;
mod seal;
mod server;
mod timed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use okta_http::Clock;
use redis::Cmd;

use crate::cache_key::CacheKey;
use crate::fleet_cache::{FleetCache, FleetEntry, Lease, LeaseGuard};

pub use config::{RedisConfig, RedisConfigError};
pub use seal::{InvalidSealingKey, SealingKey};

use server::Server;

/// How long a lease lasts. It is never renewed: a token request that needs longer has lost its turn.
const LEASE: Duration = Duration::from_secs(10);

/// The longest value that is read: far more than any token, far less than what hurts.
const VALUE_LIMIT: usize = 64 * 1024;

/// The value, its remaining milliseconds and the server's time, of one moment. What is no text reads as one that
/// cannot be opened.
const LOAD: &str = "local value = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[1])
if type(value) == 'table' then value = ' ' end
return {value, redis.call('PTTL', KEYS[1]), redis.call('TIME')}";

/// The longest-lived wins, so that a leader who was paused cannot put an old token in the place of a new one.
const STORE: &str = "if tonumber(ARGV[2]) <= redis.call('PTTL', KEYS[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1";

/// Takes away what could not be opened, unless it is there no more.
const DISCARD: &str = "local value = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[2])
if type(value) == 'table' or value == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// Only the holder ends a lease.
const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// A [`FleetCache`] over Redis.
///
/// Values are sealed with a key that Redis never sees, together with their key and their end by the server's clock:
/// who writes to Redis can take tokens away, and cannot forge one, move one to another client or bring an expired one
/// back. Whatever goes wrong, the answer comes within 200 ms; after that the layer keeps out of the way for 5 s.
#[derive(Clone, Debug)]
pub struct RedisCache {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    server: Server,
    key: SealingKey,
    refused: AtomicU64,
}

impl RedisCache {
    /// Makes the layer; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// A [`RedisConfigError`] if the URL is not one that is safe to use or the CA file holds no certificate.
    pub fn new(config: RedisConfig, clock: Arc<dyn Clock>) -> Result<Self, RedisConfigError> {
        let (address, key) = config.into_parts()?;
        let inner = Inner { server: Server::new(address, clock), key, refused: AtomicU64::new(0) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How many values were found that nobody with the sealing key stored there, or that outlived their end. Anything
    /// but 0 says that the fleet has two sealing keys or that somebody writes to its Redis.
    pub fn refused(&self) -> u64 {
        self.inner.refused.load(Ordering::Relaxed)
    }
}

impl FleetCache for RedisCache {
    fn load(&self, key: &CacheKey) -> Option<FleetEntry> {
        let name = value_name(key);
        let found = self.inner.server.run(|link| {
            let found: Found = eval(LOAD, &name).arg(VALUE_LIMIT).query(link)?;
            let opened = self.inner.open(key, &found);
            if opened.is_none() && !found.0.is_empty() {
                self.inner.refused.fetch_add(1, Ordering::Relaxed);
                eval(DISCARD, &name).arg(&found.0).arg(VALUE_LIMIT).exec(link)?;
            }
            Ok(opened)
        });
        found?
    }

    fn store(&self, key: &CacheKey, bytes: &[u8], remaining: Duration) {
        let millis = u64::try_from(remaining.as_millis()).unwrap_or(u64::MAX);
        if millis == 0 {
            return;
        }
        self.inner.server.run(|link| {
            let now: (u64, u64) = redis::cmd("TIME").query(link)?;
            let end = server_millis(now).saturating_add(millis);
            // Without randomness nothing is sealed, and so nothing is stored.
            let Some(sealed) = self.inner.key.seal(key, end, bytes) else { return Ok(()) };
            if sealed.len() > VALUE_LIMIT {
                return Ok(());
            }
            eval(STORE, &value_name(key)).arg(sealed).arg(millis).exec(link)
        });
    }

    fn lease(&self, key: &CacheKey) -> Lease {
        let mut holder = [0; 16];
        if getrandom::fill(&mut holder).is_err() {
            return Lease::Unavailable;
        }
        let name = format!("{}:l", value_name(key));
        match self.inner.server.run(|link| take(&name, &holder).query(link)) {
            Some(true) => {
                Lease::Acquired(Box::new(RedisLease { inner: self.inner.clone(), name, holder }))
            }
            Some(false) => Lease::Held,
            None => Lease::Unavailable,
        }
    }

    fn warnings(&self) -> Vec<String> {
        let failure = self.inner.server.failure().map(|reason| {
            format!("Redis cannot be used, so that nothing is shared with other machines: {reason}")
        });
        let refused = (self.refused() > 0)
            .then(|| "Redis holds what nobody with the sealing key has stored there".to_owned());
        failure.into_iter().chain(refused).collect()
    }
}

/// What [`LOAD`] answers; a value that never expires has -1 milliseconds left.
type Found = (Vec<u8>, i64, (u64, u64));

impl Inner {
    fn open(&self, key: &CacheKey, (value, remaining, now): &Found) -> Option<FleetEntry> {
        let (bytes, end) = self.key.open(key, value)?;
        let by_seal = end.saturating_sub(server_millis(*now));
        let millis = u64::try_from(*remaining).unwrap_or(0).min(by_seal);
        (millis > 0).then(|| FleetEntry { bytes, remaining: Duration::from_millis(millis) })
    }
}

/// Ends the lease when dropped, if it is still this one's.
#[derive(Debug)]
struct RedisLease {
    inner: Arc<Inner>,
    name: String,
    holder: [u8; 16],
}

impl LeaseGuard for RedisLease {}

impl Drop for RedisLease {
    fn drop(&mut self) {
        // A lease that cannot be given back ends by itself.
        self.inner.server.run(|link| eval(RELEASE, &self.name).arg(&self.holder).exec(link));
    }
}

fn value_name(key: &CacheKey) -> String {
    format!("okm:1:{}", key.as_hex())
}

fn eval(script: &str, name: &str) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(name);
    command
}

fn take(name: &str, holder: &[u8; 16]) -> Cmd {
    let mut command = redis::cmd("SET");
    command.arg(name).arg(holder).arg("NX").arg("PX").arg(LEASE.as_millis() as u64);
    command
}

/// What `TIME` answers, seconds and microseconds, in milliseconds.
fn server_millis((secs, micros): (u64, u64)) -> u64 {
    secs.saturating_mul(1000).saturating_add(micros / 1000)
}
