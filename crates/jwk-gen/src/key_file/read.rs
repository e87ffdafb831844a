//! Reading key files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustix::fs::{self, Mode, OFlags, Stat};
use zeroize::Zeroizing;

use super::{KeyFileError, file_kind, is_ours};
use crate::parse::{parse_private, parse_public};
use crate::private::PrivateJwk;
use crate::set::JwkSet;
use crate::{members, set};

/// Reads a private key: a regular file of at most 64 KiB that only its owner can read.
///
/// `kid` chooses a key as in [`parse_private`].
///
/// # Errors
/// [`KeyFileError`]; loose permissions are refused with the command that mends them.
pub fn read(path: &Path, kid: Option<&str>) -> Result<PrivateJwk, KeyFileError> {
    let (file, stat) = open_regular(path)?;
    require_private(path, &stat)?;
    let text = read_text(path, file, members::SIZE_LIMIT)?;
    parse_private(&text, kid).map_err(|source| KeyFileError::Key { path: path.into(), source })
}

/// Reads public keys from a regular file of at most 256 KiB with any permissions.
///
/// # Errors
/// [`KeyFileError`]; a private key is refused as such.
pub fn read_public(path: &Path) -> Result<JwkSet, KeyFileError> {
    let (file, _) = open_regular(path)?;
    let text = read_text(path, file, set::SIZE_LIMIT)?;
    parse_public(&text).map_err(|source| KeyFileError::Key { path: path.into(), source })
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

fn read_text(path: &Path, file: File, limit: usize) -> Result<Zeroizing<String>, KeyFileError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| KeyFileError::io("read", path, source))?;
    if bytes.len() > limit {
        return Err(KeyFileError::TooLarge { path: path.into(), limit });
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(KeyFileError::NotText { path: path.into(), found: binary_kind(&bytes) }),
    }
}

fn binary_kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text; save it as UTF-8",
        [0x30, ..] => "DER; convert it with `openssl pkey -inform DER`",
        _ => "neither text nor DER",
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
