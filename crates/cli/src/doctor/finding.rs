//! What a check found.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::CliError;

/// How a check ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Nothing is wrong.
    Ok,
    /// It works, and something about it should be mended.
    Warning,
    /// It does not work.
    Failure,
    /// Nothing could be said.
    Skipped,
}

impl Status {
    /// The length of the longest word.
    pub(crate) const WIDTH: usize = 7;

    /// The word of both forms of output.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}

/// The name of the check that must pass before another can say anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Skipped(pub(super) &'static str);

/// What a check says before it gets its name.
#[derive(Debug)]
pub(super) struct Verdict {
    status: Status,
    message: String,
    hint: Option<String>,
    evidence: Map<String, Value>,
    error: Option<CliError>,
}

impl Verdict {
    fn new(status: Status, message: impl Into<String>) -> Self {
        let evidence = Map::new();
        Self { status, message: message.into(), hint: None, evidence, error: None }
    }

    pub(super) fn ok(message: impl Into<String>) -> Self {
        Self::new(Status::Ok, message)
    }

    pub(super) fn warning(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Status::Warning, message).with_hint(hint)
    }

    pub(super) fn skipped(message: impl Into<String>) -> Self {
        Self::new(Status::Skipped, message)
    }

    /// The class of the error decides the exit code; what the server said becomes evidence.
    pub(super) fn failure(error: CliError) -> Self {
        let mut this = Self::new(Status::Failure, error.message());
        this.hint = error.hint().map(str::to_owned);
        if let Some(server) = error.server_json() {
            this.evidence.insert("server".to_owned(), server);
        }
        this.error = Some(error);
        this
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a fact that the verdict rests on.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn named(self, check: &'static str) -> Finding {
        let Self { status, message, hint, evidence, error } = self;
        let code = error.as_ref().map(|error| error.class().code());
        let class = error.as_ref().map(|error| error.class().as_str());
        Finding { check, status, message, hint, class, code, evidence, error }
    }
}

impl From<Skipped> for Verdict {
    fn from(Skipped(check): Skipped) -> Self {
        Self::skipped(format!("waits for `{check}`"))
    }
}

/// What a check found, as `--format json` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) status: Status,
    pub(crate) message: String,
    /// The command that mends it.
    pub(crate) hint: Option<String>,
    /// The class of a failure and its exit code.
    class: Option<&'static str>,
    code: Option<u8>,
    pub(crate) evidence: Map<String, Value>,
    #[serde(skip)]
    error: Option<CliError>,
}

impl Finding {
    /// The failure, for the exit code.
    pub(crate) fn into_error(self) -> Option<CliError> {
        self.error
    }
}
