//! What the leader of a flight does: one request for all processes, and for all machines.

use std::sync::Arc;
use std::time::Duration;

use super::flight::Why;
use super::{Landed, Served, TokenSource, lock};
use crate::cache_key::CacheKey;
use crate::client::Others;
use crate::entry::{self, Entry, State, StoredEntry};
use crate::error::TokenError;
use crate::file_cache::Locked;
use crate::fleet_cache::{Lease, LeaseGuard};
use crate::memory::{ClientMemory, LastFailure};

/// A holder that takes longer is stopped or lost; then everybody asks once. A call that may take less waits less.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// As long as the lease of a machine that died, and then that of the one that takes its place.
const LONGEST_LEASES: Duration = Duration::from_secs(20);

/// Between looks at a lock, plus a random time up to three times as long.
const LOOK: Duration = Duration::from_millis(20);

const LOOK_AT_LEASE: Duration = Duration::from_millis(50);

/// Spreads those who gave up waiting.
const SPREAD: Duration = Duration::from_secs(2);

/// Whether to go on, with what must be held meanwhile, or what came of it already.
enum Turn<T> {
    Ours(Option<T>),
    Settled(Option<Landed>),
}

/// How long a call waits for its turn, which together with the spread is no more than the call may take.
struct TurnWait {
    end: Duration,
    spread: Duration,
}

impl TurnWait {
    fn new(deadline: Duration, began: Duration) -> Self {
        let spread = SPREAD.min(deadline / 4);
        let longest = LONGEST_WAIT.min(deadline.saturating_sub(spread));
        Self { end: began.saturating_add(longest), spread }
    }
}

impl TokenSource {
    /// Asks, as the only process and machine that does, unless another has done so meanwhile. None if
    /// another is at it and the old token will do.
    pub(super) fn lead(&self, why: Why) -> Option<Landed> {
        let began = self.client.clock().elapsed();
        let mut waited = Duration::ZERO;
        loop {
            if let Err(error) = self.wait_out_rate_limit(why, &mut waited) {
                return Some(Err(error));
            }
            // What a server asked for is no part of what a call may take.
            let turn = TurnWait::new(self.client.deadline(), began.saturating_add(waited));
            let _lock = match self.wait_for_lock(why, began, &turn) {
                Turn::Ours(lock) => lock,
                Turn::Settled(result) => return result,
            };
            if let Some(result) = self.settled(why, began) {
                return Some(result);
            }
            let _lease = match self.wait_for_lease(why, began, &turn) {
                Turn::Ours(lease) => lease,
                Turn::Settled(result) => return result,
            };
            // Somebody may have met the limit while this waited for its turn.
            if self.rate_limit().is_none() {
                return Some(self.ask(waited));
            }
        }
    }

    fn wait_for_lock(&self, why: Why, began: Duration, turn: &TurnWait) -> Turn<Locked> {
        let Some(files) = &self.files else { return Turn::Ours(None) };
        let (family, clock) = (CacheKey::family(&self.client, &self.scopes), self.client.clock());
        loop {
            match files.try_lock(&family) {
                Locked::Held if matches!(why, Why::Due) => return Turn::Settled(None),
                Locked::Held if clock.elapsed() > turn.end => {
                    files.warn("another process holds the lock of the token cache for too long");
                    self.state.tally.fail_open.add(1);
                    clock.sleep(clock.jitter(turn.spread));
                    return Turn::Ours(None);
                }
                Locked::Held => self.pause(LOOK, began),
                Locked::Unsupported => {
                    self.state.tally.fail_open.add(1);
                    return Turn::Ours(None);
                }
                locked @ Locked::Acquired { .. } => return Turn::Ours(Some(locked)),
            }
            // Readers need no lock: what the holder brought is there for all at once.
            if let Some(result) = self.settled(why, began) {
                return Turn::Settled(Some(result));
            }
        }
    }

    fn wait_for_lease(
        &self,
        why: Why,
        began: Duration,
        turn: &TurnWait,
    ) -> Turn<Box<dyn LeaseGuard>> {
        let fleet = self.fleet.as_ref().filter(|_| self.client.dpop_binding().is_none());
        let Some(fleet) = fleet else { return Turn::Ours(None) };
        let key = CacheKey::of(&self.client, &self.scopes);
        let start = self.client.clock().elapsed();
        let end = turn.end.min(start.saturating_add(LONGEST_LEASES));
        loop {
            let lease = fleet.lease(&key);
            let is_held = matches!(lease, Lease::Held);
            if is_held && matches!(why, Why::Due) {
                return Turn::Settled(None);
            }
            // Also after the lease was got: its last holder may have stored a token.
            if let Some(result) = self.settled(why, began) {
                return Turn::Settled(Some(result));
            }
            match lease {
                Lease::Acquired(guard) => return Turn::Ours(Some(guard)),
                Lease::Held if self.client.clock().elapsed() <= end => {
                    self.pause(LOOK_AT_LEASE, start);
                }
                Lease::Held | Lease::Unavailable => {
                    self.state.tally.fail_open.add(1);
                    return Turn::Ours(None);
                }
            }
        }
    }

    fn pause(&self, shortest: Duration, began: Duration) {
        let clock = self.client.clock();
        let before = clock.elapsed().max(began);
        clock.sleep(shortest.saturating_add(clock.jitter(shortest.saturating_mul(3))));
        let waited = clock.elapsed().saturating_sub(before);
        self.state.tally.lock_wait_ms.add(entry::millis(waited));
    }

    /// What other processes came to since `began`, or have been told to wait for.
    fn settled(&self, why: Why, began: Duration) -> Option<Landed> {
        let memory = self.recall();
        let elapsed = self.client.clock().elapsed();
        let is_enough = |entry: &Arc<Entry>| match why {
            Why::Needed { min_ttl } => self.state_of(entry, min_ttl) != State::Dead,
            Why::Forced => entry.is_newer_than(began, elapsed),
            Why::Due => self.state_of(entry, Duration::ZERO) == State::Fresh,
        };
        if let Some(entry) = self.stored().filter(is_enough) {
            self.keep(&entry);
            return Some(Ok(Served { token: Arc::clone(&entry.token), cached: true }));
        }
        let boot_id = self.files.as_ref()?.boot_id();
        let failure = memory.as_ref()?.failure()?;
        let left = failure.pause_left(elapsed, boot_id);
        let stands = match why {
            Why::Due => !left.is_zero(),
            // Who can wait a rate limit out does so.
            Why::Needed { .. } | Why::Forced => {
                failure.is_since(began, boot_id) && !failure.is_rate_limit()
            }
        };
        stands.then(|| Err(Arc::new(failure.to_error(left))))
    }

    /// Asks, having waited for a rate limit already.
    fn ask(&self, waited: Duration) -> Landed {
        let others = Others { waited, limits: Some(Arc::new(self.clone())) };
        match self.client.fetch_among_others(&self.scopes, &others) {
            Ok(token) => {
                self.state.tally.requests_granted.add(1);
                self.note_lifetime(&token);
                let entry = Arc::new(Entry::new(Arc::new(token), self.client.clock()));
                self.keep(&entry);
                self.remember(None);
                self.store(&entry);
                Ok(Served { token: Arc::clone(&entry.token), cached: false })
            }
            Err(error) => {
                self.state.tally.requests_failed.add(1);
                self.remember_failure(&error);
                Err(Arc::new(error))
            }
        }
    }

    /// The token in a cache, if it is good for anything. Files come first: they are near.
    pub(super) fn stored(&self) -> Option<Arc<Entry>> {
        let key = CacheKey::of(&self.client, &self.scopes);
        let is_good = |entry: &Entry| {
            self.state_of(entry, Duration::ZERO) != State::Dead
                && !self.is_refused(entry)
                && self.client.takes(&entry.token)
        };
        let of_file = || {
            let files = self.files.as_ref()?;
            let stored = files.load_token(&key)?;
            let entry = stored.into_entry(&key, self.client.now(), files.boot_id(), None);
            entry.filter(is_good).inspect(|_| self.state.tally.file_hits.add(1))
        };
        let of_fleet = || {
            let fleet = self.fleet.as_ref().filter(|_| self.client.dpop_binding().is_none())?;
            let found = fleet.load(&key)?;
            let stored = StoredEntry::open(&found.bytes)?;
            let entry = stored.into_entry(&key, self.client.now(), None, Some(found.remaining));
            entry.filter(is_good).inspect(|_| self.state.tally.fleet_hits.add(1))
        };
        of_file().or_else(of_fleet).map(Arc::new)
    }

    fn is_refused(&self, entry: &Entry) -> bool {
        let refused = lock(&self.state.refused);
        refused.as_ref().is_some_and(|refused| refused.token.expose() == entry.token.expose())
    }

    fn store(&self, entry: &Entry) {
        let remaining = entry.remaining(self.client.clock().elapsed());
        if remaining.is_zero() || (self.files.is_none() && self.fleet.is_none()) {
            return;
        }
        // By now the client knows what its tokens are bound to.
        let key = CacheKey::of(&self.client, &self.scopes);
        let boot_id = self.files.as_ref().and_then(|files| files.boot_id());
        let Some(sealed) = StoredEntry::of(entry, &key, &self.client, boot_id).seal() else {
            return;
        };
        if let Some(files) = &self.files
            && !files.store_token(&key, &sealed, self.client.now().wall)
        {
            self.state.tally.fail_open.add(1);
        }
        if let Some(fleet) = self.fleet.as_ref().filter(|_| entry.token.dpop_key().is_none()) {
            fleet.store(&key, &sealed, remaining);
        }
    }

    /// Tells the client what earlier runs have learnt, with other scopes if with these there were none.
    pub(super) fn recall(&self) -> Option<ClientMemory> {
        let family = self.memory(&CacheKey::family(&self.client, &self.scopes));
        let known = family.clone().or_else(|| self.memory(&CacheKey::client(&self.client)));
        known?.recall(&self.client);
        family
    }

    fn memory(&self, key: &CacheKey) -> Option<ClientMemory> {
        entry::open(&self.files.as_ref()?.load_memory(key)?)
    }

    pub(super) fn remember_failure(&self, error: &TokenError) {
        let Some(files) = &self.files else { return };
        let before = self.recall();
        let strikes = before.as_ref().and_then(ClientMemory::failure).map_or(0, |it| it.strikes);
        let at = self.client.clock().elapsed();
        let pause = error.pause(strikes);
        let strikes = strikes.saturating_add(1);
        self.remember(Some(LastFailure::new(error, files.boot_id(), at, pause, strikes)));
    }

    /// Keeps what the client knows now, if that has changed.
    fn remember(&self, failure: Option<LastFailure>) {
        let memory = ClientMemory::of(&self.client, failure);
        if let Some(of_client) = memory.of_client() {
            self.keep_memory(&CacheKey::client(&self.client), &of_client);
        }
        self.keep_memory(&CacheKey::family(&self.client, &self.scopes), &memory);
    }

    fn keep_memory(&self, key: &CacheKey, memory: &ClientMemory) {
        let Some(files) = &self.files else { return };
        if *memory == self.memory(key).unwrap_or_default() {
            return;
        }
        let Some(sealed) = entry::seal(memory, 4096) else { return };
        if !files.store_memory(key, &sealed) {
            self.state.tally.fail_open.add(1);
        }
    }
}
