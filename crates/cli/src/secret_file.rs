//! Secrets that people write into files.

use std::path::Path;

use jwk_gen::key_file;
use okta_http::Secret;

use crate::error::CliError;
use crate::exit_code::Class;

/// The secret in a file that only its owner can read. One line end is no part of it; `what` names it.
pub(crate) fn read(path: &Path, what: &str) -> Result<Secret, CliError> {
    let text = key_file::read_secret_text(path)?;
    let text = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).unwrap_or(&text);
    let path = path.display();
    let problem = if text.is_empty() {
        format!("`{path}` holds no {what}")
    } else if text.chars().any(char::is_control) {
        format!("`{path}` holds a line break or control character within the {what}")
    } else if is_quoted(text) {
        format!("`{path}` holds the {what} in quotation marks, which are no part of it")
    } else {
        return Ok(Secret::new(text));
    };
    let hint = format!("write the {what} alone, with no more than one line break after it");
    Err(CliError::new(Class::File, problem).with_hint(hint))
}

/// As people copy a value from a program or a file of variables.
pub(crate) fn is_quoted(text: &str) -> bool {
    let inside = |quote| text.strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote));
    inside('"') || inside('\'')
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read_text(text: &str) -> Result<Secret, CliError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        read(&path, "client secret")
    }

    #[test]
    fn u_13_a_secret_is_the_file_without_one_line_break() {
        for text in ["s3cret", "s3cret\n", "s3cret\r\n"] {
            assert_eq!(read_text(text).unwrap().expose(), "s3cret");
        }
        assert_eq!(read_text(" a\"b \n").unwrap().expose(), " a\"b ");
        for text in [
            "",
            "\n",
            "s3cret\n\n",
            "s3cret\r",
            "s3\ncret",
            "s3cret\0",
            "\ts3cret",
            "\"s3cret\"",
            "'s3cret'\n",
        ] {
            let error = read_text(text).unwrap_err();
            assert_eq!(error.class().code(), 3, "{text:?}");
            assert!(!error.message().contains("s3"), "{}", error.message());
        }
    }
}
