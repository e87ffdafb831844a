//! Keys as data, for OAuth's `private_key_jwt` and for JOSE at large: generate, read, check, convert.
//!
//! - [`generate`] and [`SymmetricJwk::generate`] make every kind of key that [`KeyRequest`] can ask
//!   for: RSA, EC, OKP and oct, for signatures or encryption. RSA primes are searched on all cores.
//! - [`KeyReader`] reads JWKs, JWK Sets, PEM and DER, tells them apart by their content and names
//!   what it had to mend ([`Repair`]). [`Profile::Okta`], the default, lets only keys pass that Okta
//!   registers; [`Profile::Any`] lets every sound one.
//! - [`PrivateJwk`] writes PKCS#8, PKCS#1, SEC 1 and encrypted PKCS#8; [`PublicJwk`] SPKI; both JWKs.
//!
//! Private keys ([`PrivateJwk`]), shared keys ([`SymmetricJwk`]) and public keys ([`PublicJwk`],
//! [`JwkSet`]) are different types, so that no secret can be published by mistake. Whatever is parsed
//! is checked: points lie on their curve and belong to their scalar; an RSA modulus has 2048 to 8192
//! bits, its factors are prime (unless it is read to sign only, [`KeyReader::for_signing`]), not close to each other (Fermat) and not from the generator of ROCA
//! (CVE-2017-15361), and its exponents and coefficient belong to them.
//!
//! Not made, because no released library in pure Rust makes them: Ed448 and X448. Not made, because
//! nobody should: `RSA1_5`, and RSA below 2048 bits. The crate signs nothing and needs no C compiler.
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
mod fermat;
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
mod prime_sieve;
mod private;
mod profile;
mod public;
mod reader;
mod repair;
mod rsa_key;
mod rsa_primes;
mod set;
mod small_primes;
mod symmetric;
mod thumbprint;
mod weak_rsa;

#[cfg(unix)]
pub mod key_file;

pub use algorithm::{Algorithm, AlgorithmMismatch, UnknownAlgorithm};
pub use curve::{Curve, NamedCurve, OkpCurve, UnknownCurve};
pub use encrypted::{DecryptError, EmptyPassphrase, EncryptError, Passphrase};
pub use error::{InvalidKey, ParseJwkError, ParsePemError};
pub use generate::{GenerateError, generate, generate_until};
pub use intake::is_key_text;
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
pub use thumbprint::{InvalidThumbprint, Thumbprint};

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
