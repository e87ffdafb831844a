//! In the place of `file_cache` where no folder is known to be its owner's alone: there is no such cache.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::cache_key::CacheKey;
use crate::cached_token::CachedToken;
use crate::entry::StoredEntry;

/// A folder of tokens that all processes of one user share: on Unix only, elsewhere there is none.
#[derive(Debug)]
pub enum FileCache {}

/// The outcome of an attempt to take a lock.
#[derive(Debug)]
#[expect(dead_code, reason = "no lock is ever taken")]
pub(crate) enum Locked {
    Acquired {},
    Held,
    Unsupported,
}

impl FileCache {
    /// There is none.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::Unsupported`], always.
    pub fn open(_path: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "tokens are kept in files on Unix only"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        match *self {}
    }

    /// What went wrong so far, each thing once.
    pub fn warnings(&self) -> Vec<String> {
        match *self {}
    }

    /// The tokens in the folder, the one that ends first at the front.
    pub fn list(&self) -> Vec<CachedToken> {
        match *self {}
    }

    /// Removes the tokens that have ended by `now`, or everything that is kept; says how many tokens that were.
    pub fn clean(&self, _all: bool, _now: SystemTime) -> usize {
        match *self {}
    }

    pub(crate) fn forget(&self, _token: &str) {
        match *self {}
    }

    /// What was noted about a subject.
    pub fn note<T: DeserializeOwned>(&self, _subject: &str) -> Option<T> {
        match *self {}
    }

    /// Notes something about a subject.
    pub fn keep_note(&self, _subject: &str, _note: &impl Serialize) {
        match *self {}
    }

    pub(crate) fn warn(&self, _text: impl Into<String>) {
        match *self {}
    }

    pub(crate) fn boot_id(&self) -> Option<&str> {
        match *self {}
    }

    pub(crate) fn load_token(&self, _key: &CacheKey) -> Option<StoredEntry> {
        match *self {}
    }

    pub(crate) fn store_token(&self, _key: &CacheKey, _sealed: &[u8], _now: SystemTime) -> bool {
        match *self {}
    }

    pub(crate) fn load_memory(&self, _family: &CacheKey) -> Option<Zeroizing<Vec<u8>>> {
        match *self {}
    }

    pub(crate) fn store_memory(&self, _family: &CacheKey, _sealed: &[u8]) -> bool {
        match *self {}
    }

    pub(crate) fn try_lock(&self, _family: &CacheKey) -> Locked {
        match *self {}
    }
}
