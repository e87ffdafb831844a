//! The folder of a rotation beside the key file.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jwk_gen::Thumbprint;
use okta_register::rotation::Journal;

use crate::error::CliError;
use crate::exit_code::Class;
use crate::private_folder::{FolderLock, PrivateFolder, Wait};

const JOURNAL: &str = "journal.json";
const HISTORY: &str = "history.jsonl";
const KEY: &str = ".key";

/// `KEY.rotation`, whether it is there or not.
#[derive(Debug)]
pub(crate) struct RotationFolder {
    key_file: PathBuf,
    folder: PrivateFolder,
}

impl RotationFolder {
    /// The folder of a key file, which may be reached through links.
    pub(crate) fn of(key_file: &Path) -> io::Result<Self> {
        let key_file = fs::canonicalize(key_file)?;
        let mut path = key_file.clone().into_os_string();
        path.push(".rotation");
        Ok(Self { key_file, folder: PrivateFolder::new(path.into()) })
    }

    /// The file that says which key is signed with.
    pub(crate) fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// The file in which a key of the rotation is kept.
    pub(crate) fn stored(&self, key: &Thumbprint) -> PathBuf {
        self.folder.path().join(format!("{key}{KEY}"))
    }

    /// The thumbprints of all keys that are kept.
    pub(crate) fn stored_keys(&self) -> io::Result<Vec<Thumbprint>> {
        let entries = match fs::read_dir(self.folder.path()) {
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

    /// Makes the folder and takes its lock: the right to rotate.
    pub(crate) fn lock(&self) -> Result<FolderLock, CliError> {
        self.folder.make().map_err(|error| self.failed("cannot be made", &error))?;
        let lock = self.folder.lock(Wait::Never);
        let lock = lock.map_err(|error| self.failed("cannot be locked", &error))?;
        lock.ok_or_else(|| {
            let (holder, file) = (self.folder.holder(), self.key_file.display());
            let message = format!("another process ({holder}) is rotating {file}");
            CliError::new(Class::File, message)
        })
    }

    /// The journal of the rotation that is under way.
    pub(crate) fn journal(&self) -> io::Result<Option<Journal>> {
        let Some(text) = self.folder.read(JOURNAL)? else { return Ok(None) };
        Journal::parse(&text).map(Some).map_err(|error| {
            let message = format!("{}: {error}", self.folder.path().join(JOURNAL).display());
            io::Error::new(ErrorKind::InvalidData, message)
        })
    }

    /// Replaces the journal as a whole.
    pub(crate) fn keep(&self, journal: &Journal) -> io::Result<()> {
        self.folder.replace(JOURNAL, &journal.to_text())
    }

    /// Adds a line to the history, then removes the journal and every key that is kept.
    pub(crate) fn close(&self, line: &str) -> io::Result<()> {
        self.folder.append(HISTORY, line)?;
        for key in self.stored_keys()? {
            self.folder.remove(&format!("{key}{KEY}"))?;
        }
        self.folder.remove(JOURNAL)?;
        self.folder.sync()
    }

    /// Removes a key that is kept.
    pub(crate) fn forget(&self, key: &Thumbprint) -> io::Result<()> {
        self.folder.remove(&format!("{key}{KEY}"))?;
        self.folder.sync()
    }

    fn failed(&self, what: &str, error: &dyn std::error::Error) -> CliError {
        CliError::new(Class::File, format!("{} {what}", self.folder.path().display()))
            .because(error)
    }
}
