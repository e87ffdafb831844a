//! Colours for people, only where they are wanted.

use std::io::IsTerminal;

use clap::builder::styling::{AnsiColor, Style};

use crate::doctor::Status;
use crate::env::Environment;
use crate::error::CliError;

/// Whether an output is coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    coloured: bool,
}

impl Palette {
    pub(crate) const PLAIN: Self = Self { coloured: false };

    /// `choice` is `auto`, `always` or `never`; `auto` follows `NO_COLOR` and whether `output` is a
    /// terminal.
    pub(crate) fn choose(
        choice: Option<&str>,
        environment: &Environment,
        output: &impl IsTerminal,
    ) -> Result<Self, CliError> {
        let coloured = match choice.unwrap_or("auto") {
            "always" => true,
            "never" => false,
            "auto" => output.is_terminal() && environment.first_of(&["NO_COLOR"]).is_none(),
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

    /// The word of a finding, followed by the blanks that align it.
    pub(crate) fn status(self, status: Status) -> String {
        let style = match status {
            Status::Ok => AnsiColor::Green.on_default(),
            Status::Warning => AnsiColor::Yellow.on_default().bold(),
            Status::Failure => AnsiColor::Red.on_default().bold(),
            Status::Skipped => Style::new().dimmed(),
        };
        let word = status.as_str();
        let blanks = " ".repeat(Status::WIDTH.saturating_sub(word.len()));
        format!("{}{blanks}", self.paint(word, style))
    }

    pub(crate) fn hint(self) -> String {
        self.paint("hint", AnsiColor::Cyan.on_default().bold())
    }

    fn paint(self, word: &str, style: Style) -> String {
        if self.coloured { format!("{style}{word}{style:#}") } else { word.to_owned() }
    }
}
