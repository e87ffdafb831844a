//! npm `oidc-provider` at Okta's routes: a token server that nobody here wrote.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::foreign_program::interop_folder;

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct ForeignServer {
    child: Child,
    stdin: Option<ChildStdin>,
    issuer: String,
    refusals: Receiver<String>,
}

impl ForeignServer {
    /// Starts the server with `configuration` and waits for its ready line.
    pub fn start(configuration: &Value) -> Self {
        let folder = interop_folder();
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the npm packages are missing: run `cargo xtask test`, or `npm ci` in tests/interop"
        );
        let mut child = Command::new("node")
            .arg("oidc-provider.mjs")
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("`node` starts; install it, for example by `apt-get install nodejs`");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        writeln!(stdin, "{configuration}").expect("the server reads its configuration");
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut ready).expect("the ready line");
        let ready: Value = serde_json::from_str(&ready).expect("the ready line is JSON");
        let issuer = ready["issuer"].as_str().expect("an issuer").to_owned();
        let (sender, refusals) = channel();
        let stderr = child.stderr.take().expect("stderr is a pipe");
        thread::spawn(move || collect_refusals(stderr, &sender));
        Self { child, stdin: Some(stdin), issuer, refusals }
    }

    /// The server's reason for the oldest refusal that was not asked about yet; its answer hides it.
    #[track_caller]
    pub fn reason(&self) -> String {
        self.refusals.recv_timeout(Duration::from_secs(20)).expect("the server refused something")
    }

    /// The URL that stands for the org's.
    pub fn org_url(&self) -> &str {
        &self.issuer
    }
}

impl Drop for ForeignServer {
    fn drop(&mut self) {
        // The server ends when its input does; nothing is left to do if it is gone already.
        drop(self.stdin.take());
        drop(self.child.wait());
    }
}

fn collect_refusals(stderr: ChildStderr, refusals: &Sender<String>) {
    let lines = BufReader::new(stderr).lines().map_while(Result::ok);
    for line in lines {
        // The other end goes away with the test; the rest is read so that the server never blocks.
        if let Some(reason) = line.strip_prefix("refused: ") {
            drop(refusals.send(reason.to_owned()));
        }
    }
}
