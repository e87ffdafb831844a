//! How far the local clock is off, learnt from the servers' `Date`.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// A `Date` further off than this says more about the server than about us.
const LARGEST: i64 = 24 * 3600;

/// `Date` is whole seconds and has been under way: less than this is no offset.
const SMALLEST: i64 = 2;

const UNKNOWN: i64 = i64::MIN;

/// The offset between the local wall clock and the server's.
#[derive(Debug)]
pub(crate) struct ServerClock {
    offset: AtomicI64,
    was_answered: AtomicBool,
}

impl Default for ServerClock {
    fn default() -> Self {
        Self { offset: AtomicI64::new(UNKNOWN), was_answered: AtomicBool::new(false) }
    }
}

impl ServerClock {
    /// Takes note of a `Date` that arrived at `now`. The newest one counts alone: a mean would lag behind a clock that was
    /// set, and what one wrong `Date` costs, a refused assertion, the next one mends.
    pub(crate) fn observe(&self, date: SystemTime, now: SystemTime) {
        let offset = seconds_between(now, date);
        if offset.abs() <= LARGEST {
            let offset = if offset.abs() < SMALLEST { 0 } else { offset };
            self.offset.store(offset, Ordering::Relaxed);
        }
    }

    /// Takes note of an answer, whatever its `Date`.
    pub(crate) fn note_answer(&self) {
        self.was_answered.store(true, Ordering::Relaxed);
    }

    pub(crate) fn was_answered(&self) -> bool {
        self.was_answered.load(Ordering::Relaxed)
    }

    /// Seconds that the server is ahead of us; negative if it is behind.
    pub(crate) fn offset(&self) -> Option<i64> {
        Some(self.offset.load(Ordering::Relaxed)).filter(|offset| *offset != UNKNOWN)
    }

    /// Makes the offset one that was learnt earlier.
    pub(crate) fn recall(&self, offset: i64) {
        if offset.abs() <= LARGEST {
            self.offset.store(offset, Ordering::Relaxed);
        }
    }

    /// What the server's clock shows when ours shows `now`.
    pub(crate) fn at(&self, now: SystemTime) -> SystemTime {
        let offset = self.offset().unwrap_or_default();
        let by = Duration::from_secs(offset.unsigned_abs());
        let shifted = if offset < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        shifted.unwrap_or(now)
    }
}

/// Whole seconds from `from` to `to`, rounded towards zero.
fn seconds_between(from: SystemTime, to: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match to.duration_since(from) {
        Ok(ahead) => whole(ahead),
        Err(behind) => -whole(behind.duration()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(secs)
    }

    #[track_caller]
    fn check(local: u64, server: u64, offset: Option<i64>) {
        let clock = ServerClock::default();
        clock.observe(at(server), at(local));
        assert_eq!(clock.offset(), offset);
        let by = offset.unwrap_or_default();
        assert_eq!(clock.at(at(local)), at(local.checked_add_signed(by).unwrap()));
    }

    #[test]
    fn the_offset_is_the_servers_time_minus_ours() {
        check(1_000_000, 1_000_090, Some(90));
        check(1_000_000, 999_400, Some(-600));
        check(1_000_000, 1_000_000 + 23 * 3600, Some(23 * 3600));
    }

    #[test]
    fn a_wrong_date_lasts_until_the_next_one() {
        let clock = ServerClock::default();
        for (server, offset) in [(1_000_000, 0), (999_000, -1000), (1_000_000, 0), (0, 0)] {
            clock.observe(at(server), at(1_000_000));
            assert_eq!(clock.offset(), Some(offset), "{server}");
        }
    }

    #[test]
    fn a_second_is_no_offset_and_a_day_is_no_clock() {
        check(1_000_000, 1_000_001, Some(0));
        check(1_000_000, 999_999, Some(0));
        check(1_000_000, 1_000_000 + 30 * 86_400, None);
        check(1_000_000_000, 0, None);
    }
}
