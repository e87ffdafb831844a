//! Tokens in files that all processes of one user share.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::cache_key::CacheKey;
use crate::entry::StoredEntry;

mod note;
mod sweep;

/// A folder of tokens: one file for each, replaced as a whole, readable by its owner alone.
///
/// It never fails: what cannot be read is asked for again, what cannot be written is kept in memory
/// only, and [`Self::warnings`] says so.
pub struct FileCache {
    path: PathBuf,
    folder: OwnedFd,
    boot_id: Option<String>,
    warnings: Mutex<BTreeSet<String>>,
}

/// The outcome of an attempt to take a lock.
#[derive(Debug)]
pub(crate) enum Locked {
    /// The kernel gives it back when the file is closed, also by the death of the process.
    Acquired {
        _file: OwnedFd,
    },
    Held,
    Unsupported,
}

/// No token is longer than 16 KiB, and little comes with it.
const LARGEST_FILE: u64 = 64 * 1024;

impl FileCache {
    /// The cache in the folder at `path`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If there can be no such folder, or others have access to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let folder = rustix::fs::open(path, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&folder)?;
        if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
            let message = format!("`{}` is not for its owner alone", path.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        let boot_id = boot_id.map(|text| text.trim().to_owned());
        Ok(Self { path: path.to_owned(), folder, boot_id, warnings: Mutex::default() })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong so far, each thing once.
    pub fn warnings(&self) -> Vec<String> {
        let warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.iter().cloned().collect()
    }

    pub(crate) fn warn(&self, text: impl Into<String>) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).insert(text.into());
    }

    pub(crate) fn boot_id(&self) -> Option<&str> {
        self.boot_id.as_deref()
    }

    pub(crate) fn load_token(&self, key: &CacheKey) -> Option<StoredEntry> {
        let name = token_name(key);
        let stored = StoredEntry::open(&self.read(&name)?);
        if stored.is_none() {
            self.warn(format!("the cached token `{name}` is damaged and not used"));
        }
        stored
    }

    /// Says whether the token is in its file now.
    pub(crate) fn store_token(&self, key: &CacheKey, sealed: &[u8], now: SystemTime) -> bool {
        let stored = self.write(&token_name(key), sealed);
        self.sweep(now);
        stored
    }

    pub(crate) fn load_memory(&self, family: &CacheKey) -> Option<Zeroizing<Vec<u8>>> {
        self.read(&memory_name(family))
    }

    pub(crate) fn store_memory(&self, family: &CacheKey, sealed: &[u8]) -> bool {
        self.write(&memory_name(family), sealed)
    }

    /// Tries to be the one process that asks for the tokens of `family`.
    ///
    /// A lock file is never removed: who waited for the old one would not see who holds the new one.
    /// Their number is bounded, since families whose hashes begin alike share one.
    pub(crate) fn try_lock(&self, family: &CacheKey) -> Locked {
        let name = format!("{}.lock", family.as_hex().get(..2).unwrap_or_default());
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, &name, flags, Mode::RUSR | Mode::WUSR);
        let locked = file.and_then(|file| {
            rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            Ok(file)
        });
        match locked {
            Ok(file) => Locked::Acquired { _file: file },
            Err(Errno::WOULDBLOCK | Errno::INTR) => Locked::Held,
            Err(error) => {
                self.warn_of_failure("locked", error);
                Locked::Unsupported
            }
        }
    }

    fn read(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(&self.folder, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return None,
            Err(error) => {
                self.warn_of_failure("read", error);
                return None;
            }
        };
        let stat = rustix::fs::fstat(&file).ok()?;
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            self.warn(format!("`{name}` in `{}` is somebody else's", self.path.display()));
            return None;
        }
        let is_regular = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
        if stat.st_mode & 0o077 != 0 || !is_regular {
            self.warn(format!("`{name}` in `{}` was open to others", self.path.display()));
            self.remove(name);
            return None;
        }
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(usize::try_from(stat.st_size).ok()?.min(1 << 16)));
        File::from(file).take(LARGEST_FILE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> bool {
        let written = self.try_write(name, bytes);
        if let Err(error) = &written {
            self.warn_of_failure("written", error);
        }
        written.is_ok()
    }

    fn try_write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = format!("{TEMPORARY}{:016x}", getrandom::u64()?);
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW;
        let flags = flags | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, &temporary, flags, Mode::RUSR | Mode::WUSR)?;
        let moved = File::from(file)
            .write_all(bytes)
            .and_then(|()| Ok(rustix::fs::renameat(&self.folder, &temporary, &self.folder, name)?));
        if moved.is_err() {
            self.remove(&temporary);
        }
        moved
    }

    fn remove(&self, name: &str) -> bool {
        rustix::fs::unlinkat(&self.folder, name, AtFlags::empty()).is_ok()
    }

    /// Says what failed, unless something else has failed for the same reason.
    fn warn_of_failure(&self, what: &str, error: impl fmt::Display) {
        let reason = format!(": {error}");
        if !self.warnings().iter().any(|warning| warning.ends_with(&reason)) {
            self.warn(format!(
                "the token cache `{}` cannot be {what}{reason}",
                self.path.display()
            ));
        }
    }
}

const TEMPORARY: &str = ".tmp-";
const TOKEN: &str = ".token";
const MEMORY: &str = ".client";
const NOTE: &str = ".note";

fn token_name(key: &CacheKey) -> String {
    format!("{}{TOKEN}", key.as_hex())
}

fn memory_name(family: &CacheKey) -> String {
    format!("{}{MEMORY}", family.as_hex())
}

impl fmt::Debug for FileCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCache").field("path", &self.path).finish_non_exhaustive()
    }
}
