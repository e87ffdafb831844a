//! A Redis server of a test's own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A running server that keeps nothing on disk, ended when dropped.
#[derive(Debug)]
pub struct RedisServer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

/// Where a server's certificate and key are.
#[derive(Clone, Copy, Debug)]
pub struct RedisTls<'a> {
    /// The certificate chain, PEM.
    pub chain: &'a str,
    /// Its private key, PEM.
    pub key: &'a str,
}

impl RedisServer {
    /// Starts a server for plain connections, with settings of its configuration file.
    pub fn start(settings: &[&str]) -> Self {
        Self::on_free_port(|port| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let settings = format!("port {port}\n{}", settings.join("\n"));
            Self::launch(port, folder, &settings)
        })
    }

    /// Starts a server for TLS connections alone.
    pub fn with_tls(tls: RedisTls<'_>) -> Self {
        Self::on_free_port(|port| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let chain = written(folder.path(), "chain.pem", tls.chain);
            let key = written(folder.path(), "key.pem", tls.key);
            let settings = format!(
                "port 0\ntls-port {port}\ntls-cert-file {}\ntls-key-file {}\n\
                 tls-ca-cert-file {}\ntls-auth-clients no",
                chain.display(),
                key.display(),
                chain.display()
            );
            Self::launch(port, folder, &settings)
        })
    }

    /// Redis cannot choose a port itself, and somebody else may take the one that was free.
    fn on_free_port(start: impl Fn(u16) -> Option<Self>) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let mut servers = (0..10).map(|_| free().expect("a free port").port());
        servers.find_map(start).expect("`redis-server` starts")
    }

    fn launch(port: u16, folder: TempDir, settings: &str) -> Option<Self> {
        let text = format!(
            "bind 127.0.0.1\nsave \"\"\nappendonly no\ndir {}\n{settings}\n",
            folder.path().display()
        );
        let configuration = written(folder.path(), "redis.conf", &text);
        let mut child = Command::new("redis-server")
            .arg(configuration)
            .env_clear()
            .stdout(Stdio::piped())
            .spawn()
            .expect("`redis-server` is there: apt-get install redis-server");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("Ready to accept connections"));
        // Read on, so that the server never blocks.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { child, port, _folder: folder };
        ready.then_some(server)
    }

    /// Its URL for plain connections.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection by a client that is not ours.
    pub fn admin(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).expect("a Redis URL");
        client.get_connection().expect("a connection")
    }

    /// Stops it as a debugger does: connections stand, and nothing answers.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a signal is sent");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("a writable folder");
    path
}
