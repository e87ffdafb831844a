//! A folder of state that is its owner's alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};

const LOCK: &str = "lock";

/// No state file is longer than a few hundred bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// The folder, whether it is there or not.
#[derive(Clone, Debug)]
pub(crate) struct PrivateFolder(PathBuf);

/// The folder's lock, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock(#[expect(dead_code, reason = "held, not read")] OwnedFd);

/// Whether to wait for a lock that another process holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wait {
    /// Until it is free.
    Forever,
    /// Not at all.
    Never,
}

impl PrivateFolder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the folder and those above it with mode 0700; refuses one that others may enter.
    pub(crate) fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let metadata = fs::symlink_metadata(&self.0)?;
        let is_ours = metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw();
        if !is_ours || metadata.mode() & 0o077 != 0 {
            let message = "it is no folder for its owner alone (mode 0700)";
            return Err(io::Error::new(ErrorKind::PermissionDenied, message));
        }
        Ok(())
    }

    /// Takes the lock, which the kernel gives back when the process ends. None if another process holds it.
    pub(crate) fn lock(&self, wait: Wait) -> io::Result<Option<FolderLock>> {
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.0.join(LOCK);
        let lock = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)?;
        let operation = match wait {
            Wait::Forever => FlockOperation::LockExclusive,
            Wait::Never => FlockOperation::NonBlockingLockExclusive,
        };
        match rustix::fs::flock(&lock, operation) {
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            taken => taken?,
        }
        // Who holds it is for people only.
        drop(fs::write(&path, format!("{}\n", std::process::id())));
        Ok(Some(FolderLock(lock)))
    }

    /// The process that said last that it holds the lock.
    pub(crate) fn holder(&self) -> String {
        fs::read_to_string(self.0.join(LOCK)).unwrap_or_default().trim().to_owned()
    }

    /// The text of a file; none if there is no such file.
    pub(crate) fn read(&self, name: &str) -> io::Result<Option<String>> {
        let file = match open(&self.0.join(name), OpenOptions::new().read(true)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut text = String::new();
        file.take(LARGEST_FILE).read_to_string(&mut text)?;
        Ok(Some(text))
    }

    /// Replaces a file as a whole, durably.
    pub(crate) fn replace(&self, name: &str, text: &str) -> io::Result<()> {
        let temporary = self.0.join(format!("{name}.new"));
        let mut file =
            open(&temporary, OpenOptions::new().write(true).create(true).truncate(true))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, self.0.join(name))?;
        self.sync()
    }

    /// Adds a line to a file, durably.
    pub(crate) fn append(&self, name: &str, line: &str) -> io::Result<()> {
        let mut file = open(&self.0.join(name), OpenOptions::new().append(true).create(true))?;
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    }

    /// Removes a file, if it is there.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Makes names in the folder durable, where the file system can.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match File::open(&self.0)?.sync_all() {
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
            synced => synced,
        }
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}
