//! Exchanging a key file for another one.

use std::path::Path;

use rustix::fs;

use super::KeyFileError;
use super::create::{unless_unsupported, write_whole};
use super::target::Target;
use super::temporary::Temporary;

/// Puts other content into a key file, at once and as a whole: whoever opens it reads the old content or the new one. The mode is
/// 0600 afterwards.
///
/// The old content is lost. Whoever calls this has kept it elsewhere, as a rotation does.
///
/// # Errors
/// [`KeyFileError`]; the old content is in place then, unless only making it durable failed. Anything but a regular file at the
/// path is left alone.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), KeyFileError> {
    let target = Target::open(path)?;
    target.require_regular()?;
    let mut temporary = Temporary::create(&target)?;
    write_whole(&mut temporary.file, contents).map_err(|source| target.failed("write", source))?;
    temporary.take_the_place()?;
    unless_unsupported(fs::fsync(&target.directory))
        .map_err(|source| target.failed("write", source.into()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_has_the_new_content_and_nothing_is_left_beside_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::stat(&path).unwrap().st_mode & 0o7777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let (missing, link) = (folder.path().join("missing"), folder.path().join("link"));
        symlink(&missing, &link).unwrap();
        for path in [&missing, &link, &folder.path().to_owned()] {
            let error = replace(path, b"new").unwrap_err();
            assert!(
                matches!(error, KeyFileError::NotRegular { .. } | KeyFileError::Io { .. }),
                "{error:?}"
            );
        }
        assert!(!missing.exists());
    }
}
