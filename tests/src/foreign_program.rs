//! Scripts around software that nobody here wrote: a question in, an answer out, a line of JSON each.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A running script of `tests/interop`, ended when dropped.
///
/// It is started once for many questions, because Python takes a second to import what it judges with.
#[derive(Debug)]
pub struct ForeignProgram {
    script: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Okta's SDKs read a configuration file from here.
    _home: TempDir,
}

impl ForeignProgram {
    /// Starts a script that Node.js runs with the npm packages.
    pub fn node(script: &'static str) -> Self {
        let packages = interop_folder().join("node_modules");
        assert!(packages.is_dir(), "the npm packages are missing: run `cargo xtask test`");
        Self::start(Path::new("node"), &[], script)
    }

    /// Starts a script that Python runs with the packages of its own environment.
    pub fn python(script: &'static str) -> Self {
        let python = interop_folder().join(".venv/bin/python");
        assert!(python.is_file(), "the Python packages are missing: run `cargo xtask test`");
        // Judges warn of old algorithms that they are asked about on purpose.
        Self::start(&python, &["-W", "ignore"], script)
    }

    fn start(interpreter: &Path, options: &[&str], script: &'static str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new(interpreter)
            .args(options)
            .arg(script)
            .current_dir(interop_folder())
            // Certificates and proxies that a machine exports are none of the judges' business.
            .env_clear()
            .env("HOME", home.path())
            .envs(search_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("`{}` starts: {fault}", interpreter.display()));
        let stdin = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        Self { script, child, stdin, answers, _home: home }
    }

    /// The answer to a question; a script that has none is at fault.
    #[track_caller]
    pub fn ask(&mut self, question: &Value) -> Value {
        let script = self.script;
        let stdin = self.stdin.as_mut().expect("stdin is open until the end");
        // A script that ended early shows in the missing answer.
        drop(writeln!(stdin, "{question}"));
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        assert!(!answer.is_empty(), "{script} ended without an answer to {question}");
        serde_json::from_str(&answer)
            .unwrap_or_else(|fault| panic!("{script}: {fault} in {answer}"))
    }
}

impl Drop for ForeignProgram {
    fn drop(&mut self) {
        // A script ends when its input does; nothing is left to do if it is gone already.
        drop(self.stdin.take());
        drop(self.child.wait());
    }
}

/// Where the scripts and their packages are.
pub(crate) fn interop_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("interop")
}

#[expect(clippy::disallowed_methods, reason = "Node.js may be anywhere on the search path")]
fn search_path() -> Option<(&'static str, std::ffi::OsString)> {
    Some(("PATH", std::env::var_os("PATH")?))
}
