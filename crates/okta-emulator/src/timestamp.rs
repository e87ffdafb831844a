//! A moment of the org's clock, and the three ways in which Okta writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// Whole seconds, rounded down: a NumericDate (RFC 7519 section 2).
    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// ISO 8601 with milliseconds and `Z`, as every date of the management API.
    pub(crate) fn iso8601(self) -> String {
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(&format).ok())
            .unwrap_or_default()
    }

    /// The form of the `Date` header (RFC 9110 section 5.6.7).
    pub(crate) fn http_date(self) -> String {
        let millis = u64::try_from(self.0).unwrap_or(0);
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(moment: SystemTime) -> Self {
        let since_epoch = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_three_ways() {
        let moment = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_682_955_894_007));
        assert_eq!(moment.seconds(), 1_682_955_894);
        assert_eq!(moment.iso8601(), "2023-05-01T15:44:54.007Z");
        assert_eq!(moment.http_date(), "Mon, 01 May 2023 15:44:54 GMT");
    }
}
