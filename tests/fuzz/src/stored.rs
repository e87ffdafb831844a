//! What we wrote ourselves and read again, whoever has changed it in between.

use okta_register::rotation::Journal;
use okta_token::{SealingKey, fuzzing};
use sha2::{Digest as _, Sha256};

use crate::{edits, text};

/// A file of the token cache: as it is, and with a checksum that is right, as somebody would write it who means harm.
pub(crate) fn cache_entry(bytes: &[u8]) -> bool {
    drop(fuzzing::cache_entry(bytes));
    let with_checksum = [&Sha256::digest(bytes)[..], bytes].concat();
    let Some(entry) = fuzzing::cache_entry(&with_checksum) else { return false };
    assert_eq!(entry.key, fuzzing::CACHE_KEY, "an entry of another key is none");
    assert!(entry.remaining.as_secs() <= 86_400, "no token lives longer than a day");
    true
}

/// The journal of a rotation, in the same two ways.
pub(crate) fn journal(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    drop(Journal::parse(text));
    let body = text.strip_suffix('\n').unwrap_or(text);
    let digest: String = Sha256::digest(body).iter().map(|it| format!("{it:02x}")).collect();
    let Ok(journal) = Journal::parse(&format!("{digest}\n{body}\n")) else { return false };
    assert_eq!(Journal::parse(&journal.to_text()), Ok(journal));
    true
}

/// A value in Redis: after any change it is none of ours.
pub(crate) fn sealed_value(script: &[u8]) -> bool {
    const PLAIN: &[u8] = b"a token";
    const END: u64 = 1_787_306_000;
    let key = SealingKey::from_text(&"5e".repeat(32)).expect("32 bytes");
    let sealed = fuzzing::seal(&key, END, PLAIN).expect("randomness");
    let changed = edits::apply(script, &sealed);
    let opened = fuzzing::open(&key, &changed);
    if changed == sealed {
        assert_eq!(opened, Some((PLAIN.to_vec(), END)));
        return true;
    }
    assert_eq!(opened, None);
    // And as it comes: a fuzzer that watches comparisons has been seen to bring back a value that was sealed earlier.
    assert!(fuzzing::open(&key, script).is_none_or(|it| it == (PLAIN.to_vec(), END)));
    false
}
