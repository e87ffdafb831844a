//! One request for all threads that need its answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use okta_http::HttpError;

use super::{Landed, Refresh, Served, TokenSource, lock};
use crate::entry::State;
use crate::error::TokenError;

/// What a flight is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Why {
    /// There is no good token.
    Needed { min_ttl: Duration },
    /// A caller wants a new one.
    Forced,
    /// There is a good one, whose renewal is due.
    Due,
}

/// A request on its way. The result stays empty if another process is about to have it, or if the
/// thread that sent it panicked.
#[derive(Default)]
pub(super) struct Flight {
    result: Mutex<Option<Landed>>,
}

impl TokenSource {
    /// Waits for the flight that is under way, or makes one.
    pub(super) fn fly(&self, why: Why) -> Landed {
        loop {
            let mut aloft = lock(&self.state.flight);
            if let Some(flight) = aloft.clone() {
                self.wait_for(aloft, &flight);
                if let Some(result) = lock(&flight.result).clone() {
                    self.state.tally.flights_shared.add(1);
                    return result;
                }
                continue;
            }
            if let Some(settled) = self.settled_meanwhile(why) {
                return settled;
            }
            let landing = Landing::new(self, aloft.insert(Arc::default()));
            drop(aloft);
            if let Some(result) = landing.run(why) {
                return result;
            }
        }
    }

    /// What another thread's flight came to since this one looked, or the failure that still stands.
    fn settled_meanwhile(&self, why: Why) -> Option<Landed> {
        let Why::Needed { min_ttl } = why else { return None };
        let kept = self.state.kept.load_full();
        if let Some(kept) = kept.filter(|kept| self.state_of(kept, min_ttl) != State::Dead) {
            return Some(Ok(Served { token: Arc::clone(&kept.token), cached: true }));
        }
        self.standing_failure().map(Err)
    }

    fn standing_failure(&self) -> Option<Arc<TokenError>> {
        let now = self.client.clock().elapsed();
        let failing = lock(&self.state.failing);
        let (until, error) = failing.last.as_ref()?;
        (now < *until).then(|| Arc::clone(error))
    }

    /// Starts to renew a token that is still good, unless that is under way or has just failed.
    pub(super) fn renew(&self) {
        if self.standing_failure().is_some() {
            return;
        }
        let mut aloft = lock(&self.state.flight);
        if aloft.is_some() {
            return;
        }
        let flight = Arc::clone(aloft.insert(Arc::default()));
        let landing = Landing::new(self, &flight);
        drop(aloft);
        // Without a thread the landing is dropped, and the next call tries again.
        let thread = thread::Builder::new().name("token renewal".to_owned());
        let started = thread.spawn(move || drop(landing.run(Why::Due)));
        let Refresh::InPlace { budget } = self.refresh else { return };
        if started.is_ok() && !self.lands_within(&flight, budget) {
            let host = self.client.endpoint().issuer();
            let late = TokenError::Http(HttpError::TimedOut { host, sent: true });
            self.remember_failure(&late);
        }
    }

    fn lands_within(&self, flight: &Arc<Flight>, budget: Duration) -> bool {
        let aloft = lock(&self.state.flight);
        let waited =
            self.state.landed.wait_timeout_while(aloft, budget, |aloft| is_aloft(aloft, flight));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn wait_for(&self, aloft: MutexGuard<'_, Option<Arc<Flight>>>, flight: &Arc<Flight>) {
        let waited = self.state.landed.wait_while(aloft, |aloft| is_aloft(aloft, flight));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Takes note of what a flight came to.
    fn conclude(&self, result: &Landed) {
        let now = self.client.clock().elapsed();
        let mut failing = lock(&self.state.failing);
        match result {
            Ok(_) => *failing = super::Failing::default(),
            Err(error) => {
                let until = now.saturating_add(error.pause(failing.strikes));
                failing.strikes = failing.strikes.saturating_add(1);
                failing.last = Some((until, Arc::clone(error)));
            }
        }
    }
}

fn is_aloft(aloft: &Option<Arc<Flight>>, flight: &Arc<Flight>) -> bool {
    aloft.as_ref().is_some_and(|current| Arc::ptr_eq(current, flight))
}

/// Clears the flight on every way out, a panic included, so that no thread waits for ever.
struct Landing {
    source: TokenSource,
    flight: Arc<Flight>,
}

impl Landing {
    fn new(source: &TokenSource, flight: &Arc<Flight>) -> Self {
        Self { source: source.clone(), flight: Arc::clone(flight) }
    }

    fn run(self, why: Why) -> Option<Landed> {
        let result = self.source.lead(why)?;
        self.source.conclude(&result);
        *lock(&self.flight.result) = Some(result.clone());
        Some(result)
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        *lock(&self.source.state.flight) = None;
        self.source.state.landed.notify_all();
    }
}
