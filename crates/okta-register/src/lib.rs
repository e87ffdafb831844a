//! Service apps of an Okta org: registration, keys and their [`rotation`], scope grants and admin roles.
//!
//! [`Registrar`] is the handle. It needs an [`okta_http::ApiCredential`] of a super admin, and does not know how that was
//! obtained. A [`ServiceApp`] is registered with public keys only: a private key is another type and cannot be sent.
//!
//! [`Registrar::register_once`] registers under a [`ChosenClientId`], and makes one app whatever becomes of an answer.
//! [`Registrar::register`] sends one request: if it was not answered, it ends in [`RegisterError::OutcomeUnknown`], and
//! one that was answered with 5xx in [`RegisterError::CreationUnconfirmed`]; [`Registrar::find_by_key`] tells whether it was
//! carried out. Everything else lists first and adds what is missing, and
//! can be run again.
//!
//! ```
//! use jwk_gen::{Algorithm, JwkSet, KeySpec, generate};
//! use okta_http::Scopes;
//! use okta_register::{AdminRole, KeySource, Registrar, RegisterError, ServiceApp};
//!
//! fn set_up(registrar: &Registrar, app: &ServiceApp) -> Result<String, RegisterError> {
//!     let client = registrar.register(app)?;
//!     registrar.grant(&client.app_id, &Scopes::parse("okta.users.read").unwrap_or_default())?;
//!     registrar.assign_role(&client.client_id, &AdminRole::parse("READ_ONLY_ADMIN", None)?)?;
//!     Ok(client.client_id)
//! }
//!
//! let key = generate(KeySpec::new(Algorithm::Es256, None)?)?;
//! let app = ServiceApp::new("Nightly sync", KeySource::Jwks(JwkSet::new(vec![key.public()])?))?;
//! assert_eq!(app.label(), "Nightly sync");
//! # let _ = set_up;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod app_id;
mod chosen_client_id;
mod clients;
mod error;
mod find;
mod grants;
mod keys;
mod lifecycle;
mod metadata;
mod register;
mod register_once;
mod registered_client;
mod registrar;
mod role;
mod roles;
pub mod rotation;
mod service_app;
mod stored_key_id;
mod super_admin;
mod update;

#[cfg(test)]
mod chance;
#[cfg(test)]
mod hostile_answers;
#[cfg(test)]
mod no_private_member;
#[cfg(test)]
mod scripted_org;

pub use app_id::{AppId, InvalidAppId};
pub use chosen_client_id::{ChosenClientId, InvalidChosenClientId};
pub use error::RegisterError;
pub use grants::{Grant, GrantOutcome, GrantResult};
pub use keys::RegisteredKey;
pub use register_once::Registration;
pub use registered_client::{AppStatus, RegisteredClient};
pub use registrar::Registrar;
pub use role::{AdminRole, InvalidRole, StandardRole};
pub use roles::{AssignedRole, RoleOutcome};
pub use service_app::{InvalidServiceApp, KeySource, RegistrationApi, ServiceApp};
pub use stored_key_id::StoredKeyId;
pub use update::{AppChange, PlannedUpdate};

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
