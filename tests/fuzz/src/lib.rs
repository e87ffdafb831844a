//! Everything that reads what comes from outside, each as a function of bytes.
//!
//! A target panics if what it stands for is broken; it returns whether the bytes were taken. The fuzzers in `fuzz/` run
//! them under libFuzzer, and the tests run them with mutations of the same corpora on any toolchain.

mod answers;
mod edits;
mod emulator;
mod keys;
mod settings;
mod signed;
mod stored;

/// A reader of foreign bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of its fuzzer and of its corpus.
    pub name: &'static str,
    /// Reads the bytes, and says whether they were taken.
    pub run: fn(&[u8]) -> bool,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "pem_any", run: keys::pem_any },
    Target { name: "der_pkcs8_pkcs1_sec1", run: keys::der },
    Target { name: "jwk", run: keys::jwk },
    Target { name: "jwks_dup_strict", run: keys::jwks },
    Target { name: "jws_compact_verify", run: signed::assertion_at_the_emulator },
    Target { name: "dpop_proof_verify", run: signed::proof_at_the_emulator },
    Target { name: "assertion_inspect", run: signed::inspect },
    Target { name: "token_response", run: answers::token_response },
    Target { name: "okta_error_body", run: answers::error_body },
    Target { name: "http_date_ratelimit_headers", run: answers::waits },
    Target { name: "link_header", run: answers::link },
    Target { name: "config_toml", run: settings::config_toml },
    Target { name: "okta_yaml", run: settings::okta_yaml },
    Target { name: "issuer_url", run: settings::org_url },
    Target { name: "scope_string", run: settings::scopes },
    Target { name: "cache_entry_decode", run: stored::cache_entry },
    Target { name: "rotation_journal_decode", run: stored::journal },
    Target { name: "redis_value_aead", run: stored::sealed_value },
    Target { name: "emulator_http_request", run: emulator::http_request },
];

/// The target of that name.
///
/// # Panics
///
/// If there is none, which is a mistake in a fuzzer.
pub fn run(name: &str, bytes: &[u8]) -> bool {
    let target = TARGETS.iter().find(|it| it.name == name).expect("a target of this name");
    (target.run)(bytes)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Panics if the text could move a terminal's cursor, or turn the direction of what follows.
fn assert_clean(text: &str) {
    let is_foul = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.chars().any(is_foul), "{text:?}");
}
