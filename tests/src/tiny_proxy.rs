//! tinyproxy, a proxy that nobody here wrote, with a user and a password.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

/// A running proxy, ended when dropped.
#[derive(Debug)]
pub struct TinyProxy {
    child: Child,
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl TinyProxy {
    /// Starts a proxy that serves `user` with `password` alone.
    pub fn start(user: &str, password: &str) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        // It cannot choose a port itself, and somebody else may take the one that was free.
        let mut ports = (0..10).map(|_| free().expect("a free port").port());
        ports.find_map(|port| Self::launch(port, user, password)).expect("`tinyproxy` starts")
    }

    fn launch(port: u16, user: &str, password: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let configuration = folder.path().join("tinyproxy.conf");
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nLogLevel Info\n\
             BasicAuth {user} {password}\n"
        );
        fs::write(&configuration, text).expect("a writable folder");
        let mut child = Command::new("tinyproxy")
            .args(["-d", "-c"])
            .arg(&configuration)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`tinyproxy` is there: apt-get install tinyproxy");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("Accepting connections"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || lines.for_each(|line| kept.lock().expect("no panic").push(line)));
        let proxy = Self { child, port, log, _folder: folder };
        ready.then_some(proxy)
    }

    /// Its URL for `user` with `password`.
    pub fn url(&self, user: &str, password: &str) -> String {
        format!("http://{user}:{password}@127.0.0.1:{}", self.port)
    }

    /// Ends it and gives what it logged.
    pub fn end(mut self) -> String {
        self.stop();
        let log = self.log.lock().expect("no panic");
        log.join("\n")
    }

    fn stop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for TinyProxy {
    fn drop(&mut self) {
        self.stop();
    }
}
