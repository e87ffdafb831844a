//! Asking before something that cannot be undone.

use std::io::{BufRead, IsTerminal, stderr, stdin};

use crate::context::Context;
use crate::error::CliError;

/// Goes on only if a person says yes. Where nobody can be asked, `flag` has to say so.
pub(crate) fn ask(context: &mut Context<'_>, question: &str, flag: &str) -> Result<(), CliError> {
    let refused = |what: &str| Err(CliError::usage(format!("{question} {what}")));
    if context.global.no_input || !stdin().is_terminal() || !stderr().is_terminal() {
        return refused("Nobody can be asked").map_err(|error| error.with_hint(flag));
    }
    context.output.note(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.map_err(|error| CliError::file("the terminal cannot be read", error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { refused("No") }
}
