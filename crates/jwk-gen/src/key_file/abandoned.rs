//! Unfinished key files whose writers were killed.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

use rustix::fs::{self, AtFlags, Dir, FlockOperation, Mode, OFlags};

use super::temporary::is_temporary;

/// No writer takes as long.
const AGE: Duration = Duration::from_secs(60 * 60);

/// Removes our unfinished files that are older than an hour and that no writer has locked.
///
/// `now` comes from the clock of the file system, as the age of the files does. The new key does
/// not depend on this: whatever cannot be read or removed stays.
pub(super) fn remove(directory: &OwnedFd, now: SystemTime) {
    let Ok(entries) = Dir::read_from(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if is_temporary(name.to_bytes()) && is_abandoned(directory, name, now) == Some(true) {
            let _ = fs::unlinkat(directory, name, AtFlags::empty());
        }
    }
}

/// `None` for a file that cannot be opened or is younger than `now`.
fn is_abandoned(directory: &OwnedFd, name: &CStr, now: SystemTime) -> Option<bool> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(fs::openat(directory, name, flags, Mode::empty()).ok()?);
    let metadata = file.metadata().ok()?;
    let age = now.duration_since(metadata.modified().ok()?).ok()?;
    let is_ours = metadata.is_file()
        && metadata.uid() == rustix::process::geteuid().as_raw()
        && metadata.mode() & 0o7777 & !0o600 == 0;
    let is_unlocked = || fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    Some(is_ours && age > AGE && is_unlocked())
}
