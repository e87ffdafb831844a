//! Client assertions for OAuth's `private_key_jwt` (RFC 7523), signed and inspected, and DPoP proofs
//! (RFC 9449).
//!
//! A [`Signer`] signs; [`LocalSigner`] is the one for a key in this process, over OpenSSL. A
//! [`ClientAssertion`] holds the claims that Okta wants for one request. [`inspect`] lists every
//! reason for which Okta would refuse an assertion. A [`DpopProof`] shows, for one request, that its
//! sender holds the [`DpopKey`] that a token is bound to. [`self_signed_certificate`] puts a public key into
//! a [`Certificate`], for servers that take no other form. The crate reads no clock and opens no
//! connection: time is an argument.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! use jwk_gen::{Algorithm, KeySpec, generate};
//! use jwt_sign::{ClientAssertion, ClientId, Expectations, LocalSigner, inspect};
//!
//! let signer = LocalSigner::new(&generate(KeySpec::new(Algorithm::Es256, None)?)?)?;
//! let client_id = ClientId::new("0oa1b2c3d4e5f6g7h8i9")?;
//! let endpoint = "https://acme.okta.com/oauth2/v1/token";
//! let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//!
//! let assertion = ClientAssertion::new(&client_id, endpoint, now)?.sign(&signer)?;
//!
//! let audience = Some("https://acme.okta.com");
//! let expected = Expectations { now, audience, client_id: Some(client_id.as_str()) };
//! let refusals = inspect(assertion.expose_compact(), &expected)?.refusals;
//! assert_eq!(refusals[0].reason.as_str(), "client_assertion_invalid_audience");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod certificate;
mod client_assertion;
mod client_id;
mod compact;
mod dpop_key;
mod dpop_proof;
#[cfg(unix)]
mod file_signers;
mod inspect;
mod jwt_id;
mod local;
mod numeric_date;
mod openssl_key;
mod refusal;
mod request_target;
mod signer;
mod signer_source;
mod verify;

pub use certificate::{Certificate, CertificateError, self_signed_certificate};
pub use client_assertion::{AssertionError, ClientAssertion};
pub use client_id::{ClientId, InvalidClientId};
pub use compact::SignedJwt;
pub use dpop_key::{DpopKey, DpopKeyError};
pub use dpop_proof::{DpopProof, ProofError};
#[cfg(unix)]
pub use file_signers::FileSigners;
pub use inspect::{Expectations, InspectError, Inspection, inspect};
pub use jwt_id::{JwtId, RandomUnavailable};
pub use local::LocalSigner;
pub use refusal::{Refusal, RefusalReason};
pub use signer::{SignError, Signature, Signer};
pub use signer_source::{OneSigner, SignerSource};
pub use verify::{Verification, verify};

/// What a [`Signer`] and a [`DpopKey`] are known by.
pub use jwk_gen::Thumbprint;

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
