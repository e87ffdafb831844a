//! Key files: private to their owner, never overwritten, never half written.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write};
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::parse::ParseKeyError;
use crate::private::PrivateJwk;
use crate::reader::{KeyReader, Keys, Read};
use crate::set::JwkSet;
use crate::{members, set};

const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Reads a private key: a regular file of at most 64 KiB that only its owner can read.
///
/// # Errors
/// [`KeyFileError`]; loose permissions are refused with the command that mends them.
pub fn read(path: &Path, reader: &KeyReader) -> Result<Read<PrivateJwk>, KeyFileError> {
    let (file, stat) = open_regular(path)?;
    require_private(path, &stat)?;
    let bytes = read_bytes(path, file, members::SIZE_LIMIT)?;
    reader.private(&bytes).map_err(|source| KeyFileError::Key { path: path.into(), source })
}

/// Reads public keys from a regular file of at most 256 KiB with any permissions.
///
/// # Errors
/// [`KeyFileError`]; a private key is refused as such.
pub fn read_public(path: &Path, reader: &KeyReader) -> Result<Read<JwkSet>, KeyFileError> {
    let (file, _) = open_regular(path)?;
    let bytes = read_bytes(path, file, set::SIZE_LIMIT)?;
    reader.public(&bytes).map_err(|source| KeyFileError::Key { path: path.into(), source })
}

/// Reads whatever keys a regular file of at most 256 KiB holds; only its owner may be able to read
/// a file with secrets.
///
/// # Errors
/// [`KeyFileError`]; loose permissions are refused with the command that mends them.
pub fn read_keys(path: &Path, reader: &KeyReader) -> Result<Read<Keys>, KeyFileError> {
    let (file, stat) = open_regular(path)?;
    let bytes = read_bytes(path, file, set::SIZE_LIMIT)?;
    let read = reader.keys(&bytes);
    let read = read.map_err(|source| KeyFileError::Key { path: path.into(), source })?;
    if !matches!(read.key, Keys::Public(_)) {
        require_private(path, &stat)?;
    }
    Ok(read)
}

/// Writes a new file with mode 0600, whatever the umask; the path appears with its whole content
/// or not at all.
///
/// On Linux a process that is killed meanwhile leaves nothing behind; elsewhere, and on file systems
/// without unnamed files, it can leave the key under the name `.tmp-` and 22 random characters.
///
/// # Errors
/// [`KeyFileError`]; anything at the path, even an empty file or a dangling link, is left alone.
pub fn create_new(path: &Path, contents: &[u8]) -> Result<(), KeyFileError> {
    let target = Target::open(path)?;
    target.require_absent()?;
    if !create_unnamed(&target, contents)? {
        create_named(&target, contents)?;
    }
    unless_unsupported(fs::fsync(&target.directory)).map_err(|source| {
        // Not durable: a power cut could undo it, so that the caller must not count on it.
        let _ = fs::unlinkat(&target.directory, target.name, AtFlags::empty());
        target.failed("write", source.into())
    })
}

/// Some network and FUSE file systems cannot sync a directory, and nothing better is to be had there.
fn unless_unsupported(synced: Result<(), Errno>) -> Result<(), Errno> {
    let unsupported = [Errno::INVAL, Errno::NOTSUP, Errno::OPNOTSUPP];
    synced.or_else(|errno| if unsupported.contains(&errno) { Ok(()) } else { Err(errno) })
}

/// Names a file only once it is written (`O_TMPFILE`, open(2)); `false` where that is not possible.
#[cfg(target_os = "linux")]
fn create_unnamed(target: &Target<'_>, contents: &[u8]) -> Result<bool, KeyFileError> {
    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    let Ok(file) = fs::openat(&target.directory, ".", flags, OWNER_ONLY) else { return Ok(false) };
    let mut file = File::from(file);
    write_whole(&mut file, contents).map_err(|source| target.failed("write", source))?;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let follow = AtFlags::SYMLINK_FOLLOW;
    match fs::linkat(fs::CWD, link, &target.directory, target.name, follow) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Err(KeyFileError::AlreadyExists { path: target.path.into() }),
        // No `/proc`, or no hard links: the unnamed file is gone once it is closed.
        Err(_) => Ok(false),
    }
}

#[cfg(not(target_os = "linux"))]
fn create_unnamed(_: &Target<'_>, _: &[u8]) -> Result<bool, KeyFileError> {
    Ok(false)
}

/// Writes a file under another name beside the target, where unnamed ones are not possible.
fn create_named(target: &Target<'_>, contents: &[u8]) -> Result<(), KeyFileError> {
    let mut temporary = Temporary::create(target)?;
    write_whole(&mut temporary.file, contents).map_err(|source| target.failed("write", source))?;
    temporary.publish()
}

fn write_whole(file: &mut File, contents: &[u8]) -> io::Result<()> {
    // A umask of 0277 or more takes even the owner's bits; this can only give those back.
    fs::fchmod(&*file, OWNER_ONLY)?;
    file.write_all(contents)?;
    file.sync_all()
}

/// Checks that [`create_new`] can succeed, before time is spent on a key.
///
/// # Errors
/// As [`create_new`]; nothing is left behind.
pub fn check_creatable(path: &Path) -> Result<(), KeyFileError> {
    let target = Target::open(path)?;
    target.require_absent()?;
    Temporary::create(&target).map(drop)
}

/// A name in an open directory, which no later rename of a parent can redirect.
struct Target<'a> {
    path: &'a Path,
    name: &'a OsStr,
    directory: OwnedFd,
}

impl<'a> Target<'a> {
    fn open(path: &'a Path) -> Result<Self, KeyFileError> {
        let Some(name) = path.file_name() else {
            return Err(KeyFileError::NotRegular { path: path.into(), found: "a directory" });
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = fs::open(parent, flags, Mode::empty())
            .map_err(|source| io_error("open", parent, source.into()))?;
        require_safe_directory(parent, &directory)?;
        Ok(Self { path, name, directory })
    }

    fn require_absent(&self) -> Result<(), KeyFileError> {
        match fs::statat(&self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            Err(source) => Err(self.failed("open", source.into())),
            Ok(stat) => match file_kind(&stat) {
                None => Err(KeyFileError::AlreadyExists { path: self.path.into() }),
                Some(found) => Err(KeyFileError::NotRegular { path: self.path.into(), found }),
            },
        }
    }

    fn failed(&self, operation: &'static str, source: io::Error) -> KeyFileError {
        io_error(operation, self.path, source)
    }
}

/// An unfinished file beside the target; removed on drop.
struct Temporary<'t> {
    target: &'t Target<'t>,
    name: String,
    file: File,
}

impl<'t> Temporary<'t> {
    fn create(target: &'t Target<'t>) -> Result<Self, KeyFileError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|source| target.failed("create", source.into()))?;
        let name = format!(".tmp-{}", URL_SAFE_NO_PAD.encode(random));
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = fs::openat(&target.directory, &name, flags, OWNER_ONLY)
            .map_err(|source| target.failed("create", source.into()))?;
        Ok(Self { target, name, file: file.into() })
    }

    /// Gives the file its name, unless the name is taken.
    fn publish(&self) -> Result<(), KeyFileError> {
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

/// Opens without waiting for a writer, should the path be a fifo.
fn open_regular(path: &Path) -> Result<(File, Stat), KeyFileError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = fs::open(path, flags, Mode::empty())
        .map_err(|source| io_error("open", path, source.into()))?;
    let stat = fs::fstat(&file).map_err(|source| io_error("read", path, source.into()))?;
    match file_kind(&stat) {
        None => Ok((file.into(), stat)),
        Some(found) => Err(KeyFileError::NotRegular { path: path.into(), found }),
    }
}

fn read_bytes(path: &Path, file: File, limit: usize) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| io_error("read", path, source))?;
    if bytes.len() > limit {
        return Err(KeyFileError::TooLarge { path: path.into(), limit });
    }
    Ok(bytes)
}

/// `None` for a regular file.
fn file_kind(stat: &Stat) -> Option<&'static str> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => None,
        FileType::Directory => Some("a directory"),
        FileType::Symlink => Some("a symbolic link"),
        FileType::Fifo => Some("a fifo"),
        FileType::Socket => Some("a socket"),
        _ => Some("a device"),
    }
}

fn require_private(path: &Path, stat: &Stat) -> Result<(), KeyFileError> {
    let mode = stat.st_mode & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::TooOpen { path: path.into(), mode });
    }
    if !is_ours(stat) {
        return Err(KeyFileError::ForeignOwner { path: path.into(), uid: stat.st_uid });
    }
    Ok(())
}

/// Whoever may write to a directory can exchange the files in it; a sticky one lets them only add.
fn require_safe_directory(path: &Path, directory: &OwnedFd) -> Result<(), KeyFileError> {
    let stat = fs::fstat(directory).map_err(|source| io_error("open", path, source.into()))?;
    let mode = stat.st_mode & 0o7777;
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

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == 0 || stat.st_uid == rustix::process::geteuid().as_raw()
}

fn io_error(operation: &'static str, path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io { operation, path: path.into(), source }
}

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
