//! Colours for people, only where they are wanted.

use std::io::{IsTerminal, stderr};

use clap::builder::styling::{AnsiColor, Style};

use crate::env::Environment;
use crate::error::CliError;

/// Whether stderr is coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    coloured: bool,
}

impl Palette {
    pub(crate) const PLAIN: Self = Self { coloured: false };

    /// `choice` is `auto`, `always` or `never`; `auto` follows the terminal and `NO_COLOR`.
    pub(crate) fn choose(
        choice: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, CliError> {
        let coloured = match choice.unwrap_or("auto") {
            "always" => true,
            "never" => false,
            "auto" => stderr().is_terminal() && environment.first_of(&["NO_COLOR"]).is_none(),
            other => {
                return Err(CliError::usage(format!(
                    "`--color` is `auto`, `always` or `never`, not `{other}`"
                )));
            }
        };
        Ok(Self { coloured })
    }

    pub(crate) fn error(self) -> String {
        self.paint("error", AnsiColor::Red.on_default().bold())
    }

    pub(crate) fn hint(self) -> String {
        self.paint("hint", AnsiColor::Cyan.on_default().bold())
    }

    fn paint(self, word: &str, style: Style) -> String {
        if self.coloured { format!("{style}{word}{style:#}") } else { word.to_owned() }
    }
}
