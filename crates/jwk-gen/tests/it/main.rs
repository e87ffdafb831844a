//! Tests of the crate from outside: standards' examples, hostile input, OpenSSL, files.
#![expect(clippy::unwrap_used, reason = "clippy exempts test functions only, not what they call")]

mod dependencies;
mod formats;
mod json_abuse;
mod key_file;
mod known_answers;
mod openssl;
mod refusals;
mod secrets;
mod weak_keys;
