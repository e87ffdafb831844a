//! Time from one edge, so that tests can own it.

use std::time::{Duration, SystemTime};

/// What time it is, and a way to let some pass.
pub trait Clock: Send + Sync {
    /// The wall clock, which may be wrong and may jump.
    fn now(&self) -> SystemTime;

    /// Time since an arbitrary start; never goes back. Whether it goes on while the machine sleeps depends on the clock:
    /// who needs to be sure looks at [`Self::now`] as well.
    fn elapsed(&self) -> Duration;

    /// A random time up to `longest`, by which callers who wait for the same moment come apart. None unless overridden.
    fn jitter(&self, _longest: Duration) -> Duration {
        Duration::ZERO
    }

    /// Blocks the calling thread for `duration`.
    fn sleep(&self, duration: Duration);
}

/// The clock of this machine. On Linux its [`elapsed`](Clock::elapsed) goes on while the machine sleeps; elsewhere it is
/// that of [`std::time::Instant`], which may stop.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge that time comes from")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    // `Instant` stops during suspend on Linux, so a token that expired overnight would look fresh.
    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::try_from(time).unwrap_or_default()
    }

    #[cfg(not(target_os = "linux"))]
    fn elapsed(&self) -> Duration {
        use std::sync::OnceLock;
        use std::time::Instant;

        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn jitter(&self, longest: Duration) -> Duration {
        // A machine without randomness waits as long as it was asked to.
        let part = getrandom::u32().unwrap_or_default();
        longest.mul_f64(f64::from(part) / f64::from(u32::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the only place that sleeps")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_does_not_go_back() {
        let first = SystemClock.elapsed();
        assert!(first > Duration::ZERO || cfg!(not(target_os = "linux")));
        assert!(SystemClock.elapsed() >= first);
    }

    #[test]
    fn jitter_varies_within_its_limit() {
        let longest = Duration::from_secs(5);
        let times: Vec<Duration> = (0..100).map(|_| SystemClock.jitter(longest)).collect();
        assert!(times.iter().all(|time| *time <= longest), "{times:?}");
        assert!(times.iter().any(|time| *time != times[0]), "{times:?}");
        assert_eq!(SystemClock.jitter(Duration::ZERO), Duration::ZERO);
    }
}
