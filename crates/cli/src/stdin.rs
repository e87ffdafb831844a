//! Standard input, which one reader per run can have.

use std::io::{Read, stdin};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::error::CliError;

/// More than any key, token or request body that is typed or piped needs.
const LIMIT: u64 = 1024 * 1024;

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether a path stands for stdin or stdout.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads all of stdin, 1 MiB at most.
///
/// # Errors
///
/// A second reader would find nothing, so it is refused.
pub(crate) fn read() -> Result<Zeroizing<String>, CliError> {
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(CliError::usage("`-` stands for stdin twice")
            .with_hint("name a file for one of the two"));
    }
    let mut text = Zeroizing::new(String::new());
    stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| CliError::file("stdin cannot be read", error))?;
    Ok(text)
}
