//! Clients with a secret, and what the server says about itself before it gets one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use tests::{HostileServer, Outcome, Part, Sandbox, send};

use crate::PROGRAM;

const SECRET: &str = "canary secret: 50 % + more";
const TOKEN: &str =
    r#"{"token_type":"Bearer","expires_in":3600,"access_token":"opaque","scope":"a"}"#;

fn write_private(sandbox: &Sandbox, name: &str, text: &str) {
    sandbox.write(name, text);
    fs::set_permissions(sandbox.path().join(name), Permissions::from_mode(0o600)).unwrap();
}

fn answer(status: &str, body: impl AsRef<str>) -> Vec<Part> {
    let body = body.as_ref();
    let head = "Content-Type: application/json\r\n";
    vec![Part::of(format!(
        "HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))]
}

/// A client of a custom authorization server, which has a secret.
fn client(org_url: &str) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", org_url)
        .with_variable("OKTA_M2M_AUTH_SERVER", "default")
        .with_variable("OKTA_M2M_CLIENT_ID", "0oa$client")
        .with_variable("OKTA_M2M_SCOPE", "a");
    write_private(&sandbox, "secret", &format!("{SECRET}\n"));
    sandbox
}

fn get(sandbox: &Sandbox, flags: &[&str]) -> Outcome {
    sandbox.run(&[&["token", "get", "--format", "json", "-v"], flags].concat())
}

/// RFC 6749 section 2.3.1: id and secret are encoded as in a form and joined by a colon.
#[test]
fn a_secret_is_sent_as_basic_credentials_and_no_assertion_with_it() {
    let server = HostileServer::start(|_, _| answer("200 OK", TOKEN));
    let sandbox = client(&server.url()).with_variable("OKTA_M2M_CLIENT_SECRET_FILE", "secret");
    assert_eq!(get(&sandbox, &[]).json()["access_token"], "opaque");
    let request = server.requests().remove(0);
    // printf '0oa%%24client:canary%%20secret%%3A%%2050%%20%%25%%20%%2B%%20more' | base64 -w0
    let expected = "MG9hJTI0Y2xpZW50OmNhbmFyeSUyMHNlY3JldCUzQSUyMDUwJTIwJTI1JTIwJTJCJTIwbW9yZQ==";
    assert!(request.to_ascii_lowercase().contains("authorization: basic "), "{request}");
    assert!(request.contains(expected), "{request}");
    assert!(request.contains("grant_type=client_credentials&scope=a"), "{request}");
    assert!(!request.contains("client_assertion"), "{request}");
    assert_eq!(get(&sandbox, &[]).json()["cached"], true);
    write_private(&sandbox, "other", "another secret");
    let other = get(&sandbox, &["--client-secret-file", "other"]).json();
    assert_eq!(other["cached"], false, "a token of another secret was given");
}

#[test]
fn what_the_server_repeats_of_a_secret_is_not_shown() {
    let script = |request: &str, _: usize| {
        let words = request.split("asic ").nth(1).and_then(|rest| rest.lines().next());
        let words = format!("no {SECRET}, no {}", words.unwrap_or_default());
        answer("401 No", json!({"error": "invalid_client", "error_description": words}).to_string())
    };
    let server = HostileServer::start(script);
    let sandbox = client(&server.url());
    let outcome = get(&sandbox, &["--client-secret-file", "secret"]);
    assert!(outcome.stderr.contains("no [redacted], no [redacted]"), "{outcome}");
    outcome.refused(4, &["invalid_client"]);
}

#[test]
fn the_key_or_the_secret_that_is_set_closer_is_meant_and_both_at_once_are_a_mistake() {
    let server = HostileServer::start(|_, _| answer("200 OK", TOKEN));
    let sandbox = client(&server.url()).with_variable("OKTA_M2M_KEY", "svc.jwk");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    let with_secret = get(&sandbox, &["--client-secret-file", "secret", "--no-cache"]);
    assert_eq!(with_secret.json()["access_token"], "opaque");
    let assertions =
        || server.requests().iter().filter(|it| it.contains("client_assertion=")).count();
    assert_eq!(assertions(), 0);
    assert_eq!(get(&sandbox, &["--no-cache"]).json()["access_token"], "opaque");
    assert_eq!(assertions(), 1);
    let both = ["--client-secret-file", "secret", "--key", "svc.jwk"];
    get(&sandbox, &both).refused(2, &["--key", "--client-secret-file"]);
    get(&sandbox, &["--client-secret-file", "absent"]).refused(3, &["absent"]);
    sandbox.write("loose", "secret");
    fs::set_permissions(sandbox.path().join("loose"), Permissions::from_mode(0o644)).unwrap();
    get(&sandbox, &["--client-secret-file", "loose"]).refused(3, &["chmod"]);
}

#[test]
fn the_emulator_takes_the_secret_at_a_custom_server_only() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let app = json!({
        "client_name": "with a secret", "application_type": "service",
        "grant_types": ["client_credentials"], "response_types": ["token"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let url = format!("{}/oauth2/v1/clients", org.org_url());
    let made = send("POST", &url, Some(org.admin_token()), Some(&app)).json();
    let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let sandbox = client(org.org_url()).with_variable("OKTA_M2M_CLIENT_ID", &text("client_id"));
    let sandbox = sandbox.with_variable("OKTA_M2M_CLIENT_SECRET_FILE", "right");
    write_private(&sandbox, "right", &text("client_secret"));
    let token = get(&sandbox, &["--discover", "--scope", "api:read"]).json();
    assert_eq!(token["scope"], "api:read");
    get(&sandbox, &["--auth-server", "org", "--scope", "okta.users.read"])
        .refused(4, &["private_key_jwt"]);
    get(&sandbox, &["--client-secret-file", "secret", "--scope", "api:read"]).refused(4, &[]);
}

/// What the server of `org_url` says about itself, with one member changed.
fn metadata(org_url: &str, member: &str, value: Value) -> String {
    let issuer = format!("{org_url}/oauth2/default");
    let mut metadata = json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/v1/token"),
        "introspection_endpoint": format!("{issuer}/v1/introspect"),
        "revocation_endpoint": format!("{issuer}/v1/revoke"),
        "scopes_supported": ["a"],
    });
    if !member.is_empty() {
        metadata[member] = value;
    }
    metadata.to_string()
}

/// Whether a token request came after metadata of this text.
fn play(text: impl Fn(&str) -> String + Send + Sync + 'static) -> (Outcome, usize) {
    let script = move |request: &str, _: usize| {
        let host = request.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("host: ").map(|host| host.trim().to_owned())
        });
        if request.starts_with("GET /oauth2/default/.well-known/oauth-authorization-server ") {
            return answer("200 OK", text(&format!("http://{}", host.unwrap_or_default())));
        }
        answer("200 OK", TOKEN)
    };
    let server = HostileServer::start(script);
    let sandbox = client(&server.url());
    let flags = ["--discover", "--client-secret-file", "secret", "--no-cache"];
    (get(&sandbox, &flags), server.count("POST "))
}

#[test]
fn v_25_the_metadata_of_another_server_end_it_before_anything_is_sent() {
    let (outcome, tokens) = play(|org| metadata(org, "", Value::Null));
    assert_eq!((outcome.json()["access_token"].as_str(), tokens), (Some("opaque"), 1));
    for (member, value) in [
        ("issuer", json!("https://evil.example/oauth2/default")),
        ("issuer", json!("")),
        ("token_endpoint", json!("http://evil.example/oauth2/default/v1/token")),
        ("token_endpoint", json!("https://127.0.0.1/oauth2/default/v1/token")),
        ("token_endpoint", json!("/oauth2/default/v1/token")),
        ("introspection_endpoint", json!("https://evil.example/introspect")),
        ("revocation_endpoint", json!("https://evil.example/revoke")),
    ] {
        let told = format!("`{member}`");
        let (outcome, tokens) = play(move |org| metadata(org, member, value.clone()));
        outcome.refused(8, &[&told, "another server's"]);
        assert_eq!(tokens, 0);
    }
    let fragment = |org: &str| {
        metadata(org, "token_endpoint", json!(format!("{org}/oauth2/default/v1/token#x")))
    };
    let twice = |org: &str| metadata(org, "", Value::Null).replace("{", "{\"issuer\":\"x\",");
    let large = |org: &str| metadata(org, "scopes_supported", json!(["x".repeat(1 << 20)]));
    let absent = |org: &str| metadata(org, "token_endpoint", Value::Null);
    for (outcome, tokens) in [play(fragment), play(twice), play(large), play(absent)] {
        assert_eq!(tokens, 0, "{outcome}");
        outcome.refused(8, &[]);
    }
}
