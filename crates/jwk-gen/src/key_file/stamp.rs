//! What tells that a key file is another one than before.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// A file that was changed so recently may change again without its times showing it.
const UNSETTLED: Duration = Duration::from_secs(2);

/// The state of a key file: what changes if its content does, or who may read it. It says nothing about the content.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Stamp {
    place: [u64; 2],
    size: u64,
    mode: u32,
    owner: u32,
    modified: [i64; 2],
    changed: [i64; 2],
}

impl Stamp {
    /// The state of the file at `path` now; nothing if there is none. Taken before the file is read, it shows a change in between.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }

    /// Whether a later change of the file is sure to show: it was not changed within the last two seconds.
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let secs = u64::try_from(self.changed[0]).unwrap_or_default();
        let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(secs));
        let age = changed.and_then(|changed| now.duration_since(changed).ok());
        age.is_some_and(|age| age > UNSETTLED)
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            place: [metadata.dev(), metadata.ino()],
            size: metadata.size(),
            mode: metadata.mode(),
            owner: metadata.uid(),
            modified: [metadata.mtime(), metadata.mtime_nsec()],
            changed: [metadata.ctime(), metadata.ctime_nsec()],
        }
    }
}
