//! What else is worth keeping between runs.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{FileCache, NOTE};
use crate::entry;

impl FileCache {
    /// What was noted about `subject`, if it is still there and sound.
    pub fn note<T: DeserializeOwned>(&self, subject: &str) -> Option<T> {
        entry::open(&self.read(&note_name(subject))?)
    }

    /// Notes something about `subject`, in the place of what was noted before. It is lost like a token
    /// that cannot be kept.
    pub fn keep_note(&self, subject: &str, note: &impl Serialize) {
        if let Some(sealed) = entry::seal(note, 4096) {
            self.write(&note_name(subject), &sealed);
        }
    }
}

/// Half of the hash is enough for names that nobody has a reason to collide.
fn note_name(subject: &str) -> String {
    let hash = Sha256::digest(subject);
    let (half, _) = hash.split_at(16);
    let hex: String = half.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}{NOTE}")
}
