//! Times as results say them.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::CliError;

/// The time in UTC, in whole seconds.
pub(crate) fn rfc3339(time: SystemTime) -> Result<String, CliError> {
    OffsetDateTime::from(time)
        .replace_nanosecond(0)
        .map_err(|cause| CliError::failed("the expiry", cause))?
        .format(&Rfc3339)
        .map_err(|cause| CliError::failed("the expiry cannot be written", cause))
}
