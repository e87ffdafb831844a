//! The place of a new key file.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::{KeyFileError, file_kind, is_ours, permissions};

/// A name in an open directory, which no later rename of a parent can redirect.
pub(super) struct Target<'a> {
    pub(super) path: &'a Path,
    pub(super) name: &'a OsStr,
    pub(super) directory: OwnedFd,
}

impl<'a> Target<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, KeyFileError> {
        // `key/` and `key/.` are directories, although the standard library names them `key`.
        let is_last =
            |name: &&OsStr| path.as_os_str().as_encoded_bytes().ends_with(name.as_encoded_bytes());
        let Some(name) = path.file_name().filter(is_last) else {
            return Err(KeyFileError::NotRegular { path: path.into(), found: "a directory" });
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = fs::open(parent, flags, Mode::empty())
            .map_err(|source| KeyFileError::io("open", parent, source.into()))?;
        require_safe_directory(parent, &directory)?;
        Ok(Self { path, name, directory })
    }

    pub(super) fn require_absent(&self) -> Result<(), KeyFileError> {
        match fs::statat(&self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            Err(source) => Err(self.failed("open", source.into())),
            Ok(stat) => match file_kind(&stat) {
                None => Err(KeyFileError::AlreadyExists { path: self.path.into() }),
                Some(found) => Err(KeyFileError::NotRegular { path: self.path.into(), found }),
            },
        }
    }

    pub(super) fn require_regular(&self) -> Result<(), KeyFileError> {
        let stat = fs::statat(&self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|source| self.failed("open", source.into()))?;
        match file_kind(&stat) {
            None => Ok(()),
            Some(found) => Err(KeyFileError::NotRegular { path: self.path.into(), found }),
        }
    }

    pub(super) fn failed(&self, operation: &'static str, source: io::Error) -> KeyFileError {
        KeyFileError::io(operation, self.path, source)
    }
}

/// Whoever may write to a directory can exchange the files in it; a sticky one lets them only add.
fn require_safe_directory(path: &Path, directory: &OwnedFd) -> Result<(), KeyFileError> {
    let stat =
        fs::fstat(directory).map_err(|source| KeyFileError::io("open", path, source.into()))?;
    let mode = permissions(&stat);
    // A umask of 0002 lets the group write, where each user has a group of their own.
    let own_group = stat.st_gid == rustix::process::getegid().as_raw();
    let exchanging = if own_group { 0o002 } else { 0o022 };
    if mode & exchanging != 0 && mode & 0o1000 == 0 {
        return Err(KeyFileError::LooseDirectory { path: path.into(), mode });
    }
    if !is_ours(&stat) {
        return Err(KeyFileError::ForeignOwner { path: path.into(), uid: stat.st_uid });
    }
    Ok(())
}
