//! Access tokens by the client credentials grant with `private_key_jwt`, as Okta does it.
//!
//! A [`TokenClient`] knows one client and one token endpoint. Each request carries a client
//! assertion of its own, because Okta spends an assertion's `jti` at every attempt. What was asked
//! for is compared with what was granted: Okta leaves out scopes that the app has not been granted
//! and says nothing, so a narrower answer is the error [`TokenError::ScopesMissing`], not a token
//! that fails later. A [`TokenSource`] keeps the token for the rest of the process and sends one
//! request for all threads that wait for it.
//!
//! A [`FileCache`] shares tokens between processes, a [`FleetCache`] between machines. Apart from the
//! files of the former the crate does no I/O of its own: requests go through [`okta_http::HttpClient`].
//!
//! A rate limit that one process has met holds for all that share the folder: they wait it out, or are told of it.
//! After fork(2) without exec, make a source anew in the child: locks, connections and threads are its parent's.
//!
//! Whole programs are among the examples of the crate: `ureq_client`, a daemon that calls Okta's API, and
//! `axum_service`, which wraps a source, whose calls block, for tokio.
//!
//! ```
//! use std::{sync::Arc, time::SystemTime};
//!
//! use jwt_sign::{ClientId, LocalSigner};
//! use okta_http::{AuthServer, HttpClient, HttpError, OrgUrl, Request, Response, RetryPolicy};
//! use okta_http::{Scopes, SystemClock, TokenEndpoint, Transport};
//! use okta_token::{TokenClient, TokenSource};
//!
//! # /// Answers as an Okta org would.
//! # struct Org;
//! # impl Transport for Org {
//! #     fn round_trip(&self, _: &Request) -> Result<Response, HttpError> {
//! #         let body = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"eyJ","scope":"okta.users.read"}"#;
//! #         Ok(Response::new(200, vec![("content-type".into(), "application/json".into())], body.into()))
//! #     }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (transport, key) = (Org, jwk_gen::generate(jwk_gen::KeySpec::new(jwk_gen::Algorithm::Es256, None)?)?);
//! let http = HttpClient::new(Arc::new(transport), Arc::new(SystemClock), RetryPolicy::default());
//! let org = OrgUrl::parse("https://acme.okta.com")?;
//! let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
//! let signer = Arc::new(LocalSigner::new(&key)?);
//! let client = TokenClient::new(http, endpoint, ClientId::new("0oa1b2c3d4E5f6g7h8i9")?, signer);
//!
//! let tokens = TokenSource::new(client, Scopes::parse("okta.users.read")?);
//! let token = tokens.token()?; // sends a request
//! let again = tokens.token()?; // does not
//! assert_eq!(token.expose(), again.expose());
//! assert!(token.expires_at() > SystemTime::UNIX_EPOCH);
//! # Ok(())
//! # }
//! ```

mod access_token;
mod authorizer;
mod cache_key;
mod cached_token;
mod client;
mod client_auth;
mod counters;
mod dpop;
mod entry;
mod error;
#[cfg(unix)]
mod file_cache;
#[cfg(not(unix))]
#[path = "no_file_cache.rs"]
mod file_cache;
mod fleet_cache;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod introspection;
mod laps;
mod memory;
mod metadata;
mod nonce;
#[cfg(feature = "redis")]
mod redis_cache;
mod request;
mod response;
mod source;

pub use access_token::{AccessToken, TokenType};
pub use authorizer::TokenAuthorizer;
pub use cache_key::CacheKey;
pub use cached_token::CachedToken;
pub use client::TokenClient;
pub use counters::Counters;
pub use dpop::{DpopMemory, DpopMode, UnknownDpopMode};
pub use error::{FailureKind, SharedTokenError, TokenError};
pub use file_cache::FileCache;
pub use fleet_cache::{FleetCache, FleetEntry, Lease, LeaseGuard};
pub use introspection::Introspection;
pub use metadata::ServerMetadata;
#[cfg(feature = "redis")]
pub use redis_cache::{InvalidSealingKey, RedisCache, RedisConfig, RedisConfigError, SealingKey};
pub use source::{Demand, Freshness, Refresh, Served, TokenSource};

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
