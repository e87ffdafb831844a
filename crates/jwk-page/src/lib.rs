//! A key generator as an internal web page, and a publisher of public keys.
//!
//! [`KeyPage::start`] serves one page that makes every kind of key that `jwk-gen` makes and shows it
//! as JWK, JWK Set, PEM and certificate. Keys are made in this process, answered once and kept
//! nowhere. The page listens on loopback unless it has TLS, answers only to its own names (DNS
//! rebinding) and only its own script (CSRF), sets no cookie, and loads nothing from elsewhere.
//! With a [`Publication`] it also serves the public keys of files as `/jwks.json`, for the
//! `jwks_uri` of a service app.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use jwk_page::{Config, KeyPage};
//!
//! // Certificates are signed elsewhere: `jwk-gen` signs nothing.
//! let certify = |_: &jwk_gen::PrivateJwk| Err("certificates are not set up".into());
//! let page = KeyPage::start(Config::new(Box::new(SystemTime::now), Box::new(certify)))?;
//! assert!(page.url().starts_with("http://127.0.0.1:"));
//! # Ok::<(), jwk_page::StartError>(())
//! ```

mod choices;
mod connection;
mod guard;
mod host;
mod key_page;
mod make;
mod panes;
mod publish;
mod refusal;
mod routes;
mod tls;

pub use host::{Host, InvalidHost};
pub use key_page::{Config, KeyPage, StartError};
pub use make::{Certify, Now};
pub use publish::{Publication, PublishError};
pub use tls::{InvalidTls, Tls};

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
