//! The only place that prints. Results go to stdout, everything for people to stderr.

mod spinner;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::args::GlobalArgs;
use crate::doctor::Status;
use crate::env::Environment;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::style::Palette;
use crate::terminal_text::{TerminalText, without_controls};

use spinner::Spinner;

/// The form of results and of the failure object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Text,
    Json,
}

impl Format {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Where results and remarks go.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    format: Format,
    quiet: bool,
    verbose: bool,
    /// Whether the terminal says that it can do more than go on to the next line.
    is_capable: bool,
    /// Of stderr.
    palette: Palette,
    /// Of stdout.
    palette_of_results: Palette,
    told: BTreeSet<String>,
    /// What a server said, on its way to a terminal.
    foreign: TerminalText,
}

impl Output {
    pub(crate) fn new(global: &GlobalArgs, environment: &Environment) -> Result<Self, CliError> {
        let word = match &global.format {
            Some(word) => Some(word.as_str()),
            None => environment.text("OKTA_M2M_FORMAT")?,
        };
        if global.format.is_none() && word.is_some_and(|word| Format::parse(word).is_none()) {
            return Err(CliError::settings("`OKTA_M2M_FORMAT` is neither `text` nor `json`"));
        }
        let colour = match &global.color {
            Some(choice) => Some(choice.as_str()),
            None => environment.text("OKTA_M2M_COLOR")?,
        };
        Ok(Self {
            stdout: BufWriter::new(io::stdout()),
            // A command with forms of its own checks the flag; `Context` does for all others.
            format: word.and_then(Format::parse).unwrap_or(Format::Text),
            quiet: global.quiet,
            verbose: global.verbose > 0,
            is_capable: environment.first_of(&["TERM"]).is_some_and(|it| it != "dumb"),
            palette: Palette::choose(colour, environment, &io::stderr())?,
            palette_of_results: Palette::choose(colour, environment, &io::stdout())?,
            told: BTreeSet::new(),
            foreign: TerminalText::default(),
        })
    }

    /// Text output with no choice made, for failures before the choices are known.
    pub(crate) fn plain() -> Self {
        Self {
            stdout: BufWriter::new(io::stdout()),
            format: Format::Text,
            quiet: false,
            verbose: false,
            is_capable: false,
            palette: Palette::PLAIN,
            palette_of_results: Palette::PLAIN,
            told: BTreeSet::new(),
            foreign: TerminalText::default(),
        }
    }

    /// Output for a failure before the choices are known, in the form that the arguments ask for.
    pub(crate) fn before_choices(arguments: &[OsString], environment: &Environment) -> Self {
        let json = wants_json(arguments, environment);
        Self { format: if json { Format::Json } else { Format::Text }, ..Self::plain() }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// A result, as it is.
    pub(crate) fn data(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        Ok(self.stdout.write_all(bytes)?)
    }

    /// A result and a line break.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), CliError> {
        Ok(writeln!(self.stdout, "{}", without_controls(text))?)
    }

    /// A result that begins with the word of a finding, as wide as all of them.
    pub(crate) fn status_line(&mut self, status: Status, text: &str) -> Result<(), CliError> {
        let word = self.palette_of_results.status(status);
        Ok(writeln!(self.stdout, "{word}{}", without_controls(text))?)
    }

    /// A result as JSON, one value to a line.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        let text = serde_json::to_string(value)
            .map_err(|cause| CliError::failed("the result cannot be written as JSON", cause))?;
        self.line(&text)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// What a server said, which may come in pieces: as it is for programs, and for a terminal without what that would obey.
    pub(crate) fn foreign(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        if !io::stdout().is_terminal() {
            return self.data(bytes);
        }
        let text = self.foreign.push(bytes);
        self.data(text.as_bytes())
    }

    /// Ends what a server said: what comes next is no part of it.
    pub(crate) fn end_foreign(&mut self) -> Result<(), CliError> {
        let text = self.foreign.end();
        self.data(text.as_bytes())
    }

    /// A remark for people. With json there is none, so that stderr carries one object or nothing.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet && self.format == Format::Text {
            remark(text);
        }
    }

    /// A remark that is not repeated.
    pub(crate) fn note_once(&mut self, text: &str) {
        if self.told.insert(text.to_owned()) {
            self.note(text);
        }
    }

    /// Warnings that are not repeated.
    pub(crate) fn warn_all(&mut self, remarks: &[String]) {
        for remark in remarks {
            self.note_once(&format!("warning: {remark}"));
        }
    }

    /// A remark for people who asked for more.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Shows a person at a terminal that work goes on, until it is dropped.
    pub(crate) fn spinner(&self, text: &'static str) -> Option<Spinner> {
        let is_for_people = !self.quiet && self.format == Format::Text && self.is_capable;
        let shown = is_for_people && io::stderr().is_terminal() && spinner::has_room(text);
        shown.then(|| Spinner::start(text))
    }

    /// Whether what is written to stdout is read by a person's eyes.
    pub(crate) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Reports a failure and gives its exit code.
    pub(crate) fn fail(&mut self, error: &CliError) -> ExitCode {
        if error.is_broken_pipe() {
            return ExitCode::from(BROKEN_PIPE);
        }
        // What was finished before the failure is still a result; if it cannot be written, the
        // failure that came first is the one to report.
        drop(self.flush());
        match self.format {
            Format::Json => remark(&error.to_json().to_string()),
            Format::Text => self.explain(error),
        }
        error.class().into()
    }

    fn explain(&self, error: &CliError) {
        remark_after(&self.palette.error(), error.message());
        if let Some(hint) = error.hint() {
            remark_after(&self.palette.hint(), hint);
        }
    }

    /// Reports what clap made of arguments that are no command: help, the version or a mistake.
    pub(crate) fn refuse(
        report: &clap::Error,
        arguments: &[OsString],
        environment: &Environment,
    ) -> ExitCode {
        if !report.use_stderr() {
            let printed = report.print().and_then(|()| io::stdout().flush());
            return match printed {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => Self::plain().fail(&CliError::from(error)),
            };
        }
        let mut output = Self::before_choices(arguments, environment);
        if output.format == Format::Text {
            // Nothing can be done about a stderr that is closed.
            drop(report.print());
            return ExitCode::from(Class::Usage);
        }
        output.fail(&usage_error(&report.to_string()))
    }
}

/// clap's report as one message, with the help of the command that was meant as the hint.
fn usage_error(report: &str) -> CliError {
    let message = report.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = message.trim_start_matches("error: ").split_whitespace().collect();
    let usage = report.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or_default();
    let is_name = |word: &&str| !word.starts_with(['-', '[', '<', '{']);
    let command: Vec<_> = usage.split_whitespace().take_while(is_name).collect();
    let command = if command.is_empty() { "okta-m2m".to_owned() } else { command.join(" ") };
    CliError::usage(words.join(" ")).with_hint(format!("{command} --help"))
}

/// 128 + SIGPIPE: a reader that goes away ends a program quietly.
const BROKEN_PIPE: u8 = 141;

/// Arguments that cannot be parsed may still say how to report that.
fn wants_json(arguments: &[OsString], environment: &Environment) -> bool {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    pairs.into_iter().any(|(flag, value)| flag == "--format" && value == "json")
        || arguments.iter().any(|argument| argument == "--format=json")
        || environment.raw("OKTA_M2M_FORMAT").is_some_and(|word| word == "json")
}

/// Tells a person at a terminal why nothing goes on.
pub(crate) fn say_that_input_is_awaited() {
    remark("reading from this terminal; Ctrl-D ends the input");
}

/// Nothing can be done about a stderr that is closed.
fn remark(text: &str) {
    drop(writeln!(io::stderr(), "{}", without_controls(text)));
}

/// A remark after a word that may be coloured.
fn remark_after(word: &str, text: &str) {
    drop(writeln!(io::stderr(), "{word}: {}", without_controls(text)));
}
