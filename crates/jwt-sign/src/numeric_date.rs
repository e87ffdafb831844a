//! NumericDate: whole seconds since 1970 (RFC 7519 section 2).

use std::time::{SystemTime, UNIX_EPOCH};

/// The second that a time lies in; times before 1970 are negative, and nothing overflows.
pub(crate) fn numeric_date(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let started = before.as_secs().saturating_add(u64::from(before.subsec_nanos() > 0));
            i64::try_from(started).map_or(i64::MIN, |it| -it)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn seconds_are_whole_and_rounded_down() {
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        let before = |millis| UNIX_EPOCH - Duration::from_millis(millis);
        assert_eq!(numeric_date(at(0)), 0);
        assert_eq!(numeric_date(at(1_999)), 1);
        assert_eq!(numeric_date(before(1)), -1);
        assert_eq!(numeric_date(before(2_000)), -2);
    }
}
