//! When this machine has got a token by a key last.

use std::time::SystemTime;

use okta_token::{FileCache, TokenSource};

/// Seconds since 1970.
pub(crate) fn of(files: &FileCache, thumbprint: &str) -> Option<u64> {
    files.note(&subject(thumbprint))
}

/// Notes a use, if a token was got.
pub(crate) fn note(files: &FileCache, tokens: &TokenSource, now: SystemTime) {
    if tokens.counters().requests_granted == 0 {
        return;
    }
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    if let (Some(key), Ok(since)) = (tokens.client().signing_key_thumbprint(), since) {
        files.keep_note(&subject(key.as_str()), &since.as_secs());
    }
}

fn subject(thumbprint: &str) -> String {
    format!("last use 1 {thumbprint}")
}
