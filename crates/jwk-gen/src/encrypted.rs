//! Private keys under a passphrase: PBES2 (RFC 8018 section 6.2) in `EncryptedPrivateKeyInfo`.

use std::fmt;

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::{EncryptedPrivateKeyInfo, EncryptedPrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

/// OWASP's figure for PBKDF2 with HMAC-SHA-256.
const ITERATIONS: u32 = 600_000;
/// More would only keep the reader of a hostile file busy.
const MOST_ITERATIONS: u32 = 10_000_000;
/// Octets of memory that scrypt may take: 128 * N * r (RFC 7914 section 2).
const MOST_MEMORY: u64 = 256 << 20;
const MOST_PARALLEL: u16 = 16;

/// What opens an encrypted key; wiped on drop, and shown nowhere.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a text as it is, spaces included.
    ///
    /// # Errors
    /// [`EmptyPassphrase`] if there is none.
    pub fn new(text: impl Into<String>) -> Result<Self, EmptyPassphrase> {
        let text = Zeroizing::new(text.into());
        if text.is_empty() { Err(EmptyPassphrase) } else { Ok(Self(text)) }
    }

    /// Takes the text of a file, whose last line break does not belong to the passphrase.
    ///
    /// # Errors
    /// [`EmptyPassphrase`] if there is nothing else.
    pub fn from_file_text(text: &str) -> Result<Self, EmptyPassphrase> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        Self::new(text.strip_suffix('\r').unwrap_or(text))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([REDACTED])")
    }
}

/// Nothing where a passphrase is needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the passphrase is empty")]
pub struct EmptyPassphrase;

/// Encrypts `PrivateKeyInfo`; salt and initialisation vector are drawn anew.
pub(crate) fn encrypt(pkcs8: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>, EncryptError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    for random in [&mut salt, &mut iv] {
        getrandom::fill(random).map_err(|_| EncryptError)?;
    }
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv);
    let parameters = parameters.map_err(|_| EncryptError)?;
    let encrypted = parameters.encrypt(passphrase.0.as_bytes(), pkcs8).map_err(|_| EncryptError)?;
    let encrypted_data = OctetStringRef::new(&encrypted).map_err(|_| EncryptError)?;
    let info = EncryptedPrivateKeyInfo { encryption_algorithm: parameters.into(), encrypted_data };
    let document = SecretDocument::try_from(&info).map_err(|_| EncryptError)?;
    Ok(document.as_bytes().to_vec())
}

/// The operating system gave no random bytes for salt and initialisation vector.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key cannot be encrypted: no random bytes from the operating system")]
pub struct EncryptError;

/// Decrypts to `PrivateKeyInfo`.
pub(crate) fn decrypt(
    info: &EncryptedPrivateKeyInfoRef<'_>,
    passphrase: &Passphrase,
) -> Result<SecretDocument, DecryptError> {
    let scheme = &info.encryption_algorithm;
    let parameters = scheme.pbes2().ok_or(DecryptError::Unsupported)?;
    let affordable = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MOST_ITERATIONS,
        Kdf::Scrypt(kdf) => {
            let memory = u64::from(kdf.block_size)
                .checked_mul(128)
                .and_then(|it| it.checked_mul(kdf.cost_parameter));
            memory.is_some_and(|it| it <= MOST_MEMORY) && kdf.parallelization <= MOST_PARALLEL
        }
        _ => return Err(DecryptError::Unsupported),
    };
    if !affordable {
        return Err(DecryptError::TooCostly);
    }
    info.decrypt(passphrase.0.as_bytes()).map_err(|fault| match fault {
        pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }) => {
            DecryptError::Unsupported
        }
        _ => DecryptError::WrongPassphrase,
    })
}

/// Why an encrypted key stays closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// What comes out is no key.
    #[error("the passphrase does not open the key, or the key is damaged")]
    WrongPassphrase,
    /// Neither PBKDF2 nor scrypt, or a cipher other than AES-CBC and 3DES.
    #[error(
        "the key is encrypted in an old way; convert it with \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW`"
    )]
    Unsupported,
    /// A work factor that only keeps the reader busy.
    #[error(
        "the key's encryption asks for more than 10,000,000 iterations, 256 MiB or 16 rounds of scrypt"
    )]
    TooCostly,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_line_break_of_a_file_goes() {
        for (text, passphrase) in
            [("a b", "a b"), ("a\n", "a"), ("a\r\n", "a"), (" a \n\n", " a \n"), ("\ta", "\ta")]
        {
            assert_eq!(Passphrase::from_file_text(text).unwrap().0.as_str(), passphrase);
        }
        for empty in ["", "\n", "\r\n"] {
            assert_eq!(Passphrase::from_file_text(empty).unwrap_err(), EmptyPassphrase);
        }
        assert!(!format!("{:?}", Passphrase::new("hunter2").unwrap()).contains("hunter2"));
    }
}
