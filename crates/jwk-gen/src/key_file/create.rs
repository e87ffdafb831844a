//! Writing key files.

use std::fs::File;
use std::io::{self, Write};
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::SystemTime;

#[cfg(target_os = "linux")]
use rustix::fs::OFlags;
use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::target::Target;
use super::temporary::Temporary;
use super::{KeyFileError, OWNER_ONLY, abandoned};

/// Writes a new file with mode 0600, whatever the umask; the path appears with its whole content
/// or not at all.
///
/// On Linux a process that is killed meanwhile leaves nothing behind; elsewhere, and on file systems
/// without unnamed files, it can leave the key under the name `.tmp-` and 22 random characters.
/// The next call for the same directory removes such a file once it is older than an hour.
///
/// # Errors
/// [`KeyFileError`]; anything at the path, even an empty file or a dangling link, is left alone.
pub fn create_new(path: &Path, contents: &[u8]) -> Result<(), KeyFileError> {
    let target = Target::open(path)?;
    target.require_absent()?;
    let written_at = match create_unnamed(&target, contents)? {
        Some(time) => time,
        None => create_named(&target, contents)?,
    };
    unless_unsupported(fs::fsync(&target.directory)).map_err(|source| {
        // Not durable: a power cut could undo it, so that the caller must not count on it.
        let _ = fs::unlinkat(&target.directory, target.name, AtFlags::empty());
        target.failed("write", source.into())
    })?;
    abandoned::remove(&target.directory, written_at);
    Ok(())
}

/// Checks that [`create_new`] can succeed, before time is spent on a key.
///
/// # Errors
/// As [`create_new`]; nothing is left behind.
pub fn check_creatable(path: &Path) -> Result<(), KeyFileError> {
    let target = Target::open(path)?;
    target.require_absent()?;
    match open_unnamed(&target) {
        Some(_) => Ok(()),
        None => Temporary::create(&target).map(drop),
    }
}

/// Some network and FUSE file systems cannot sync a directory, and nothing better is to be had there.
pub(super) fn unless_unsupported(synced: Result<(), Errno>) -> Result<(), Errno> {
    let unsupported = [Errno::INVAL, Errno::NOTSUP, Errno::OPNOTSUPP];
    synced.or_else(|errno| if unsupported.contains(&errno) { Ok(()) } else { Err(errno) })
}

/// Names a file only once it is written and gives the time of that; `None` where it is not possible.
#[cfg(target_os = "linux")]
fn create_unnamed(
    target: &Target<'_>,
    contents: &[u8],
) -> Result<Option<SystemTime>, KeyFileError> {
    let Some(mut file) = open_unnamed(target) else { return Ok(None) };
    let time = write_whole(&mut file, contents).map_err(|it| target.failed("write", it))?;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let follow = AtFlags::SYMLINK_FOLLOW;
    match fs::linkat(fs::CWD, link, &target.directory, target.name, follow) {
        Ok(()) => Ok(Some(time)),
        Err(Errno::EXIST) => Err(KeyFileError::AlreadyExists { path: target.path.into() }),
        // No `/proc`, or no hard links: the unnamed file is gone once it is closed.
        Err(_) => Ok(None),
    }
}

#[cfg(not(target_os = "linux"))]
fn create_unnamed(_: &Target<'_>, _: &[u8]) -> Result<Option<SystemTime>, KeyFileError> {
    Ok(None)
}

/// A file in the target's directory that is gone once it is closed (`O_TMPFILE`, open(2)).
#[cfg(target_os = "linux")]
fn open_unnamed(target: &Target<'_>) -> Option<File> {
    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    fs::openat(&target.directory, ".", flags, OWNER_ONLY).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn open_unnamed(_: &Target<'_>) -> Option<File> {
    None
}

/// Writes a file under another name beside the target, where unnamed ones are not possible.
fn create_named(target: &Target<'_>, contents: &[u8]) -> Result<SystemTime, KeyFileError> {
    let mut temporary = Temporary::create(target)?;
    let written = write_whole(&mut temporary.file, contents);
    let time = written.map_err(|source| target.failed("write", source))?;
    temporary.publish().map(|()| time)
}

/// Writes all of the content to the disk, and gives the time by the clock of the file system.
pub(super) fn write_whole(file: &mut File, contents: &[u8]) -> io::Result<SystemTime> {
    // A umask of 0277 or more takes even the owner's bits; this can only give those back.
    fs::fchmod(&*file, OWNER_ONLY)?;
    file.write_all(contents)?;
    file.sync_all()?;
    file.metadata()?.modified()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File systems with unnamed files never come to this.
    #[test]
    fn a_file_without_an_unnamed_stage_appears_whole_and_replaces_nothing() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("key");
        let target = Target::open(&path).unwrap();
        create_named(&target, b"first").unwrap();
        let refusal = create_named(&target, b"second").unwrap_err();
        assert!(matches!(refusal, KeyFileError::AlreadyExists { .. }), "{refusal:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::stat(&path).unwrap().st_mode & 0o7777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_a_sync_that_failed_undoes_a_file() {
        for harmless in [Ok(()), Err(Errno::INVAL), Err(Errno::NOTSUP), Err(Errno::OPNOTSUPP)] {
            assert_eq!(unless_unsupported(harmless), Ok(()));
        }
        for failed in [Errno::IO, Errno::NOSPC, Errno::DQUOT, Errno::BADF] {
            assert_eq!(unless_unsupported(Err(failed)), Err(failed));
        }
    }
}
