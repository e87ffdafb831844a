//! The org on disk: read once at the start, replaced after every change.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::org::Org;

/// Raised when the layout changes in a way that an older version could not read.
const FORMAT: u32 = 1;

/// Why a state file cannot be used. The file is left as it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// It cannot be opened or read.
    #[error("state file `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It holds something else than an org of this version.
    #[error("state file `{}` is corrupt; move it away to start with a fresh org", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where reading it ended.
        source: serde_json::Error,
    },
    /// It cannot be replaced.
    #[error("state file `{}` cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

#[derive(Serialize)]
struct Outgoing<'a> {
    format: u32,
    org: &'a Org,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incoming {
    #[serde(rename = "format", deserialize_with = "this_format")]
    _format: (),
    org: Org,
}

#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The stored org; none if there is no file yet.
    pub(crate) fn load(&self) -> Result<Option<Org>, StateFileError> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(StateFileError::Unreadable { path: self.path.clone(), source });
            }
        };
        serde_json::from_slice(&text)
            .map(|Incoming { org, .. }| Some(org))
            .map_err(|source| StateFileError::Corrupt { path: self.path.clone(), source })
    }

    /// Replaces the file in one step: whoever reads it sees the old org or the new one.
    ///
    /// The file is made with mode 0600, because it holds the API token.
    pub(crate) fn save(&self, org: &Org) -> Result<(), StateFileError> {
        self.write(org)
            .map_err(|source| StateFileError::Unwritable { path: self.path.clone(), source })
    }

    fn write(&self, org: &Org) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(&Outgoing { format: FORMAT, org })?)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The rename itself is only durable once the folder is; other systems cannot open one.
        #[cfg(unix)]
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    }
}

fn this_format<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match u32::deserialize(deserializer)? {
        FORMAT => Ok(()),
        other => Err(serde::de::Error::custom(format!("format {other} is not known"))),
    }
}
