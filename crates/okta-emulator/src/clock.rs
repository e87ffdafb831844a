//! The org's clock: real time plus an offset that only tests move.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use crate::timestamp::Timestamp;

/// The only place of this crate that reads the time.
#[derive(Debug, Default)]
pub(crate) struct OrgClock {
    offset: Mutex<Duration>,
}

impl OrgClock {
    pub(crate) fn now(&self) -> Timestamp {
        let offset = *self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(clippy::disallowed_methods, reason = "the seam through which the org reads time")]
        let real = SystemTime::now();
        Timestamp::from(real.checked_add(offset).unwrap_or(real))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        *offset = offset.saturating_add(by);
    }
}
