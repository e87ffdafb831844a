//! Agents by how much they trust: reading every root of the system takes longer than a request.

use std::fmt;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use super::invalid_config;
use crate::HttpError;

/// Certificates that are trusted.
pub(super) type Roots = Vec<Certificate<'static>>;

/// An agent, and one that trusts more if that turns out to be needed.
pub(super) struct Agents {
    first: Agent,
    /// None if the first one trusts all there is.
    wider: Option<Wider>,
}

struct Wider {
    build: Box<dyn Fn() -> Agent + Send + Sync>,
    agent: OnceLock<Agent>,
    /// Whether the first agent has met a server whose authority it does not know.
    is_needed: AtomicBool,
}

impl Agents {
    /// Trusts the roots of the system, or first of all those that are `given` and then those of `system` as well.
    pub(super) fn new(
        given: Option<Roots>,
        system: fn() -> Roots,
        build: impl Fn(RootCerts) -> Agent + Send + Sync + 'static,
    ) -> Self {
        let Some(given) = given else {
            return Self { first: build(RootCerts::PlatformVerifier), wider: None };
        };
        let first = build(given.clone().into());
        let build = move || build(given.iter().cloned().chain(system()).collect::<Roots>().into());
        let wider = Wider {
            build: Box::new(build),
            agent: OnceLock::new(),
            is_needed: AtomicBool::new(false),
        };
        Self { first, wider: Some(wider) }
    }

    /// Performs `call` by the agent that suffices. It runs twice only if nothing was sent by the first agent, because
    /// that one did not know the server's authority.
    pub(super) fn run<T>(
        &self,
        call: impl Fn(&Agent) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        let Some(wider) = &self.wider else { return call(&self.first) };
        if !wider.is_needed.load(Ordering::Relaxed) {
            match call(&self.first) {
                Err(error) if is_unknown_authority(&error) => {
                    wider.is_needed.store(true, Ordering::Relaxed);
                }
                outcome => return outcome,
            }
        }
        call(wider.agent.get_or_init(&wider.build))
    }
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agents").field("has_wider", &self.wider.is_some()).finish_non_exhaustive()
    }
}

fn is_unknown_authority(error: &HttpError) -> bool {
    use rustls::CertificateError::{BadSignature, UnknownIssuer};
    use rustls::Error::InvalidCertificate;

    let HttpError::Tls { source, .. } = error else { return false };
    let inner = source.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let reason = inner.and_then(|it| it.downcast_ref::<rustls::Error>());
    // A signature is bad if another authority has the same name.
    matches!(reason, Some(InvalidCertificate(UnknownIssuer | BadSignature)))
}

/// The certificates of a CA file.
pub(super) fn roots_of(pem: &[u8]) -> Result<Roots, HttpError> {
    let items: Result<Vec<PemItem<'static>>, ureq::Error> = parse_pem(pem).collect();
    let items = items.map_err(|_| invalid_config("the CA file is no valid PEM"))?;
    let certificates = items.into_iter().filter_map(|item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    let roots: Roots = certificates.collect();
    if roots.is_empty() {
        return Err(invalid_config("the CA file holds no certificate"));
    }
    Ok(roots)
}

/// A machine without roots is left with the given ones, which is what its user asked for.
pub(super) fn system_roots() -> Roots {
    let roots = rustls_native_certs::load_native_certs().certs;
    roots.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}
