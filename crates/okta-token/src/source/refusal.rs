//! Tokens that an API refuses. One that refuses every token must not cost one for each of its answers: a key has one
//! request for that in a while, also if each call is a process of its own.

use std::time::Duration;

use okta_http::Secret;
use serde::{Deserialize, Serialize};

use super::{TokenSource, lock};
use crate::cache_key::CacheKey;
use crate::entry::millis;

const BETWEEN_REFUSALS: Duration = Duration::from_secs(30);

/// The token that an API did not take, and when it said so.
pub(super) struct Refused {
    pub(super) token: Secret,
    at: Duration,
}

/// When a token of this key was given up last, by the time of one boot.
#[derive(Deserialize, Serialize)]
struct Note {
    boot_id: Option<String>,
    at_ms: u64,
}

impl TokenSource {
    /// Forgets the token with this text and says whether another attempt makes sense.
    pub(crate) fn invalidate_text(&self, refused: &str) -> bool {
        self.give_up(refused) || self.has_successor(refused)
    }

    /// Whether the token is no longer the kept one: it is forgotten now, unless that costs a request too early.
    fn give_up(&self, refused: &str) -> bool {
        let now = self.client.clock().elapsed();
        let mut last = lock(&self.state.refused);
        let kept = self.state.kept.load_full();
        if kept.as_ref().is_some_and(|kept| kept.token.expose() != refused) {
            return true;
        }
        let last_time = || last.as_ref().map(|last| last.at).max(self.noted_refusal(now));
        let is_early = |at: Duration| now.saturating_sub(at) < BETWEEN_REFUSALS;
        if kept.is_some() && last_time().is_some_and(is_early) {
            return false;
        }
        *last = Some(Refused { token: Secret::new(refused), at: now });
        self.state.kept.store(None);
        self.note_refusal(now);
        true
    }

    /// Whether another process has got a token in the place of this one, which is then taken.
    fn has_successor(&self, refused: &str) -> bool {
        let successor = self.stored().filter(|entry| entry.token.expose() != refused);
        successor.inspect(|entry| self.keep(entry)).is_some()
    }

    fn noted_refusal(&self, now: Duration) -> Option<Duration> {
        let files = self.files.as_ref()?;
        let note: Note = files.note(&self.refusals())?;
        let is_of_this_boot =
            files.boot_id().is_some() && note.boot_id.as_deref() == files.boot_id();
        Some(Duration::from_millis(note.at_ms)).filter(|at| is_of_this_boot && *at <= now)
    }

    fn note_refusal(&self, now: Duration) {
        let Some(files) = &self.files else { return };
        let boot_id = files.boot_id().map(str::to_owned);
        files.keep_note(&self.refusals(), &Note { boot_id, at_ms: millis(now) });
    }

    fn refusals(&self) -> String {
        format!("refusal of {}", CacheKey::of(&self.client, &self.scopes).as_hex())
    }
}
