//! An access token that somebody has already, from a file or stdin.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::CliError;
use crate::exit_code::Class;
use crate::stdin;

/// The longest token, with its line break.
const LONGEST: u64 = 16 * 1024 + 2;

/// The token in the file, without the line break that ends it. No part of it is ever shown.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let text = if stdin::is_dash(path) { stdin::read()? } else { of_file(path)? };
    let token = text.strip_suffix('\n').unwrap_or(&text);
    let token = token.strip_suffix('\r').unwrap_or(token);
    let problem = if token.is_empty() {
        "is empty"
    } else if text.len() as u64 > LONGEST {
        "is longer than any access token"
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds a character that no access token has"
    } else {
        return Ok(Zeroizing::new(token.to_owned()));
    };
    // The path may be the token itself, given in the wrong place.
    Err(CliError::new(Class::File, format!("the file of the access token {problem}"))
        .with_hint("okta-m2m token get > FILE"))
}

fn of_file(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let unreadable = |error| {
        CliError::file("the file of the access token cannot be read", error)
            .with_hint("the argument is the name of a file that holds the token, or - for stdin")
    };
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(unreadable)?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}
