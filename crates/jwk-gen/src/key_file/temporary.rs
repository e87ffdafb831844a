//! An unfinished key file under a name of its own, where unnamed files are not possible.

use std::fs::File;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::fs::{self, AtFlags, FlockOperation, OFlags, RenameFlags};
use rustix::io::Errno;

use super::target::Target;
use super::{KeyFileError, OWNER_ONLY};

const PREFIX: &str = ".tmp-";

/// 16 random octets in base64url.
const RANDOM_LENGTH: usize = 22;

/// Whether a file was named by [`Temporary`].
pub(super) fn is_temporary(name: &[u8]) -> bool {
    let is_base64url = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    name.strip_prefix(PREFIX.as_bytes())
        .is_some_and(|it| it.len() == RANDOM_LENGTH && it.iter().all(is_base64url))
}

/// An unfinished file beside the target; removed on drop.
pub(super) struct Temporary<'t> {
    target: &'t Target<'t>,
    name: String,
    pub(super) file: File,
}

impl<'t> Temporary<'t> {
    pub(super) fn create(target: &'t Target<'t>) -> Result<Self, KeyFileError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|source| target.failed("create", source.into()))?;
        let name = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = fs::openat(&target.directory, &name, flags, OWNER_ONLY)
            .map_err(|source| target.failed("create", source.into()))?;
        // Tells that the writer lives. Where there are no locks, nobody can take one to remove the file.
        let _ = fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
        Ok(Self { target, name, file: file.into() })
    }

    /// Gives the file its name in the stead of the one that has it.
    pub(super) fn take_the_place(&self) -> Result<(), KeyFileError> {
        let Target { name, directory, .. } = self.target;
        fs::renameat(directory, &self.name, directory, *name)
            .map_err(|source| self.target.failed("write", source.into()))
    }

    /// Gives the file its name, unless the name is taken.
    pub(super) fn publish(&self) -> Result<(), KeyFileError> {
        let Target { path, name, directory } = self.target;
        let linked = fs::linkat(directory, &self.name, directory, *name, AtFlags::empty());
        let published = match linked {
            // File systems without hard links, such as FAT and some network file systems.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {
                let flags = RenameFlags::NOREPLACE;
                fs::renameat_with(directory, &self.name, directory, *name, flags)
            }
            other => other,
        };
        match published {
            Err(Errno::EXIST) => Err(KeyFileError::AlreadyExists { path: path.into() }),
            other => other.map_err(|source| self.target.failed("write", source.into())),
        }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        // Gone already if it was renamed; otherwise there is nobody left to tell.
        let _ = fs::unlinkat(&self.target.directory, &self.name, AtFlags::empty());
    }
}
