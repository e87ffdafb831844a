//! A strict local Okta org, for offline use and as the oracle of tests.
//!
//! [`Emulator::start`] serves one org on a loopback address: service apps and their keys, scope
//! grants, admin roles, access tokens by `private_key_jwt`, DPoP, introspection, revocation,
//! discovery, and a few users and groups to read. It refuses what Okta is documented to refuse,
//! with Okta's statuses and texts, and where Okta's behaviour is not documented it takes the
//! stricter reading. It shares no code with the crates that talk to Okta, so that one misreading
//! of a standard cannot hide on both sides; signatures are verified by `jwtk`.
//!
//! ```
//! use okta_emulator::{Emulator, EmulatorConfig};
//!
//! let emulator = Emulator::start(EmulatorConfig::default())?;
//! assert!(emulator.org_url().starts_with("http://127.0.0.1:"));
//! // Send `Authorization: SSWS …` with this to create apps, grants and roles.
//! assert!(emulator.admin_token().starts_with("00"));
//! emulator.shutdown();
//! # Ok::<(), okta_emulator::EmulatorError>(())
//! ```
//!
//! Tests arm a [`Fault`] to see how a client copes with a 429, a lost answer or a proxy's HTML
//! page, move the org's clock with [`Emulator::advance_clock`], and read what was sent from
//! [`Emulator::requests`] or, from another process, `GET /_emulator/requests`.
//!
//! Built in, with fixed ids: four users, three groups, the custom role `cr0EmuDirReader00001`
//! with the resource set `iamEmuDirectory00001`, and the custom authorization server `default`
//! with the scope `api:read`.

mod api_error;
mod call;
mod clock;
mod connection;
mod context;
mod emulator;
mod fault;
mod management;
mod oauth;
mod org;
mod random;
mod rate_limit;
mod reply;
mod request_log;
mod routes;
mod server;
mod site;
mod state_file;
mod strict_json;
mod timestamp;

pub use emulator::{Emulator, EmulatorConfig, EmulatorError};
pub use fault::Fault;
pub use request_log::LoggedRequest;
pub use state_file::StateFileError;

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
