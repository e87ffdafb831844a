//! How long a server wants us to wait.

use std::time::{Duration, SystemTime};

use crate::{Clock, Response};

/// Okta's windows last 60 s; a longer wait is a mistake of a clock or a header.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);

/// A concurrency limit clears as soon as other calls end; its reset time is only a suggestion.
const LONGEST_UNTOLD: Duration = Duration::from_secs(5);

/// The waits for one window end together, and the calls after them are spread over this time.
const SPREAD: Duration = Duration::from_secs(5);

/// What a 429 says about the next try.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RateLimit {
    /// `Retry-After` decides if present.
    Told(Duration),
    /// The window ends then, for every caller at once.
    Window(Duration),
    /// Nobody knows when: too many calls at a time, or no header that says anything.
    Untold(Duration),
}

impl RateLimit {
    /// Reads a 429.
    ///
    /// Without `Retry-After` it is `X-Rate-Limit-Reset` minus `Date`, both from the server's clock, and one second more
    /// because both are whole seconds. `now` stands in for a missing `Date`.
    pub(crate) fn of(response: &Response, now: SystemTime) -> Self {
        if let Some(wait) = retry_after(response, now) {
            return Self::Told(wait.clamp(SHORTEST, LONGEST));
        }
        match until_reset(response, now) {
            Some(wait) if !is_concurrency_limit(response) => {
                Self::Window(wait.clamp(SHORTEST, LONGEST))
            }
            wait => Self::Untold(wait.unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST_UNTOLD)),
        }
    }

    /// The wait that the server asks for: at least 1 s, at most 120 s.
    pub(crate) fn asked(self) -> Duration {
        match self {
            Self::Told(wait) | Self::Window(wait) | Self::Untold(wait) => wait,
        }
    }

    /// The pause before the next try after `repetitions` earlier ones for the same reason, if `allowance` has room for it.
    pub(crate) fn pause(
        self,
        repetitions: u32,
        allowance: Duration,
        clock: &dyn Clock,
    ) -> Option<Duration> {
        let shortest = self.shortest_pause(repetitions);
        let room = allowance.checked_sub(shortest)?;
        Some(match self {
            Self::Told(_) | Self::Untold(_) => shortest,
            Self::Window(_) => shortest.saturating_add(clock.jitter(SPREAD.min(room))),
        })
    }

    /// The shortest pause before the next try after `repetitions` earlier ones for the same reason.
    pub(crate) fn shortest_pause(self, repetitions: u32) -> Duration {
        match self {
            Self::Told(wait) | Self::Window(wait) => wait,
            Self::Untold(wait) => {
                wait.saturating_add(SHORTEST.saturating_mul(repetitions)).min(LONGEST_UNTOLD)
            }
        }
    }
}

/// `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), at most 120 s.
pub(crate) fn retry_after(response: &Response, now: SystemTime) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    let wait = match smallest_number([value].into_iter()) {
        Some(seconds) => Duration::from_secs(seconds),
        None => {
            let date = httpdate::parse_http_date(value).ok()?;
            date.duration_since(response.date().unwrap_or(now)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST))
}

/// `Retry-After` for whoever has no clock: as long as can be, if it is a date and the answer has none.
pub(crate) fn told_wait(response: &Response) -> Option<Duration> {
    retry_after(response, SystemTime::UNIX_EPOCH)
}

fn until_reset(response: &Response, now: SystemTime) -> Option<Duration> {
    let reset = Duration::from_secs(smallest_number(response.header_values("x-rate-limit-reset"))?);
    let server_now =
        response.date().unwrap_or(now).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(reset.saturating_sub(server_now).saturating_add(Duration::from_secs(1)))
}

/// Okta marks a concurrency limit by a limit of 0 with 0 remaining.
fn is_concurrency_limit(response: &Response) -> bool {
    ["x-rate-limit-limit", "x-rate-limit-remaining"]
        .into_iter()
        .all(|name| smallest_number(response.header_values(name)) == Some(0))
}

/// Headers get repeated or joined by proxies; the smallest number among them counts.
fn smallest_number<'a>(values: impl Iterator<Item = &'a str>) -> Option<u64> {
    values.flat_map(|value| value.split(',')).filter_map(|it| parse_number(it.trim())).min()
}

/// Digits only; a number too large for 64 bits is as large as can be.
fn parse_number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Fri, 21 Aug 2026 10:00:00 GMT";
    /// 10 s after `DATE`.
    const RESET: &str = "1787306410";

    #[track_caller]
    fn check(headers: &[(&str, &str)], expected_secs: u64) {
        let headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let now = httpdate::parse_http_date("Fri, 21 Aug 2026 10:00:05 GMT").unwrap();
        let limit = RateLimit::of(&Response::new(429, headers, Vec::new()), now);
        assert_eq!(limit.asked(), Duration::from_secs(expected_secs));
    }

    #[test]
    fn t_06_reset_is_measured_by_the_servers_clock() {
        check(&[("Date", DATE), ("X-Rate-Limit-Reset", RESET)], 11);
        check(&[("X-Rate-Limit-Reset", RESET)], 6);
        check(&[("Date", "yesterday"), ("X-Rate-Limit-Reset", RESET)], 6);
    }

    #[test]
    fn v_20_odd_resets_are_clamped() {
        for (reset, expected) in [
            ("0", 1),
            ("soon", 1),
            ("", 1),
            ("-5", 1),
            ("1787306410000", 120),
            ("9223372036854775808", 120),
            ("99999999999999999999999999", 120),
            ("1787306000", 1),
        ] {
            check(&[("Date", DATE), ("X-Rate-Limit-Reset", reset)], expected);
        }
    }

    #[test]
    fn v_20_the_smallest_of_repeated_headers_counts() {
        check(
            &[("Date", DATE), ("X-Rate-Limit-Reset", "1787306450"), ("x-rate-limit-reset", RESET)],
            11,
        );
        check(&[("Date", DATE), ("X-Rate-Limit-Reset", "1787306450, 1787306410")], 11);
    }

    #[test]
    fn v_21_retry_after_decides() {
        check(&[("Date", DATE), ("X-Rate-Limit-Reset", RESET), ("Retry-After", "30")], 30);
        check(&[("Date", DATE), ("Retry-After", "Fri, 21 Aug 2026 10:00:20 GMT")], 20);
        check(&[("Retry-After", "Fri, 21 Aug 2026 10:00:20 GMT")], 15);
        check(&[("Date", DATE), ("Retry-After", "Fri, 21 Aug 2026 09:00:00 GMT")], 1);
        check(&[("Retry-After", "999999999")], 120);
        check(&[("Date", DATE), ("Retry-After", "-1"), ("X-Rate-Limit-Reset", RESET)], 11);
    }

    #[test]
    fn t_06_a_concurrency_limit_waits_briefly() {
        let zero = [("X-Rate-Limit-Limit", "0"), ("X-Rate-Limit-Remaining", "0")];
        check(&[zero[0], zero[1], ("Date", DATE), ("X-Rate-Limit-Reset", "1787306450")], 5);
        check(&zero, 1);
        check(&[zero[0], zero[1], ("Retry-After", "30")], 30);
        check(
            &[
                ("X-Rate-Limit-Limit", "600"),
                zero[1],
                ("Date", DATE),
                ("X-Rate-Limit-Reset", "1787306450"),
            ],
            51,
        );
    }

    #[test]
    fn v_20_no_header_at_all() {
        check(&[], 1);
    }
}
