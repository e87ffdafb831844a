//! Errors about keys and their encodings; none of them carries key material.

use crate::algorithm::{AlgorithmMismatch, UnknownAlgorithm};
use crate::curve::UnknownCurve;
use crate::encrypted::DecryptError;

/// Key material that does not make a usable key, whatever it was encoded in.
///
/// Members carry their JWK names (RFC 7518 section 6).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// A single number is out of range or badly encoded.
    #[error("member `{member}` {problem}")]
    Member {
        /// The JWK name of the number.
        member: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Each number is possible, but together they are no key.
    #[error("{problem}")]
    Inconsistent {
        /// Which relation does not hold.
        problem: &'static str,
    },
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error("an RSA key of {bits} bits is refused: at least 2048 and at most 8192")]
    RsaSize {
        /// Bits of the modulus.
        bits: usize,
    },
    /// An RSA modulus that anybody can factor.
    #[error("the RSA key is weak: {problem}; make a new one")]
    WeakRsa {
        /// How its factors show.
        problem: &'static str,
    },
}

/// A text that is no acceptable JWK (RFC 7517).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseJwkError {
    /// More text than any key needs.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not JSON (RFC 8259).
    #[error("not JSON at line {line}, column {column}")]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
    /// JSON nested deeper than any key is.
    #[error("nested more than {limit} levels deep")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// A member name that occurs twice in one object (RFC 7517 section 4).
    #[error("member `{member}` occurs twice")]
    DuplicateMember {
        /// The name, made printable.
        member: String,
    },
    /// JSON, but not an object.
    #[error("{found} where a JSON object is expected")]
    NotAnObject {
        /// What was found.
        found: &'static str,
    },
    /// A key type other than `RSA`, `EC` and `OKP`.
    #[error("key type `{kty}` is not supported: Okta takes `RSA` and `EC`")]
    UnsupportedKty {
        /// The `kty` member, made printable.
        kty: String,
    },
    /// A required member is absent.
    #[error("member `{member}` is missing")]
    MissingMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member has the wrong form.
    #[error("member `{member}` {problem}")]
    InvalidMember {
        /// The name of the member.
        member: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A member of a private key in what should be a public key.
    #[error("member `{member}` belongs to a private key")]
    PrivateMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A public key where a private key is expected.
    #[error("this is a public key: it has no member `d`")]
    PublicKey,
    /// A `crv` that is not supported.
    #[error(transparent)]
    UnknownCurve(#[from] UnknownCurve),
    /// An `alg` that is not supported.
    #[error(transparent)]
    UnknownAlgorithm(#[from] UnknownAlgorithm),
    /// An `alg` that belongs to another kind of key.
    #[error(transparent)]
    AlgorithmMismatch(#[from] AlgorithmMismatch),
    /// The numbers do not make a key.
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
}

/// A text or DER that does not hold exactly one usable key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePemError {
    /// More text than any key needs.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// No PEM block at all.
    #[error("no PEM block was found")]
    NoKey,
    /// A BEGIN or END line without its counterpart (RFC 7468 section 2).
    #[error("the PEM boundary at line {line} has no counterpart")]
    Unpaired {
        /// The line, from 1.
        line: usize,
    },
    /// The body of a block is not base64 (RFC 4648 section 4).
    #[error("the PEM block at line {line} is not base64")]
    NotBase64 {
        /// The line of its BEGIN, from 1.
        line: usize,
    },
    /// Several keys, and nothing that selects one.
    #[error("{count} keys where exactly one is expected")]
    Ambiguous {
        /// How many there are.
        count: usize,
    },
    /// A private key under a passphrase.
    #[error("the private key is encrypted, and no passphrase is given")]
    Encrypted,
    /// An encrypted key that stays closed.
    #[error(transparent)]
    Decrypt(#[from] DecryptError),
    /// OpenSSH's own format.
    #[error("this is an OpenSSH private key; convert it with `ssh-keygen -p -m PKCS8 -f FILE`")]
    OpenSsh,
    /// A public key where a private key is expected.
    #[error("this is a public key, not a private key")]
    PublicKey,
    /// A private key where a public key is expected.
    #[error("this is a private key, not a public key")]
    PrivateKey,
    /// A certificate where a key is expected.
    #[error(
        "this is a certificate, not a key; `openssl x509 -in FILE -pubkey -noout` prints its public key"
    )]
    Certificate,
    /// PKCS#12, which needs a passphrase even to be looked at (RFC 7292).
    #[error(
        "this is PKCS#12; take the key out with `openssl pkcs12 -in FILE -nocerts -nodes -out NEW`"
    )]
    Pkcs12,
    /// A block of another kind.
    #[error("a PEM block `{label}` is not supported; convert it with `openssl pkey`")]
    UnsupportedBlock {
        /// The label, made printable.
        label: String,
    },
    /// The DER inside is damaged.
    #[error("the DER encoding is malformed")]
    MalformedDer,
    /// A kind of key that Okta does not take.
    #[error("a key of type `{name}` is not supported: Okta takes RSA and EC")]
    UnsupportedKeyType {
        /// The type's name or object identifier.
        name: String,
    },
    /// A curve without a registered name for JWKs, explicit parameters, or no curve at all.
    #[error("the curve is not supported: use P-256, P-384 or P-521 by name")]
    UnsupportedCurve,
    /// `EC PARAMETERS` that name another curve than the key.
    #[error("the key is on another curve than `EC PARAMETERS` say")]
    ContradictoryCurves,
    /// RSA with more than two primes (RFC 8017 section 3.2).
    #[error("an RSA key of more than two primes is not supported")]
    MultiPrime,
    /// The numbers do not make a key.
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
}

/// Makes foreign text fit for a message: printable, and at most 40 characters of it.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown = text.chars().take(40).flat_map(char::escape_debug).collect::<String>();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}
