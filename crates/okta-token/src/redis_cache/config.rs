//! Where the server is, and how it is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use okta_http::Secret;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, crypto};

use super::seal::SealingKey;

/// The settings of a [`RedisCache`](super::RedisCache).
#[derive(Clone, Debug)]
pub struct RedisConfig {
    url: String,
    password: Option<Secret>,
    ca_pem: Option<Vec<u8>>,
    key: SealingKey,
}

/// Why a [`RedisConfig`] cannot be used. No part of the URL is told, because it may hold a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RedisConfigError {
    /// The URL holds a password, which every process list and log of settings would show.
    #[error("the Redis URL holds a password")]
    PasswordInUrl,
    /// A password, tokens and all would cross the network in the clear.
    #[error("the Redis URL is `redis://`, which is for this machine only: use `rediss://`")]
    PlainOffLoopback,
    /// Its form is not that of a URL of a Redis server.
    #[error("the Redis URL is not of the form `rediss://[USER@]HOST[:PORT][/DATABASE]`")]
    InvalidUrl,
    /// What follows the host is no number of a database.
    #[error("the database in the Redis URL is not a number from 0 up")]
    InvalidDatabase,
    /// A user needs a password.
    #[error("the Redis URL names a user, and no password is given")]
    UserWithoutPassword,
    /// The PEM file holds no certificate that can be trusted.
    #[error("the CA file holds no certificate, or one that cannot be read")]
    InvalidCa,
}

impl RedisConfig {
    /// The server at `url`, `rediss://[USER@]HOST[:PORT][/DATABASE]`; on this machine `redis://` also. Values are sealed
    /// with `key`.
    pub fn new(url: impl Into<String>, key: SealingKey) -> Self {
        Self { url: url.into(), password: None, ca_pem: None, key }
    }

    /// Logs in with this password, as the user of the URL or else the default one.
    #[must_use]
    pub fn password(mut self, password: Secret) -> Self {
        self.password = Some(password);
        self
    }

    /// Trusts these certificates besides the system's.
    #[must_use]
    pub fn ca_pem(mut self, pem: Vec<u8>) -> Self {
        self.ca_pem = Some(pem);
        self
    }

    pub(super) fn into_parts(self) -> Result<(Address, SealingKey), RedisConfigError> {
        let url = redis::parse_redis_url(&self.url).ok_or(RedisConfigError::InvalidUrl)?;
        if url.password().is_some() {
            return Err(RedisConfigError::PasswordInUrl);
        }
        let encrypted = match url.scheme() {
            "rediss" => true,
            "redis" => false,
            _ => return Err(RedisConfigError::InvalidUrl),
        };
        // `#insecure` is what other clients read; here it means nothing, so it must not seem to.
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RedisConfigError::InvalidUrl);
        }
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !encrypted && !is_loopback(&host) {
            return Err(RedisConfigError::PlainOffLoopback);
        }
        let user = user(url.username())?;
        if user.is_some() && self.password.is_none() {
            return Err(RedisConfigError::UserWithoutPassword);
        }
        let tls = encrypted.then(|| Tls::new(&host, self.ca_pem.as_deref())).transpose()?;
        let database = database(url.path())?;
        let port = url.port().unwrap_or(6379);
        Ok((Address { host, port, database, user, password: self.password, tls }, self.key))
    }
}

/// A server, and all that it takes to speak to it.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: i64,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) tls: Option<Tls>,
}

pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl Tls {
    fn new(host: &str, ca_pem: Option<&[u8]>) -> Result<Self, RedisConfigError> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| RedisConfigError::InvalidUrl)?;
        let mut roots = RootCertStore::empty();
        if let Some(pem) = ca_pem {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| RedisConfigError::InvalidCa)?;
                roots.add(certificate).map_err(|_| RedisConfigError::InvalidCa)?;
            }
            if roots.is_empty() {
                return Err(RedisConfigError::InvalidCa);
            }
        }
        // A machine without system roots is left with the given ones, which is what its user asked for.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        // Named here, because a program may be built with more than one provider, and then has no default.
        let config =
            ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|_| RedisConfigError::InvalidCa)?
                .with_root_certificates(roots)
                .with_no_client_auth();
        Ok(Self { config: Arc::new(config), name })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn user(name: &str) -> Result<Option<String>, RedisConfigError> {
    if name.is_empty() {
        return Ok(None);
    }
    let name = percent_encoding::percent_decode_str(name).decode_utf8();
    Ok(Some(name.map_err(|_| RedisConfigError::InvalidUrl)?.into_owned()))
}

fn database(path: &str) -> Result<i64, RedisConfigError> {
    let text = path.strip_prefix('/').unwrap_or(path);
    match text {
        "" => Ok(0),
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(RedisConfigError::InvalidDatabase)
        }
        _ => text.parse().map_err(|_| RedisConfigError::InvalidDatabase),
    }
}

#[cfg(test)]
mod tests;
