//! A kept token: how old it is and what that means, and its form at rest.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_sign::DpopKey;
use okta_http::{Clock, Scopes, Secret};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::access_token::{AccessToken, Instant, TokenType};
use crate::cache_key::CacheKey;
use crate::client::TokenClient;

/// A token with the moment from which it is renewed.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) token: Arc<AccessToken>,
    /// Drawn once: a draw at every look would let the earliest one win, and all clients with it.
    refresh_after: Duration,
    /// How old the token was when this process got it, and what the clock showed then.
    age_then: Duration,
    elapsed_then: Duration,
}

/// What the age of a token means for who asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// Good, and no reason to ask for another.
    Fresh,
    /// Good, and time to ask for another.
    Soft,
    /// Not to be sent any more.
    Dead,
}

impl Entry {
    /// A token that has just been got.
    pub(crate) fn new(token: Arc<AccessToken>, clock: &dyn Clock) -> Self {
        let hard = hard_limit(token.lifetime());
        let earliest = token.lifetime().mul_f64(0.70);
        let spread = token.lifetime().mul_f64(0.15);
        let latest = hard.saturating_sub(Duration::from_secs(1));
        let refresh_after = earliest.saturating_add(clock.jitter(spread)).min(latest);
        let elapsed_then = clock.elapsed();
        let age_then = elapsed_then.saturating_sub(token.sent_at().elapsed);
        Self { token, refresh_after, age_then, elapsed_then }
    }

    /// By the clock that goes on during sleep and that nobody sets; the wall clock has no say.
    pub(crate) fn age(&self, elapsed: Duration) -> Duration {
        self.age_then.saturating_add(elapsed.saturating_sub(self.elapsed_then))
    }

    pub(crate) fn state(&self, elapsed: Duration, min_ttl: Duration) -> State {
        let age = self.age(elapsed);
        if age >= hard_limit(self.token.lifetime()).saturating_sub(min_ttl) {
            State::Dead
        } else if age < self.refresh_after {
            State::Fresh
        } else {
            State::Soft
        }
    }

    /// How long the token may still be sent.
    pub(crate) fn remaining(&self, elapsed: Duration) -> Duration {
        hard_limit(self.token.lifetime()).saturating_sub(self.age(elapsed))
    }

    /// Whether the token was asked for after `elapsed`.
    pub(crate) fn is_newer_than(&self, elapsed: Duration, now: Duration) -> bool {
        self.age(now) < now.saturating_sub(elapsed)
    }
}

/// The age from which a token is not sent any more: what is left covers the call itself.
pub(crate) fn hard_limit(lifetime: Duration) -> Duration {
    lifetime.saturating_sub((lifetime / 50).clamp(SHORTEST_MARGIN, LONGEST_MARGIN))
}

const SHORTEST_MARGIN: Duration = Duration::from_secs(10);
const LONGEST_MARGIN: Duration = Duration::from_secs(60);

/// A wall clock that was set back a little since is no reason for doubt.
const LARGEST_STEP_BACK: Duration = Duration::from_secs(5);

const VERSION: u32 = 1;

/// An [`Entry`] at rest: everything needed to present the token and to say what it is.
#[derive(Deserialize, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredEntry {
    v: u32,
    pub(crate) key: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    token_type: String,
    access_token: String,
    dpop_jwk: Option<String>,
    lifetime_ms: u64,
    refresh_after_ms: u64,
    sent_wall_ms: u64,
    sent_elapsed_ms: u64,
    boot_id: Option<String>,
}

impl StoredEntry {
    pub(crate) fn of(
        entry: &Entry,
        key: &CacheKey,
        client: &TokenClient,
        boot_id: Option<&str>,
    ) -> Self {
        let token = &entry.token;
        let sent_at = token.sent_at();
        let wall = sent_at.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            v: VERSION,
            key: key.as_hex(),
            issuer: client.endpoint().issuer(),
            client_id: client.client_id().as_str().to_owned(),
            scope: token.scopes().to_string(),
            token_type: token.token_type().as_str().to_owned(),
            access_token: token.expose().to_owned(),
            dpop_jwk: token.dpop_key().map(|key| key.expose_jwk().as_str().to_owned()),
            lifetime_ms: millis(token.lifetime()),
            refresh_after_ms: millis(entry.refresh_after),
            sent_wall_ms: millis(wall),
            sent_elapsed_ms: millis(sent_at.elapsed),
            boot_id: boot_id.map(str::to_owned),
        }
    }

    pub(crate) fn is_of(&self, token: &str) -> bool {
        self.access_token == token
    }

    /// The bytes with a checksum before them, which stands in for a `fsync`.
    pub(crate) fn seal(&self) -> Option<Zeroizing<Vec<u8>>> {
        seal(self, self.access_token.len() + 4096)
    }

    /// What is sound and of this version.
    pub(crate) fn open(bytes: &[u8]) -> Option<Self> {
        open::<Self>(bytes).filter(|stored| stored.v == VERSION && stored.lifetime_ms <= DAY_MS)
    }

    #[cfg(unix)]
    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_millis(self.sent_wall_ms.checked_add(self.lifetime_ms)?))
    }

    /// The entry for `key` as of `now`; none if its age cannot be known. `remaining` is what a
    /// store with a clock of its own says.
    pub(crate) fn into_entry(
        self,
        key: &CacheKey,
        now: Instant,
        boot_id: Option<&str>,
        remaining: Option<Duration>,
    ) -> Option<Entry> {
        if self.key != key.as_hex() {
            return None;
        }
        let lifetime = Duration::from_millis(self.lifetime_ms);
        let age_then = match remaining {
            Some(remaining) => hard_limit(lifetime).checked_sub(remaining)?,
            None => self.age(now, boot_id)?,
        };
        let wall = now.wall.checked_sub(age_then)?;
        let sent_at = Instant { wall, elapsed: now.elapsed.saturating_sub(age_then) };
        let scopes = Scopes::parse_parameter(&self.scope).ok()?;
        let token_type = TokenType::parse(&self.token_type)?;
        let secret = Secret::new(self.access_token.as_str());
        let mut token = AccessToken::new(secret, token_type, lifetime, sent_at, scopes);
        match (token_type, self.dpop_jwk.as_deref()) {
            (TokenType::Dpop, Some(jwk)) => {
                token = token.bound_to(Arc::new(DpopKey::parse(jwk).ok()?));
            }
            (TokenType::Bearer, None) => {}
            _ => return None,
        }
        let refresh_after = Duration::from_millis(self.refresh_after_ms);
        Some(Entry { token: Arc::new(token), refresh_after, age_then, elapsed_then: now.elapsed })
    }

    fn age(&self, now: Instant, boot_id: Option<&str>) -> Option<Duration> {
        if boot_id.is_some() && boot_id == self.boot_id.as_deref() {
            return now.elapsed.checked_sub(Duration::from_millis(self.sent_elapsed_ms));
        }
        let sent = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.sent_wall_ms))?;
        match now.wall.duration_since(sent) {
            Ok(age) => Some(age),
            Err(ahead) if ahead.duration() <= LARGEST_STEP_BACK => Some(Duration::ZERO),
            Err(_) => None,
        }
    }
}

const DAY_MS: u64 = 86_400_000;

/// A value in JSON after the SHA-256 of it.
pub(crate) fn seal(value: &impl Serialize, capacity: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut json = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *json, value).ok()?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(json.len() + CHECKSUM));
    bytes.write_all(&Sha256::digest(json.as_slice())).ok()?;
    bytes.write_all(&json).ok()?;
    Some(bytes)
}

/// What [`seal`] has made, if not a byte of it has changed.
pub(crate) fn open<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    let (checksum, json) = bytes.split_at_checked(CHECKSUM)?;
    if Sha256::digest(json).as_slice() != checksum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

const CHECKSUM: usize = 32;

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
