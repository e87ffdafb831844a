//! The handle of a running org.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::fault::Fault;
use crate::random;
use crate::request_log::LoggedRequest;
use crate::server;
use crate::site::Site;
use crate::state_file::{StateFile, StateFileError};

/// How to serve an org.
#[derive(Clone, Debug)]
pub struct EmulatorConfig {
    /// A loopback address; port 0 takes any free port. The default is `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Where the org is kept between runs. Without one it lives in memory. The default is none.
    pub state_file: Option<PathBuf>,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), state_file: None }
    }
}

/// Why an org could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The address can be reached from other machines.
    #[error("`{address}` is not a loopback address")]
    NotLoopback {
        /// The refused address.
        address: SocketAddr,
    },
    /// The address cannot be listened on, most often because its port is taken.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The wanted address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The state file cannot be used.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// The operating system gives no random numbers.
    #[error("no random numbers to be had")]
    Random(#[source] getrandom::Error),
    /// The server's thread or its runtime cannot be started.
    #[error("cannot start the server's thread")]
    Thread(#[source] io::Error),
}

/// A running org. Dropping it stops the server.
#[derive(Debug)]
pub struct Emulator {
    site: Arc<Site>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an org on a thread of its own; it is listening when this returns.
    ///
    /// # Errors
    ///
    /// An address that is not loopback or cannot be listened on, a state file that cannot be
    /// read, is corrupt or cannot be written, and a system without randomness or threads.
    pub fn start(config: EmulatorConfig) -> Result<Self, EmulatorError> {
        random::probe().map_err(EmulatorError::Random)?;
        let listener = listen(config.listen)?;
        let address = listener
            .local_addr()
            .map_err(|source| EmulatorError::Listen { address: config.listen, source })?;
        let state_file = config.state_file.map(StateFile::new);
        let site = Arc::new(Site::open(format!("http://{address}"), state_file)?);
        let stop = Arc::new(Notify::new());
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(EmulatorError::Thread)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)
                .map_err(|source| EmulatorError::Listen { address, source })?
        };
        let (served, signal) = (Arc::clone(&site), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name("okta-emulator".to_owned())
            .spawn(move || run(&runtime, listener, served, &signal))
            .map_err(EmulatorError::Thread)?;
        Ok(Self { site, stop, thread: Some(thread) })
    }

    /// The org's URL, `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn org_url(&self) -> &str {
        &self.site.org_url
    }

    /// An API token of a super administrator, for `Authorization: SSWS …`.
    ///
    /// It is made with the org and kept in the state file.
    #[must_use]
    pub fn admin_token(&self) -> &str {
        &self.site.admin_token
    }

    /// The last 10 000 requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.site.requests()
    }

    /// Arms a fault for requests to come.
    pub fn inject(&self, fault: Fault) {
        self.site.inject(fault);
    }

    /// The faults that no request has met yet, or not often enough, in the order of arming.
    #[must_use]
    pub fn armed_faults(&self) -> Vec<Fault> {
        self.site.armed_faults()
    }

    /// Moves the org's clock forward, and with it the `Date` header and every expiry.
    pub fn advance_clock(&self, by: Duration) {
        self.site.advance_clock(by);
    }

    /// Tells the server to stop and returns at once; open connections are closed.
    pub fn shutdown(&self) {
        self.stop.notify_one();
    }

    /// Waits until the server has stopped, which it does on [`Emulator::shutdown`] only.
    pub fn join(mut self) {
        self.wait();
    }

    fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has been reported there already.
            drop(thread.join());
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shutdown();
        self.wait();
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, EmulatorError> {
    if !address.ip().is_loopback() {
        return Err(EmulatorError::NotLoopback { address });
    }
    TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|source| EmulatorError::Listen { address, source })
}

/// Serves until told to stop; then the runtime goes, and every connection with it.
fn run(runtime: &Runtime, listener: tokio::net::TcpListener, site: Arc<Site>, stop: &Notify) {
    drop(runtime.spawn(server::serve(listener, site)));
    runtime.block_on(stop.notified());
}
