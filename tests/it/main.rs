//! End-to-end and interop tests.

#![allow(
    clippy::unwrap_used,
    reason = "clippy's exemption covers test functions, not their helpers"
)]

mod api;
mod api_storm;
mod assertion_verify;
mod cache_faults;
mod canary;
mod certificate;
mod client_auth;
mod client_key;
mod client_lifecycle;
mod client_registration;
mod completion;
mod config;
mod demo;
mod doctor;
mod documents;
mod dpop_proof;
mod examples;
mod exec;
mod fuzz;
mod grants;
mod hostile_api;
mod hostile_settings;
mod hostile_tokens;
mod interop;
mod introspection;
mod key;
mod key_convert;
mod key_faults;
mod key_files;
mod key_page_browser;
mod key_serve;
mod key_vectors;
mod known_key;
mod leaks;
mod library_floors;
mod mkjwk;
mod network_faults;
mod okta_sdk_settings;
mod okta_sdks;
mod openapi;
mod output;
mod output_schemas;
mod profiles;
mod proxy;
mod redis_cache;
mod refusals;
mod registration;
mod rotation;
mod scope;
mod server_clock;
mod settings;
mod setup;
mod terminal;
mod token_cache;
mod token_faults;
mod token_watch;
mod transcripts;

use okta_emulator::{Emulator, EmulatorConfig};
use tests::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_program-under-test");

fn sandbox() -> Sandbox {
    Sandbox::new(PROGRAM)
}

/// An org, and a sandbox whose profile is a service that `setup` has made ready there.
fn ready() -> (Emulator, Sandbox) {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let command =
        "setup --name svc --scope okta.users.read --role READ_ONLY_ADMIN --key svc.jwk --alg ES256";
    let words: Vec<_> = command.split(' ').chain(["--format", "json"]).collect();
    drop(sandbox.run(&words).json());
    (org, sandbox)
}

/// The claims of the DPoP proof on a request as it came over the wire.
fn proof_of(request: &str) -> serde_json::Value {
    use base64::Engine as _;
    let line = request.lines().find_map(|it| it.strip_prefix("dpop: ")).unwrap();
    let claims = line.split('.').nth(1).unwrap();
    let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

/// A file that is not declared above would never run.
#[test]
fn no_test_file_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/it");
    let declared = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // Folders hold what a module or insta put there.
        let Some(module) = name.strip_suffix(".rs") else { continue };
        assert!(module == "main" || declared.contains(&format!("mod {module};\n")), "{name}");
    }
}
