//! Reading key files.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{self, Mode, OFlags, Stat};
use zeroize::Zeroizing;

use super::{KeyFileError, file_kind, is_ours, permissions};
use crate::private::PrivateJwk;
use crate::reader::{KeyReader, Keys, Read};
use crate::set::JwkSet;
use crate::{members, set};

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

/// Reads a private key file as it is, whatever its format.
///
/// # Errors
/// [`KeyFileError`], as for [`read`]; the content is not looked at.
pub fn read_private_bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let (file, stat) = open_regular(path)?;
    require_private(path, &stat)?;
    read_bytes(path, file, members::SIZE_LIMIT)
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

/// Reads a secret text, such as a passphrase, of at most 4 KiB from a regular file that only its
/// owner can read.
///
/// # Errors
/// [`KeyFileError`], as for a private key.
pub fn read_secret_text(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let (file, stat) = open_regular(path)?;
    require_private(path, &stat)?;
    let bytes = read_bytes(path, file, 4 << 10)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(KeyFileError::NotText { path: path.into() }),
    }
}

/// Opens without waiting for a writer, should the path be a fifo.
fn open_regular(path: &Path) -> Result<(File, Stat), KeyFileError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = fs::open(path, flags, Mode::empty())
        .map_err(|source| KeyFileError::io("open", path, source.into()))?;
    let stat = fs::fstat(&file).map_err(|source| KeyFileError::io("read", path, source.into()))?;
    match file_kind(&stat) {
        None => Ok((file.into(), stat)),
        Some(found) => Err(KeyFileError::NotRegular { path: path.into(), found }),
    }
}

fn read_bytes(path: &Path, file: File, limit: usize) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| KeyFileError::io("read", path, source))?;
    if bytes.len() > limit {
        return Err(KeyFileError::TooLarge { path: path.into(), limit });
    }
    Ok(bytes)
}

fn require_private(path: &Path, stat: &Stat) -> Result<(), KeyFileError> {
    let mode = permissions(stat);
    if mode & 0o077 != 0 {
        return Err(KeyFileError::TooOpen { path: path.into(), mode });
    }
    if !is_ours(stat) {
        return Err(KeyFileError::ForeignOwner { path: path.into(), uid: stat.st_uid });
    }
    Ok(())
}
