//! Keys as data for OAuth's `private_key_jwt`: generate, JWK, JWK Set, PEM, thumbprint, key files.
//!
//! Private keys ([`PrivateJwk`]) and public keys ([`PublicJwk`], [`JwkSet`]) are different types, so
//! that a private key cannot be published by mistake. Whatever is parsed is checked: a point lies on
//! P-256, P-384 or P-521 and belongs to its scalar; an RSA modulus has 2048 to 8192 bits, a private
//! key's factors of it are prime, and its exponents and coefficient belong to them. Not checked is how
//! the primes were chosen: whether they are close to each other (Fermat) or come from a weak generator
//! (ROCA, CVE-2017-15361). The crate makes and encodes keys; it signs nothing and needs no C compiler.
//!
//! ```
//! use jwk_gen::{Algorithm, JwkSet, KeySpec, PrivateJwk, generate};
//!
//! let key = generate(KeySpec::new(Algorithm::Es256, None)?)?;
//! assert_eq!(key.kid().map(|it| it.as_str()), Some(key.thumbprint().as_str()));
//!
//! let set = JwkSet::new(vec![key.public()])?;
//! assert!(!set.to_json().contains("\"d\""));
//!
//! let again = PrivateJwk::from_pkcs8_pem(&key.expose_pkcs8_pem())?;
//! assert_eq!(again.thumbprint(), key.thumbprint());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod curve;
mod der;
mod ec_key;
mod encrypted;
mod error;
mod generate;
mod intake;
mod json;
mod key_id;
mod key_id_source;
mod key_spec;
mod key_use;
mod kind;
mod members;
mod okp_key;
mod parse;
mod pem;
mod private;
mod profile;
mod public;
mod reader;
mod repair;
mod rsa_key;
mod set;
mod symmetric;
mod thumbprint;

#[cfg(unix)]
pub mod key_file;

pub use algorithm::{Algorithm, AlgorithmMismatch, UnknownAlgorithm};
pub use curve::{Curve, NamedCurve, OkpCurve, UnknownCurve};
pub use encrypted::{DecryptError, EmptyPassphrase, EncryptError, Passphrase};
pub use error::{InvalidKey, ParseJwkError, ParsePemError};
pub use generate::{GenerateError, generate};
pub use key_id::{InvalidKeyId, KeyId};
pub use key_id_source::{KeyIdSource, NoPublicKey, UnknownKeyIdSource};
pub use key_spec::{KeyRequest, KeySpec, KeySpecError, Requested, SymmetricSpec, UseChoice};
pub use key_use::KeyUse;
pub use kind::{KeyKind, KeyType, UnknownKeyType};
pub use parse::{ParseKeyError, parse_private, parse_public};
pub use private::{FormatMismatch, KeyWarning, PrivateJwk};
pub use profile::{OktaRefusal, Profile, UnknownProfile};
pub use public::PublicJwk;
pub use reader::{KeyReader, Keys, Read, Source};
pub use repair::Repair;
pub use set::{JwkSet, JwkSetError, expose_private_set};
pub use symmetric::SymmetricJwk;
pub use thumbprint::Thumbprint;
