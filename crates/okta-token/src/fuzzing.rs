//! For fuzzers: what reads the bytes of others, without the files and servers that they come from.

use std::time::{Duration, SystemTime};

use crate::access_token::Instant;
use crate::cache_key::CacheKey;
use crate::entry::StoredEntry;
#[cfg(feature = "redis")]
use crate::redis_cache::SealingKey;

const KEY: [u8; 32] = [0x5e; 32];

/// The key that [`cache_entry`] looks for, as the files have it.
pub const CACHE_KEY: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

/// What was read.
#[derive(Debug)]
pub struct ReadEntry {
    /// The key that the entry was kept under.
    pub key: String,
    /// How long its token would be used.
    pub remaining: Duration,
}

/// The entry of [`CACHE_KEY`] in a file of the cache, if the file holds one.
pub fn cache_entry(bytes: &[u8]) -> Option<ReadEntry> {
    let stored = StoredEntry::open(bytes)?;
    let key = stored.key.clone();
    let seconds = Duration::from_secs(1_787_306_000);
    let now = Instant { wall: SystemTime::UNIX_EPOCH + seconds, elapsed: Duration::from_secs(9) };
    let entry = stored.into_entry(&CacheKey::of_bytes(KEY), now, Some("boot"), None)?;
    Some(ReadEntry { key, remaining: entry.remaining(now.elapsed) })
}

/// A value for Redis.
#[cfg(feature = "redis")]
pub fn seal(key: &SealingKey, end: u64, bytes: &[u8]) -> Option<Vec<u8>> {
    key.seal(&CacheKey::of_bytes(KEY), end, bytes)
}

/// What a value from Redis holds.
#[cfg(feature = "redis")]
pub fn open(key: &SealingKey, value: &[u8]) -> Option<(Vec<u8>, u64)> {
    key.open(&CacheKey::of_bytes(KEY), value).map(|(bytes, end)| (bytes.to_vec(), end))
}
