//! Standard input, which one reader per run can have.

use std::io::{IsTerminal, Read, stdin};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::error::CliError;
use crate::exit_code::Class;
use crate::output;

/// More than any key, token or request body that is typed or piped needs.
const LIMIT: usize = 1024 * 1024;

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
    let bytes = read_bytes()?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(error) => Err(CliError::file("stdin is not UTF-8 text", error)),
    }
}

/// Reads all of stdin, whatever it holds, 1 MiB at most.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_bytes() -> Result<Zeroizing<Vec<u8>>, CliError> {
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(CliError::usage("`-` stands for stdin twice")
            .with_hint("name a file for one of the two"));
    }
    if stdin().is_terminal() {
        output::say_that_input_is_awaited();
    }
    // A buffer that grows leaves copies of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    stdin()
        .take(LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| CliError::file("stdin cannot be read", error))?;
    if bytes.len() > LIMIT {
        return Err(CliError::new(Class::File, "stdin has more than 1 MiB (1048576 bytes)"));
    }
    Ok(bytes)
}
