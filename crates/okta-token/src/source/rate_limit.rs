//! A rate limit of the token endpoint, which the clients of one machine, or of a fleet, wait for together.
//!
//! The limit is the org's, or an app's part of it, and not that of one set of scopes: whoever shares the folder of
//! tokens, or the store of a fleet, leaves the endpoint alone until the time that the server named, from the moment on that
//! one of them was told. Of several such times the last one counts.

use std::sync::Arc;
use std::time::Duration;

use okta_http::ServerError;
use serde::{Deserialize, Serialize};

use super::TokenSource;
use super::flight::Why;
use crate::cache_key::CacheKey;
use crate::entry::millis;
use crate::error::TokenError;
use crate::laps::RateLimits;

/// A note that is further ahead is none of ours.
const LONGEST: Duration = Duration::from_secs(120);

/// All waits end together, and the requests after them are spread over this time.
const SPREAD: Duration = Duration::from_secs(5);

/// What the server said, and until when it counts. The time is that of one boot only.
#[derive(Deserialize, Serialize)]
struct Note {
    message: String,
    boot_id: Option<String>,
    not_before_ms: u64,
}

impl RateLimits for TokenSource {
    fn met(&self, wait: Duration, server: &ServerError) {
        let message = server.to_string();
        if let Some(fleet) = &self.fleet {
            fleet.store(&CacheKey::endpoint(&self.client), message.as_bytes(), wait);
        }
        let standing = self.limit_of_files().filter(stands);
        let (Some(files), true) = (&self.files, standing.is_none_or(|(left, _)| left < wait))
        else {
            return;
        };
        let end = self.client.clock().elapsed().saturating_add(wait);
        let boot_id = files.boot_id().map(str::to_owned);
        let note = Note { message, boot_id, not_before_ms: millis(end) };
        files.keep_note(&self.subject(), &note);
    }
}

fn stands((left, _): &(Duration, String)) -> bool {
    !left.is_zero() && *left <= LONGEST
}

impl TokenSource {
    /// How long the endpoint is to be left alone, and what the server said.
    pub(super) fn rate_limit(&self) -> Option<(Duration, String)> {
        let limits = [self.limit_of_files(), self.limit_of_fleet()];
        limits.into_iter().flatten().filter(stands).max_by_key(|(left, _)| *left)
    }

    fn limit_of_fleet(&self) -> Option<(Duration, String)> {
        let found = self.fleet.as_ref()?.load(&CacheKey::endpoint(&self.client))?;
        Some((found.remaining, String::from_utf8_lossy(&found.bytes).into_owned()))
    }

    fn limit_of_files(&self) -> Option<(Duration, String)> {
        let files = self.files.as_ref()?;
        let note: Note = files.note(&self.subject())?;
        if files.boot_id().is_none() || note.boot_id.as_deref() != files.boot_id() {
            return None;
        }
        let end = Duration::from_millis(note.not_before_ms);
        Some((end.saturating_sub(self.client.clock().elapsed()), note.message))
    }

    /// Lets the limit pass if what one call may wait has room for it, besides what it has `waited` already; else it is
    /// the failure of this call too.
    pub(super) fn wait_out_rate_limit(
        &self,
        why: Why,
        waited: &mut Duration,
    ) -> Result<(), Arc<TokenError>> {
        let clock = self.client.clock();
        while let Some((left, message)) = self.rate_limit() {
            let room = self.client.max_wait().saturating_sub(*waited);
            if matches!(why, Why::Due) || left > room {
                return Err(Arc::new(TokenError::LimitStands { message, retry_after: left }));
            }
            let pause = left.saturating_add(clock.jitter(SPREAD.min(room.saturating_sub(left))));
            clock.sleep(pause);
            *waited = waited.saturating_add(pause);
        }
        Ok(())
    }

    fn subject(&self) -> String {
        format!("rate limit of {}", self.client.endpoint())
    }
}
