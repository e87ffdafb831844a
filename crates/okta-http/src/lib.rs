//! One request, one answer, one retry loop: the HTTP that every call to an Okta org shares.
//!
//! A [`Request`] and a [`Response`] are plain data. A [`Transport`] makes one round trip; [`UreqTransport`] is the one over
//! the network. [`HttpClient`] is the only place that tries again, and it builds a new request for every try; what it returns
//! is whole, or a [`StreamedResponse`].
//! [`ServerError`] keeps the server's own words, in whichever of Okta's shapes they came.
//!
//! What the crate promises: https only, except to loopback addresses; no redirect is followed; bodies have a limit;
//! no credential shows in `Debug`, in an error or in text that a server sent back; text of a server is printed through
//! [`display_untrusted`]. [`catalogue`] knows which scopes Okta's endpoints need.
//!
//! ```
//! use okta_http::{AuthServer, OrgUrl, TokenEndpoint};
//!
//! let org = OrgUrl::parse("Acme-admin.okta.com/")?;
//! assert_eq!(org.as_str(), "https://acme.okta.com");
//! assert_eq!(org.corrections().len(), 4);
//!
//! let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
//! assert_eq!(endpoint.as_str(), "https://acme.okta.com/oauth2/v1/token");
//!
//! assert!(OrgUrl::parse("https://okta.com@evil.example").is_err());
//! # Ok::<(), okta_http::OrgUrlError>(())
//! ```

mod authorizer;
pub mod catalogue;
mod challenge;
mod client;
mod clock;
mod credential;
mod endpoint;
mod error;
mod host;
mod link;
mod method;
mod org_url;
mod org_url_error;
mod quoted;
mod rate_limit;
mod redaction;
mod request;
mod response;
mod retry_note;
mod scope;
mod secret;
mod server_clock;
mod server_error;
mod streamed_response;
mod transport;
mod transport_config;
mod untrusted;
mod ureq_transport;

pub use authorizer::Authorizer;
pub use challenge::Challenge;
pub use client::{HttpClient, RetryPolicy};
pub use clock::{Clock, SystemClock};
pub use credential::ApiCredential;
pub use endpoint::{AuthServer, AuthServerId, InvalidAuthServer, TokenEndpoint};
pub use error::{BoxError, HttpError};
pub use method::{Method, UnknownMethod};
pub use org_url::{OrgUrl, OrgUrlCorrection};
pub use org_url_error::OrgUrlError;
pub use request::{Replay, Request};
pub use response::Response;
pub use scope::{InvalidScope, Scope, Scopes};
pub use secret::Secret;
pub use server_error::{ErrorBody, ServerError, Waits};
pub use streamed_response::StreamedResponse;
pub use transport::Transport;
pub use transport_config::TransportConfig;
pub use untrusted::display_untrusted;
pub use ureq_transport::UreqTransport;

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
