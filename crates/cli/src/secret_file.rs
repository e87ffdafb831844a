//! Secrets that people write into files.

use std::path::Path;

use jwk_gen::key_file;
use okta_http::Secret;

use crate::error::CliError;
use crate::exit_code::Class;

/// The secret in a file that only its owner can read. One line end is no part of it; `what` names it.
pub(crate) fn read(path: &Path, what: &str) -> Result<Secret, CliError> {
    let text = key_file::read_secret_text(path)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        let message = format!("`{}` holds no {what}", path.display());
        return Err(CliError::new(Class::File, message));
    }
    Ok(Secret::new(text))
}
