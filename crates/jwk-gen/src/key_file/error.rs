//! Why a key file was not read or not written.

use std::io;
use std::path::{Path, PathBuf};

use crate::parse::ParseKeyError;

/// Why a key file was not read or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The path is taken; its content is untouched.
    #[error("`{}` exists and is not overwritten", path.display())]
    AlreadyExists {
        /// The path.
        path: PathBuf,
    },
    /// The path leads to something that is no file.
    #[error("`{}` is {found}, not a regular file", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// Others can read or write the private key.
    #[error("`{0}` is open to others (mode {mode:04o}); run `chmod 600 '{0}'`", path.display())]
    TooOpen {
        /// The path.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file or its directory belongs to another user, who can change it at any time.
    #[error("`{}` belongs to another user (uid {uid})", path.display())]
    ForeignOwner {
        /// The path.
        path: PathBuf,
        /// The owner.
        uid: u32,
    },
    /// Others, or a group that is not ours, can exchange files in the directory.
    #[error("the directory `{0}` is writable by others (mode {mode:04o}); run `chmod go-w '{0}'`", path.display())]
    LooseDirectory {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// More content than any key needs.
    #[error("`{}` has more than {limit} bytes", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// The content is not UTF-8.
    #[error("`{}` is not UTF-8 text", path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// The content is no usable key.
    #[error("`{}` holds no usable key", path.display())]
    Key {
        /// The path.
        path: PathBuf,
        /// Why it is refused.
        source: ParseKeyError,
    },
    /// The operating system refused.
    #[error("cannot {operation} `{}`", path.display())]
    Io {
        /// `open`, `read`, `create` or `write`.
        operation: &'static str,
        /// The path.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

impl KeyFileError {
    pub(super) fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { operation, path: path.into(), source }
    }
}
