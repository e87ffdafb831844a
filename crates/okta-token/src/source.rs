//! One token for all threads of a process.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use okta_http::Scopes;

use crate::access_token::AccessToken;
use crate::client::TokenClient;
use crate::error::TokenError;

/// What a request came to, for the thread that sent it and for all that waited.
type Landed = Result<Arc<AccessToken>, Arc<TokenError>>;

/// A token for one client and one set of scopes, kept until shortly before it ends.
///
/// Threads that ask while a request is on its way wait for it and share what comes of it, success
/// or failure. A failure is not kept: the next call asks again.
pub struct TokenSource {
    client: TokenClient,
    scopes: Scopes,
    slot: Mutex<Slot>,
    landed: Condvar,
}

#[derive(Default)]
struct Slot {
    token: Option<Arc<AccessToken>>,
    flight: Option<Arc<Flight>>,
}

/// A request on its way. The result stays empty if the thread that sent it panicked.
#[derive(Default)]
struct Flight {
    result: Mutex<Option<Landed>>,
}

impl TokenSource {
    /// A source of tokens with `scopes`. Nothing is sent yet.
    pub fn new(client: TokenClient, scopes: Scopes) -> Self {
        Self { client, scopes, slot: Mutex::default(), landed: Condvar::new() }
    }

    /// The kept token while it is usable, else a new one.
    ///
    /// # Errors
    ///
    /// What came of the request that this call sent or waited for.
    pub fn token(&self) -> Result<Arc<AccessToken>, Arc<TokenError>> {
        loop {
            let mut slot = lock(&self.slot);
            // Read after the lock was taken: the wait for it may have been long.
            let now = self.client.now();
            if let Some(token) = slot.token.as_ref().filter(|token| token.is_usable(now)) {
                return Ok(Arc::clone(token));
            }
            let Some(flight) = slot.flight.clone() else {
                let flight = Arc::clone(slot.flight.insert(Arc::default()));
                drop(slot);
                return self.fly(&flight);
            };
            self.wait_for(slot, &flight);
            if let Some(result) = lock(&flight.result).clone() {
                return result;
            }
        }
    }

    /// Forgets `refused`, which an API did not take. A token that came after it stays, so that many
    /// threads with the same refused token ask for one new token together.
    pub fn invalidate(&self, refused: &Arc<AccessToken>) {
        let mut slot = lock(&self.slot);
        if slot.token.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, refused)) {
            slot.token = None;
        }
    }

    /// Forgets the token with this text and says whether another attempt makes sense.
    pub(crate) fn invalidate_text(&self, refused: &str) -> bool {
        let mut slot = lock(&self.slot);
        if slot.token.as_ref().is_some_and(|kept| kept.expose() == refused) {
            slot.token = None;
        }
        true
    }

    /// The client that asks for the tokens.
    pub fn client(&self) -> &TokenClient {
        &self.client
    }

    fn fly(&self, flight: &Flight) -> Landed {
        // Clears the flight on every way out, a panic included, so that no thread waits for ever.
        let _landing = Landing(self);
        let result = self.client.fetch(&self.scopes).map(Arc::new).map_err(Arc::new);
        *lock(&flight.result) = Some(result.clone());
        if let Ok(token) = &result {
            lock(&self.slot).token = Some(Arc::clone(token));
        }
        result
    }

    fn wait_for(&self, slot: MutexGuard<'_, Slot>, flight: &Arc<Flight>) {
        let is_aloft = |slot: &mut Slot| {
            slot.flight.as_ref().is_some_and(|current| Arc::ptr_eq(current, flight))
        };
        let waited = self.landed.wait_while(slot, is_aloft);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

struct Landing<'a>(&'a TokenSource);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        lock(&self.0.slot).flight = None;
        self.0.landed.notify_all();
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
