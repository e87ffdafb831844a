//! A command of the program that serves until it is told to stop.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::outcome::Outcome;
use crate::sandbox::Sandbox;

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct Served {
    child: Child,
    line: String,
    remarks: Receiver<String>,
}

impl Served {
    /// Starts the program and waits for the first line of its output.
    pub fn start(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut child = sandbox.spawn(arguments);
        let remarks = lines(child.stderr.take().expect("stderr is a pipe"));
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let line = line.trim_end().to_owned();
        assert!(!line.is_empty(), "{:?}", remarks.iter().collect::<Vec<_>>());
        Self { child, line, remarks }
    }

    /// What it printed first.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The next line that it writes to stderr.
    #[track_caller]
    pub fn remark(&self) -> String {
        self.remarks.recv_timeout(Duration::from_secs(20)).expect("a remark")
    }

    /// Sends a signal, `INT` or `TERM`, and waits for the end; stderr is what was not read before.
    pub fn end_by(mut self, signal: &str) -> Outcome {
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", self.child.id())])
            .status()
            .expect("`sh` starts");
        assert!(kill.success());
        let status = self.child.wait().expect("the server ends");
        let mut stdout = Vec::new();
        let rest = self.child.stdout.as_mut().expect("stdout is a pipe");
        rest.read_to_end(&mut stdout).expect("stdout");
        let stderr = self.remarks.iter().collect::<Vec<_>>().join("\n").into_bytes();
        Outcome::new(&std::process::Output { status, stdout, stderr })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            // The other end goes away with the test; the rest is read so that the server never blocks.
            drop(sender.send(line));
        }
    });
    receiver
}
