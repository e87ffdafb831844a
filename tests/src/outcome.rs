//! What a run of the program came to.

use std::fmt;
use std::process::Output;

use serde_json::Value;

/// Status, stdout and stderr of one run.
#[must_use = "a run that nobody looks at proves nothing"]
pub struct Outcome {
    /// The exit code; a signal shows as 128 + n, as in a shell.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    pub(crate) fn new(output: &Output) -> Self {
        let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
        let code = output.status.code().or(signal.map(|signal| 128 + signal));
        Self {
            code: code.expect("a process ends by an exit or by a signal"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts success and gives stdout.
    #[track_caller]
    pub fn stdout(self) -> String {
        assert_eq!(self.code, 0, "{self}");
        self.stdout
    }

    /// Asserts success and reads stdout as one JSON value.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.stdout()).expect("stdout is one JSON value")
    }

    /// Asserts the exit code and that stderr says each of `words`; nothing was printed on stdout.
    #[track_caller]
    pub fn refused(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self}");
        assert_eq!(self.stdout, "", "{self}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in\n{self}");
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
