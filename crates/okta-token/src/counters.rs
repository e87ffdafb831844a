//! What a source of tokens has done, for metrics and tests.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers since the source was made. Reads from memory are not counted: they share nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests that brought a token.
    pub requests_granted: u64,
    /// Requests that did not.
    pub requests_failed: u64,
    /// Tokens that were found in a file.
    pub file_hits: u64,
    /// Tokens that were found in the store of the fleet.
    pub fleet_hits: u64,
    /// Tokens that were served while a newer one was due.
    pub soft_serves: u64,
    /// Callers that shared what came of another's request.
    pub flights_shared: u64,
    /// Milliseconds spent waiting for other processes.
    pub lock_wait_ms: u64,
    /// Times that the source went on without a lock or without a file.
    pub fail_open: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) requests_granted: Count,
    pub(crate) requests_failed: Count,
    pub(crate) file_hits: Count,
    pub(crate) fleet_hits: Count,
    pub(crate) soft_serves: Count,
    pub(crate) flights_shared: Count,
    pub(crate) lock_wait_ms: Count,
    pub(crate) fail_open: Count,
}

#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    pub(crate) fn read(&self) -> Counters {
        Counters {
            requests_granted: self.requests_granted.get(),
            requests_failed: self.requests_failed.get(),
            file_hits: self.file_hits.get(),
            fleet_hits: self.fleet_hits.get(),
            soft_serves: self.soft_serves.get(),
            flights_shared: self.flights_shared.get(),
            lock_wait_ms: self.lock_wait_ms.get(),
            fail_open: self.fail_open.get(),
        }
    }
}
