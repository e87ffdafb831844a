//! Key files: private to their owner, never overwritten but by [`replace`], never half written.

mod abandoned;
mod create;
mod error;
mod read;
mod replace;
mod stamp;
mod target;
mod temporary;

use rustix::fs::{FileType, Mode, Stat};

pub use self::create::{check_creatable, create_new};
pub use self::error::KeyFileError;
pub use self::read::{read, read_keys, read_private_bytes, read_public, read_secret_text};
pub use self::replace::replace;
pub use self::stamp::Stamp;

const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

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

/// The permission bits, in a type that is the same everywhere.
#[allow(clippy::useless_conversion, reason = "`st_mode` has 16 bits on macOS")]
fn permissions(stat: &Stat) -> u32 {
    u32::from(stat.st_mode) & 0o7777
}

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == 0 || stat.st_uid == rustix::process::geteuid().as_raw()
}
