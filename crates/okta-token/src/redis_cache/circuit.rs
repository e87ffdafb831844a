//! A server that failed is left alone for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use okta_http::Clock;

/// How long a server that failed is left alone.
const PAUSE: Duration = Duration::from_secs(5);

/// Open after a failure, so that one caller waits for a server that is down and not every one.
pub(super) struct Circuit {
    clock: Arc<dyn Clock>,
    /// In milliseconds of the clock; 0 before the first failure.
    closed_from: AtomicU64,
}

impl Circuit {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, closed_from: AtomicU64::new(0) }
    }

    pub(super) fn is_open(&self) -> bool {
        millis(self.clock.elapsed()) < self.closed_from.load(Ordering::Relaxed)
    }

    /// Notes a failure.
    pub(super) fn open(&self) {
        let until = millis(self.clock.elapsed().saturating_add(PAUSE));
        self.closed_from.store(until, Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
