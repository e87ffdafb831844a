//! Identifiers and secrets from the operating system's generator.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Okta's ids have 20 characters, the first three naming the kind (`0oa`, `pks`, `oag`).
const ID_LENGTH: usize = 20;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A fresh id with this prefix, 20 characters in all.
pub(crate) fn id(prefix: &str) -> String {
    let tail = bytes::<ID_LENGTH>();
    let letters = tail.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    prefix.chars().chain(letters).take(ID_LENGTH).collect()
}

/// A fresh bearer secret of 256 bits, base64url.
pub(crate) fn secret(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes::<32>()))
}

/// Whether the generator answers. Asked once at the start, so that nothing later can fail.
pub(crate) fn probe() -> Result<(), getrandom::Error> {
    getrandom::fill(&mut [0])
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the generator answered when the emulator started");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_okta_s_shape_and_differ() {
        let (first, second) = (id("0oa"), id("0oa"));
        assert_eq!(first.len(), 20);
        assert!(first.starts_with("0oa") && first.chars().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(first, second);
        assert_eq!(secret("").len(), 43);
    }
}
