//! One token for all threads of a process, and with a cache for all processes.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use jwt_sign::DpopKey;
use okta_http::Scopes;

use crate::access_token::AccessToken;
use crate::client::TokenClient;
use crate::counters::{Counters, Tally};
use crate::entry::{Entry, State, hard_limit};
use crate::error::TokenError;
use crate::file_cache::FileCache;
use crate::fleet_cache::FleetCache;

mod flight;
mod layers;
mod rate_limit;
mod refusal;

use flight::{Flight, Why};
use refusal::Refused;

/// What a request came to, for the thread that sent it and for all that waited.
type Landed = Result<Served, Arc<TokenError>>;

/// A token for one client and one set of scopes, renewed before it ends.
///
/// A new token is asked for at a point drawn between 70 and 85 % of a token's life, and the old one is
/// served meanwhile: a failure shows only when it has ended. Whoever has to wait shares one request
/// and what comes of it, success or failure; after a failure the server is left alone for a while.
/// Clones share everything.
#[derive(Clone)]
pub struct TokenSource {
    client: TokenClient,
    scopes: Scopes,
    files: Option<Arc<FileCache>>,
    fleet: Option<Arc<dyn FleetCache>>,
    refresh: Refresh,
    state: Arc<Shared>,
}

/// How a token is renewed that is still good.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refresh {
    /// By a thread, while the old token is served.
    #[default]
    Background,
    /// Before the call returns, which it does with the old token after `budget`: for programs that
    /// end soon.
    InPlace {
        /// The longest wait.
        budget: Duration,
    },
}

/// Which token a caller takes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Demand {
    /// How long the token must still be good. A new token is taken whatever its life.
    pub min_ttl: Duration,
    /// Whether a kept one will do.
    pub freshness: Freshness,
}

/// Where a token may come from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Freshness {
    /// A kept one, if there is one.
    #[default]
    Cached,
    /// A new one, which is kept.
    Refreshed,
    /// A new one, which is not kept.
    Uncached,
}

/// A token, and whether it was there already.
#[derive(Clone, Debug)]
pub struct Served {
    /// The token.
    pub token: Arc<AccessToken>,
    /// Whether it was found and not asked for.
    pub cached: bool,
}

#[derive(Default)]
struct Shared {
    kept: ArcSwapOption<Entry>,
    flight: Mutex<Option<Arc<Flight>>>,
    landed: Condvar,
    failing: Mutex<Failing>,
    refused: Mutex<Option<Refused>>,
    assumes_lifetime: AtomicBool,
    tally: Tally,
}

/// The failures in a row, and until when the last one stands.
#[derive(Default)]
struct Failing {
    strikes: u32,
    last: Option<(Duration, Arc<TokenError>)>,
}

const ASSUMED_LIFETIME: &str =
    "the server does not say how long its token lives (`expires_in`): it is used for a minute";

impl TokenSource {
    /// A source of tokens with `scopes`, kept in memory. Nothing is sent yet.
    pub fn new(client: TokenClient, scopes: Scopes) -> Self {
        let (refresh, state) = (Refresh::default(), Arc::default());
        Self { client, scopes, files: None, fleet: None, refresh, state }
    }

    /// The same source, sharing its tokens with all processes that use `files`.
    #[must_use]
    pub fn with_file_cache(mut self, files: Arc<FileCache>) -> Self {
        self.files = Some(files);
        self
    }

    /// The files that it shares its tokens over, if it does.
    pub fn file_cache(&self) -> Option<&FileCache> {
        self.files.as_deref()
    }

    /// The same source, sharing its tokens with all machines that use `fleet`, unless they are bound
    /// to a key of this one, and the rate limits that it meets.
    #[must_use]
    pub fn with_fleet_cache(mut self, fleet: Arc<dyn FleetCache>) -> Self {
        self.fleet = Some(fleet);
        self
    }

    /// The same source with another way to renew.
    #[must_use]
    pub fn with_refresh(mut self, refresh: Refresh) -> Self {
        self.refresh = refresh;
        self
    }

    /// The token in memory while it is good: no lock, no allocation, no look elsewhere. It does not
    /// start a renewal; [`Self::token`] does.
    pub fn cached(&self) -> Option<CachedRead> {
        let guard = self.state.kept.load();
        let entry = guard.as_ref()?;
        let state = entry.state(self.client.clock().elapsed(), Duration::ZERO);
        (state != State::Dead).then_some(CachedRead(guard))
    }

    /// The token that is kept in the files or by the fleet, if it is good; nothing is asked for.
    pub fn kept(&self) -> Option<Arc<AccessToken>> {
        self.stored().map(|entry| Arc::clone(&entry.token))
    }

    /// A token that is good, kept or new.
    ///
    /// # Errors
    ///
    /// What came of the request that this call sent or waited for, or of the last one if that is not
    /// long ago.
    pub fn token(&self) -> Result<Arc<AccessToken>, Arc<TokenError>> {
        Ok(self.token_for(&Demand::default())?.token)
    }

    /// A token as `demand` wants it.
    ///
    /// # Errors
    ///
    /// As [`Self::token`].
    pub fn token_for(&self, demand: &Demand) -> Landed {
        match demand.freshness {
            Freshness::Cached => {
                if let Some(served) = self.held(demand.min_ttl) {
                    return Ok(served);
                }
                self.fly(Why::Needed { min_ttl: demand.min_ttl })
            }
            Freshness::Refreshed => self.fly(Why::Forced),
            Freshness::Uncached => {
                let token = self.client.fetch(&self.scopes).map_err(Arc::new)?;
                self.note_lifetime(&token);
                Ok(Served { token: Arc::new(token), cached: false })
            }
        }
    }

    /// Forgets `refused`, which an API did not take. A token that came after it stays, so that many
    /// threads with the same refused token ask for one new token together.
    pub fn invalidate(&self, refused: &AccessToken) {
        self.invalidate_text(refused.expose());
    }

    /// Asks the server to revoke the token with this text, and keeps it no longer: not here, and not in the files, whatever
    /// scopes it was got with (RFC 7009). A fleet that shares it finds out when an API refuses it.
    ///
    /// # Errors
    ///
    /// As [`TokenClient::revoke`]; then it is kept as it was.
    pub fn revoke(&self, token: &str) -> Result<(), TokenError> {
        self.client.revoke(token)?;
        let kept = self.state.kept.load_full();
        if kept.is_some_and(|kept| kept.token.expose() == token) {
            self.state.kept.store(None);
        }
        if let Some(files) = &self.files {
            files.forget(token);
        }
        Ok(())
    }

    /// The client that asks for the tokens.
    pub fn client(&self) -> &TokenClient {
        &self.client
    }

    /// The key of this client's DPoP proofs, if it has one here or in the cache.
    pub fn dpop_key(&self) -> Option<Arc<DpopKey>> {
        self.recall();
        self.client.dpop_memory().key
    }

    /// What the source and its clones have done so far.
    pub fn counters(&self) -> Counters {
        self.state.tally.read()
    }

    /// What is wrong with the caches, and with the last token that the server gave, each thing once.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.files.as_ref().map(|files| files.warnings()).unwrap_or_default();
        warnings.extend(self.fleet.iter().flat_map(|fleet| fleet.warnings()));
        if self.state.assumes_lifetime.load(Ordering::Relaxed) {
            warnings.push(ASSUMED_LIFETIME.to_owned());
        }
        warnings
    }

    /// A token that is kept here or in a cache and good for `min_ttl`; renews it if that is due.
    fn held(&self, min_ttl: Duration) -> Option<Served> {
        let is_good = |entry: &Arc<Entry>| self.state_of(entry, min_ttl) != State::Dead;
        let entry = self.state.kept.load_full().filter(is_good).or_else(|| {
            self.recall();
            self.stored().filter(is_good).inspect(|entry| self.keep(entry))
        })?;
        if self.state_of(&entry, min_ttl) == State::Fresh {
            return Some(Served { token: Arc::clone(&entry.token), cached: true });
        }
        self.state.tally.soft_serves.add(1);
        self.renew();
        let newest = self.state.kept.load_full().filter(is_good);
        let cached = newest.as_ref().is_none_or(|newest| Arc::ptr_eq(newest, &entry));
        Some(Served { token: Arc::clone(&newest.unwrap_or(entry).token), cached })
    }

    fn state_of(&self, entry: &Entry, min_ttl: Duration) -> State {
        entry.state(self.client.clock().elapsed(), min_ttl)
    }

    fn note_lifetime(&self, token: &AccessToken) {
        self.state.assumes_lifetime.store(token.has_assumed_lifetime(), Ordering::Relaxed);
    }

    /// A token that lives for seconds only is used once.
    fn keep(&self, entry: &Arc<Entry>) {
        if !hard_limit(entry.token.lifetime()).is_zero() {
            self.state.kept.store(Some(Arc::clone(entry)));
        }
    }
}

/// A token read from memory. It is meant to be dropped soon.
pub struct CachedRead(Guard<Option<Arc<Entry>>>);

impl CachedRead {
    /// The token.
    pub fn token(&self) -> Option<&Arc<AccessToken>> {
        self.0.as_ref().map(|entry| &entry.token)
    }
}

impl fmt::Debug for CachedRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CachedRead").field(&self.token()).finish()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("client", &self.client)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// No invariant spans a panic here, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
