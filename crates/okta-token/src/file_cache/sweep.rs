//! What is in the folder, and what must go.

use std::fs;
use std::time::{Duration, SystemTime};

use super::{FileCache, MEMORY, NOTE, TEMPORARY, TOKEN};
use crate::cached_token::CachedToken;
use crate::entry::StoredEntry;

/// Most tokens that are kept, and as many memories and notes.
const MOST: usize = 256;

/// No token lives longer than a day.
const OLDEST: Duration = Duration::from_secs(48 * 3600);

/// Whoever began to write it is gone.
const OLDEST_TEMPORARY: Duration = Duration::from_secs(3600);

impl FileCache {
    /// The tokens in the folder, the one that ends first at the front.
    pub fn list(&self) -> Vec<CachedToken> {
        let names = self.names().into_iter().filter(|name| name.ends_with(TOKEN));
        let mut tokens: Vec<_> = names.filter_map(|name| self.describe(&name)).collect();
        tokens.sort_by_key(|token| token.expires_at);
        tokens
    }

    /// Removes the tokens that have ended by `now`, or everything that is kept; says how many tokens
    /// that were.
    pub fn clean(&self, all: bool, now: SystemTime) -> usize {
        let mut removed = 0;
        for name in self.names() {
            let is_token = name.ends_with(TOKEN);
            let has_ended = || self.describe(&name).is_none_or(|token| token.expires_at <= now);
            let is_whole = !name.starts_with(TEMPORARY);
            let goes = if is_token { all || has_ended() } else { all && is_whole };
            if goes && self.remove(&name) {
                removed += usize::from(is_token);
            }
        }
        self.sweep(now);
        removed
    }

    /// Removes the token with this text, whatever client and scopes it was got for.
    pub(crate) fn forget(&self, token: &str) {
        for name in self.names().into_iter().filter(|name| name.ends_with(TOKEN)) {
            let stored = self.read(&name).and_then(|bytes| StoredEntry::open(&bytes));
            if stored.is_some_and(|stored| stored.is_of(token)) {
                self.remove(&name);
            }
        }
    }

    /// Removes what is old, and the oldest of what is too much. Locks stay.
    pub(super) fn sweep(&self, now: SystemTime) {
        let mut kept = [Vec::new(), Vec::new(), Vec::new()];
        for name in self.names() {
            let Ok(metadata) = fs::symlink_metadata(self.path().join(&name)) else { continue };
            let written = metadata.modified().unwrap_or(now);
            let age = now.duration_since(written).unwrap_or_default();
            let oldest = if name.starts_with(TEMPORARY) { OLDEST_TEMPORARY } else { OLDEST };
            if age > oldest {
                self.remove(&name);
            } else if name.ends_with(TOKEN) {
                kept[0].push((written, name));
            } else if name.ends_with(MEMORY) {
                kept[1].push((written, name));
            } else if name.ends_with(NOTE) {
                kept[2].push((written, name));
            }
        }
        for mut files in kept {
            files.sort_unstable();
            let surplus = files.len().saturating_sub(MOST);
            for (_, name) in files.into_iter().take(surplus) {
                self.remove(&name);
            }
        }
    }

    /// The files that this cache makes, apart from its locks.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path()) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_ours = |name: &String| {
            name.starts_with(TEMPORARY) || [TOKEN, MEMORY, NOTE].iter().any(|it| name.ends_with(it))
        };
        names.filter(is_ours).collect()
    }

    fn describe(&self, name: &str) -> Option<CachedToken> {
        let bytes = self.read(name)?;
        let stored = StoredEntry::open(&bytes)?;
        Some(CachedToken {
            client_id: stored.client_id.clone(),
            issuer: stored.issuer.clone(),
            scope: stored.scope.clone(),
            expires_at: stored.expires_at()?,
            bytes: u64::try_from(bytes.len()).ok()?,
        })
    }
}
