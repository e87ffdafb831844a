//! A Redis server for as long as a measurement takes.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use okta_http::{Clock as _, SystemClock};

pub(super) struct Redis {
    pub(super) url: String,
    server: Child,
}

impl Redis {
    /// Starts a server that keeps nothing on disk.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .arg("--dir")
            .arg(folder)
            .stdout(Stdio::null())
            .spawn()
            .context("`redis-server` does not run")?;
        let redis = Self { url: format!("redis://127.0.0.1:{port}"), server };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(start.elapsed() < Duration::from_secs(10), "`redis-server` does not listen");
            SystemClock.sleep(Duration::from_millis(10));
        }
        Ok(redis)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may be gone already.
        self.server.kill().ok();
        self.server.wait().ok();
    }
}
