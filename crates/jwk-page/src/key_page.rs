//! The handle of a running page.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::Router;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::connection::serve;
use crate::host::{Host, Hosts};
use crate::make::{Certify, Maker, Now};
use crate::publish::Publication;
use crate::routes::router;
use crate::tls::Tls;

/// How to serve the page.
pub struct Config {
    /// Where to listen; port 0 takes any free port. Another address than a loopback one needs TLS.
    pub listen: SocketAddr,
    /// Names by which the page may be called, besides the address it listens on.
    pub hosts: Vec<Host>,
    /// Certificate and key, to serve by https.
    pub tls: Option<Tls>,
    /// Public keys to serve as `/jwks.json`.
    pub publication: Option<Publication>,
    now: Now,
    certify: Certify,
}

impl Config {
    /// The page on `127.0.0.1` at any free port, over http, publishing nothing.
    #[must_use]
    pub fn new(now: Now, certify: Certify) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            hosts: Vec::new(),
            tls: None,
            publication: None,
            now,
            certify,
        }
    }
}

/// Why the page could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Private keys would cross a network in the clear.
    #[error("`{address}` can be reached from other machines, which needs TLS")]
    NotLoopback {
        /// The refused address.
        address: SocketAddr,
    },
    /// The page listens on every address, so that none tells by which name it is called.
    #[error("`{address}` is every address of this machine, so that a host name is needed")]
    HostRequired {
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
    /// The page's choices cannot be written down.
    #[error("the page cannot be written")]
    Page(#[source] serde_json::Error),
    /// The server's thread or its runtime cannot be started.
    #[error("cannot start the server's thread")]
    Thread(#[source] io::Error),
}

/// A running page. Dropping it stops the server and every search for a key.
#[derive(Debug)]
pub struct KeyPage {
    url: String,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl KeyPage {
    /// Starts the page on a thread of its own; it is listening when this returns.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(config: Config) -> Result<Self, StartError> {
        let listener = listen(&config)?;
        let wanted = config.listen;
        let failed = |source| StartError::Listen { address: wanted, source };
        let address = listener.local_addr().map_err(failed)?;
        let hosts = Arc::new(Hosts::new(address, config.tls.is_some(), &config.hosts));
        let url = hosts.url();
        let maker = Maker::new(config.now, config.certify);
        let router = router(hosts, maker, config.publication).map_err(StartError::Page)?;
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        let (stop, tls) = (Arc::new(Notify::new()), config.tls.map(|it| it.acceptor()));
        let signal = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("jwk-page".to_owned())
            .spawn(move || run(&runtime, listener, tls, router, &signal))
            .map_err(StartError::Thread)?;
        Ok(Self { url, stop, thread: Some(thread) })
    }

    /// Where a person finds the page, for example `http://127.0.0.1:8484/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves until the process ends.
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

impl Drop for KeyPage {
    fn drop(&mut self) {
        self.stop.notify_one();
        self.wait();
    }
}

fn listen(config: &Config) -> Result<TcpListener, StartError> {
    let address = config.listen;
    if !address.ip().is_loopback() && config.tls.is_none() {
        return Err(StartError::NotLoopback { address });
    }
    if address.ip().is_unspecified() && config.hosts.is_empty() {
        return Err(StartError::HostRequired { address });
    }
    TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|source| StartError::Listen { address, source })
}

/// Serves until told to stop; then the runtime goes, and every connection with it.
fn run(
    runtime: &Runtime,
    listener: tokio::net::TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: &Notify,
) {
    drop(runtime.spawn(serve(listener, tls, router)));
    runtime.block_on(stop.notified());
}
