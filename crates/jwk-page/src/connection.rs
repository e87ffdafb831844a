//! Connections: accepted, encrypted if asked for, bounded in number and time.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// More than a team's browsers open at once.
const CONNECTIONS: usize = 128;
/// From the first byte of a connection or request to the end of its headers.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until the runtime is dropped.
pub(crate) async fn serve(mut listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        // axum's accept waits where file descriptors have run out.
        let (stream, _) = Listener::accept(&mut listener).await;
        let (tls, router) = (tls.clone(), router.clone());
        tokio::spawn(async move {
            converse(stream, tls, router).await;
            drop(place);
        });
    }
}

async fn converse(stream: TcpStream, tls: Option<TlsAcceptor>, router: Router) {
    match tls {
        None => answer(stream, router).await,
        Some(tls) => {
            // A handshake that fails or takes too long is the other side's affair.
            if let Ok(Ok(stream)) = timeout(PATIENCE, tls.accept(stream)).await {
                answer(stream, router).await;
            }
        }
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(32 << 10);
    let service = TowerToHyperService::new(router);
    // A connection that breaks off has nobody left to tell.
    drop(http.serve_connection(TokioIo::new(stream), service).await);
}
