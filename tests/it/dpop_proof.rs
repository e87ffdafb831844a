//! Proofs for other programs.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use okta_emulator::{Emulator, EmulatorConfig};
use tests::Sandbox;

use crate::PROGRAM;

/// A client whose tokens are bound, and a file with one.
fn world() -> (Emulator, Sandbox) {
    let emulator = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &emulator);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN", "--dpop", "always"]].concat();
    drop(sandbox.run(&setup).stdout());
    let token = sandbox.run(&["token", "get"]).stdout();
    sandbox.write("token", &token);
    (emulator, sandbox)
}

/// What the API answers to the token with this proof, asked by a client of others.
fn status(url: &str, token: &str, proof: &str) -> u16 {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent.get(url).header("DPoP", proof.trim());
    request
        .header("Authorization", format!("DPoP {}", token.trim()))
        .call()
        .unwrap()
        .status()
        .into()
}

#[test]
fn a_script_calls_the_api_with_a_kept_token_and_a_proof_by_its_key() {
    let (org, sandbox) = world();
    let url = format!("{}/api/v1/users", org.org_url());
    let token = sandbox.read("token");
    let prove = |method: &str, flags: &[&str]| {
        let command = ["dpop", "proof", method, &url, "--token-file", "token"];
        sandbox.run(&[&command[..], flags].concat()).stdout()
    };
    let proof = prove("GET", &[]);
    assert_eq!(status(&url, &token, &proof), 200);
    assert_ne!(status(&url, &token, &proof), 200, "a proof was taken twice");
    assert_ne!(status(&url, &token, &prove("POST", &[])), 200);
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "other.jwk"]).stdout());
    assert_ne!(status(&url, &token, &prove("GET", &["--dpop-key", "other.jwk"])), 200);
}

/// Okta's own tokens are JWTs that say it; the local org's are opaque.
#[test]
fn a_token_that_names_another_key_gets_no_proof() {
    let (org, sandbox) = world();
    let url = format!("{}/api/v1/users", org.org_url());
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "own.jwk"]).stdout());
    let thumbprint = sandbox.run(&["key", "thumbprint", "own.jwk"]).stdout();
    let prove = |jkt: &str| {
        let part = |json: String| BASE64_URL_SAFE_NO_PAD.encode(json);
        let claims = part(format!(r#"{{"cnf":{{"jkt":"{jkt}"}}}}"#));
        sandbox.write("jwt", &format!("{}.{claims}.AA", part(r#"{"alg":"RS256"}"#.to_owned())));
        sandbox.run(&["dpop", "proof", "GET", &url, "--token-file", "jwt", "--dpop-key", "own.jwk"])
    };
    assert_eq!(prove(thumbprint.trim()).code, 0);
    prove("another").refused(3, &["bound to another DPoP key", "--dpop-key FILE"]);
}

/// What a client has learnt goes for all its tokens: the next one starts right, whatever its scopes.
#[test]
fn one_key_is_for_all_scopes_of_a_client() {
    let (org, sandbox) = world();
    assert_eq!(sandbox.run(&["grant", "add", "--scope", "okta.groups.read"]).code, 0);
    let asked = || org.requests().iter().filter(|it| it.path.ends_with("/v1/token")).count();
    let before = asked();
    let groups = ["token", "get", "--scope", "okta.groups.read", "--dpop", "auto"];
    let token = sandbox.run(&groups).stdout();
    assert_eq!(asked(), before + 1, "it had to be told again");
    sandbox.write("groups", &token);
    let url = format!("{}/api/v1/groups", org.org_url());
    // The scopes of the profile are others.
    let proof = sandbox.run(&["dpop", "proof", "GET", &url, "--token-file", "groups"]).stdout();
    assert_eq!(status(&url, &token, &proof), 200);
}

#[test]
fn a_nonce_that_no_server_can_have_sent_is_refused() {
    let (org, sandbox) = world();
    let url = format!("{}/api/v1/users", org.org_url());
    let prove = |nonce: &str| sandbox.run(&["dpop", "proof", "GET", &url, "--nonce", nonce]);
    for nonce in ["", "a b", "a\u{1b}]0;x\u{7}", "a\"", "a\\", "\u{7f}", "é"] {
        prove(nonce).refused(2, &["--nonce"]);
    }
    drop(prove("n-1!#[]~").stdout());
}

#[test]
fn s_06_the_clients_key_makes_no_proofs() {
    let (org, sandbox) = world();
    let url = format!("{}/api/v1/users", org.org_url());
    let own = ["dpop", "proof", "GET", &url, "--dpop-key", "svc.jwk"];
    sandbox.run(&own).refused(3, &["the client's own key", "one key, one purpose"]);
}

#[test]
fn without_a_kept_key_it_says_how_to_get_one() {
    let (org, sandbox) = world();
    let url = format!("{}/api/v1/users", org.org_url());
    let command = ["dpop", "proof", "GET", &url, "--client-id", "0oaOther"];
    sandbox.run(&command).refused(2, &["no DPoP key is kept", "token get"]);
}

#[test]
fn a_kept_token_that_is_not_bound_is_none_for_who_wants_bound_ones() {
    let emulator = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &emulator);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN"]].concat();
    drop(sandbox.run(&setup).stdout());
    let bound = ["token", "get", "--output", "json", "--dpop", "always"];
    let free = sandbox.run(&["token", "get", "--output", "json"]).json();
    assert_eq!(free["token_type"], "Bearer");
    sandbox.run(&bound).refused(8, &["not bound", "client update --dpop-bound true"]);
    drop(sandbox.run(&["client", "update", "--dpop-bound", "true", "--yes"]).stdout());
    let token = sandbox.run(&bound).json();
    assert_eq!((&token["token_type"], &token["cached"]), (&"DPoP".into(), &false.into()));
    assert_eq!(sandbox.run(&bound).json()["cached"], true);
    let url = format!("{}/api/v1/users", emulator.org_url());
    drop(sandbox.run(&["dpop", "proof", "GET", &url]).stdout());
}
