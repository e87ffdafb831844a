//! The folder of a rotation beside the key file.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jwk_gen::Thumbprint;
use okta_register::rotation::Journal;
use rustix::fs::{FlockOperation, Mode, OFlags};

use crate::error::CliError;
use crate::exit_code::Class;

const JOURNAL: &str = "journal.json";
const HISTORY: &str = "history.jsonl";
const LOCK: &str = "lock";
const KEY: &str = ".key";

/// No journal is longer than a few hundred bytes.
const LARGEST_JOURNAL: u64 = 64 * 1024;

/// `KEY.rotation`, whether it is there or not.
#[derive(Debug)]
pub(crate) struct RotationFolder {
    key_file: PathBuf,
    path: PathBuf,
}

/// The right to rotate, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct RotationLock(#[expect(dead_code, reason = "held, not read")] OwnedFd);

impl RotationFolder {
    /// The folder of a key file, which may be reached through links.
    pub(crate) fn of(key_file: &Path) -> io::Result<Self> {
        let key_file = fs::canonicalize(key_file)?;
        let mut path = key_file.clone().into_os_string();
        path.push(".rotation");
        Ok(Self { key_file, path: path.into() })
    }

    /// The file that says which key is signed with.
    pub(crate) fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// The file in which a key of the rotation is kept.
    pub(crate) fn stored(&self, key: &Thumbprint) -> PathBuf {
        self.path.join(format!("{key}{KEY}"))
    }

    /// The thumbprints of all keys that are kept.
    pub(crate) fn stored_keys(&self) -> io::Result<Vec<Thumbprint>> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut keys = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let thumbprint = name.to_str().and_then(|name| name.strip_suffix(KEY)?.parse().ok());
            keys.extend(thumbprint);
        }
        keys.sort();
        Ok(keys)
    }

    /// The file of the key that was signed with before, while the org may not know its successor everywhere yet.
    pub(crate) fn previous(&self) -> Option<PathBuf> {
        let journal = self.journal().ok()??;
        journal.previous().map(|key| self.stored(&key.thumbprint))
    }

    /// Makes the folder and takes its lock, which the kernel gives back when the process ends.
    pub(crate) fn lock(&self) -> Result<RotationLock, CliError> {
        self.make().map_err(|error| self.failed("cannot be made", &error))?;
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path.join(LOCK);
        let lock = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| self.failed("cannot be locked", &error))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                // Who holds it is for people only.
                drop(fs::write(&path, format!("{}\n", std::process::id())));
                Ok(RotationLock(lock))
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                let message = format!(
                    "another process ({}) is rotating {}",
                    holder.trim(),
                    self.key_file.display()
                );
                Err(CliError::new(Class::File, message))
            }
            Err(error) => Err(self.failed("cannot be locked", &error)),
        }
    }

    fn make(&self) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made?,
        }
        let metadata = fs::symlink_metadata(&self.path)?;
        let is_ours = metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw();
        if !is_ours || metadata.mode() & 0o077 != 0 {
            let message = "it is no folder for its owner alone (mode 0700)";
            return Err(io::Error::new(ErrorKind::PermissionDenied, message));
        }
        Ok(())
    }

    /// The journal of the rotation that is under way.
    pub(crate) fn journal(&self) -> io::Result<Option<Journal>> {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(self.path.join(JOURNAL));
        let file = match file {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut text = String::new();
        file.take(LARGEST_JOURNAL).read_to_string(&mut text)?;
        Journal::parse(&text).map(Some).map_err(|error| {
            let message = format!("{}: {error}", self.path.join(JOURNAL).display());
            io::Error::new(ErrorKind::InvalidData, message)
        })
    }

    /// Replaces the journal as a whole.
    pub(crate) fn keep(&self, journal: &Journal) -> io::Result<()> {
        let temporary = self.path.join(format!("{JOURNAL}.new"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(&temporary)?;
        file.write_all(journal.to_text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, self.path.join(JOURNAL))?;
        self.sync()
    }

    /// Adds a line to the history, then removes the journal and every key that is kept.
    pub(crate) fn close(&self, line: &str) -> io::Result<()> {
        let mut history = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(self.path.join(HISTORY))?;
        history.write_all(format!("{line}\n").as_bytes())?;
        history.sync_all()?;
        for key in self.stored_keys()? {
            remove(&self.stored(&key))?;
        }
        remove(&self.path.join(JOURNAL))?;
        self.sync()
    }

    /// Removes a key that is kept.
    pub(crate) fn forget(&self, key: &Thumbprint) -> io::Result<()> {
        remove(&self.stored(key))?;
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        sync_folder(&self.path)
    }

    fn failed(&self, what: &str, error: &dyn std::error::Error) -> CliError {
        CliError::new(Class::File, format!("{} {what}", self.path.display())).because(error)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes names in a folder durable, where the file system can.
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path)?.sync_all() {
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}
