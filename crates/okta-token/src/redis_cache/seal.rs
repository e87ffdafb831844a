//! Sealed values: nobody without the key reads, makes or moves one.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, Zeroizing};

use crate::cache_key::CacheKey;

/// The form of a value, told by its first byte and sealed with it.
const VERSION: u8 = 1;
const NONCE: usize = 24;
const END: usize = 8;

/// The key by which a fleet seals its tokens, 32 bytes that every machine of it has and Redis has not.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

/// Text that is no [`SealingKey`]. The text is not told, because it may be a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a sealing key is 32 bytes, in 64 hexadecimal digits or 43 characters of base64url")]
pub struct InvalidSealingKey;

impl SealingKey {
    /// Reads a key as `openssl rand -hex 32` prints it, or in base64url; white space around it is no part of it.
    ///
    /// # Errors
    ///
    /// [`InvalidSealingKey`] if it is not 32 bytes in one of these forms.
    pub fn from_text(text: &str) -> Result<Self, InvalidSealingKey> {
        let text = text.trim();
        let bytes = match text.len() {
            64 => hexadecimal(text),
            43 => base64url(&URL_SAFE_NO_PAD, text),
            44 => base64url(&URL_SAFE, text),
            _ => None,
        };
        bytes.map(Self).ok_or(InvalidSealingKey)
    }

    /// Seals `bytes`, which end at `end`, or nothing on a machine without randomness.
    pub(crate) fn seal(&self, key: &CacheKey, end: u64, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(END + bytes.len()));
        plain.extend_from_slice(&end.to_be_bytes());
        plain.extend_from_slice(bytes);
        let payload = Payload { msg: &plain, aad: &context(key) };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&[VERSION], &nonce[..], &sealed].concat())
    }

    /// The bytes and their end, if they were sealed with this key for this entry.
    pub(crate) fn open(&self, key: &CacheKey, value: &[u8]) -> Option<(Zeroizing<Vec<u8>>, u64)> {
        let (version, rest) = value.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        if *version != VERSION {
            return None;
        }
        let payload = Payload { msg: sealed, aad: &context(key) };
        let plain = Zeroizing::new(self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?);
        let (end, bytes) = plain.split_first_chunk::<END>()?;
        Some((Zeroizing::new(bytes.to_vec()), u64::from_be_bytes(*end)))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let mut key = Key::from(*self.0);
        let cipher = XChaCha20Poly1305::new(&key);
        key.as_mut_slice().zeroize();
        cipher
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey([redacted])")
    }
}

/// What a value belongs to: it does not open under another key or as another version.
fn context(key: &CacheKey) -> [u8; 33] {
    let mut context = [VERSION; 33];
    context[..32].copy_from_slice(key.as_bytes());
    context
}

fn hexadecimal(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit =
            |at: usize| char::from(digits[at]).to_digit(16).and_then(|it| it.try_into().ok());
        let (high, low): (u8, u8) = (digit(0)?, digit(1)?);
        *byte = high << 4 | low;
    }
    Some(key)
}

fn base64url(form: &impl Engine, text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut buffer = Zeroizing::new([0; 33]); // what 44 characters may decode to
    let length = form.decode_slice(text, &mut *buffer).ok()?;
    let bytes: [u8; 32] = buffer[..length].try_into().ok()?;
    Some(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests;
