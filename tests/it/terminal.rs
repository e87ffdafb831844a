//! TM-23: whatever a server or a file of settings says, no terminal is told to do anything by it.

use serde_json::{Value, json};
use tests::{HostileServer, Outcome, Part, Sandbox, Terminal, send};

use crate::{PROGRAM, ready};

/// Sets a title, writes to the clipboard, moves the cursor, and turns text round.
const EVIL: &str =
    "a\u{1b}]0;title\u{7}\u{1b}]52;c;eA==\u{7}\r\u{8}\u{7f}\u{85}\u{9b}31m\u{202e}\u{2066}\u{0}z";

#[track_caller]
fn assert_harmless(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        assert_obeyed_by_no_terminal(text);
    }
}

#[track_caller]
fn assert_obeyed_by_no_terminal(text: &str) {
    let foul = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(foul), "{text:?}");
}

/// Runs the command in both formats, once more with all details.
#[track_caller]
fn check(sandbox: &Sandbox, command: &str, is_told: bool) {
    let words: Vec<_> = command.split(' ').collect();
    for more in [&[][..], &["-v"], &["--format", "json"]] {
        let outcome = sandbox.run(&[&words, more].concat());
        assert_harmless(&outcome);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(
            !is_told || told.contains("]0;title"),
            "{command} {more:?} tells nothing of it: {outcome}"
        );
    }
}

fn answering(status: &'static str, kind: &'static str, body: &str) -> HostileServer {
    let body = body.to_owned();
    HostileServer::start(move |_, _| {
        let head = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        vec![Part::of(format!("HTTP/1.1 {status}\r\n{head}\r\n{body}"))]
    })
}

fn client(server: &HostileServer) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaTERMINAL")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read")
        .with_variable("OKTA_M2M_KEY", "key.pem")
        .with_variable("OKTA_M2M_ADMIN_TOKEN", "00api-token-of-a-test");
    let made = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "key.pem"]);
    assert_eq!(made.code, 0, "{made}");
    sandbox
}

/// Both shapes of an error, and neither.
#[test]
fn tm_23_errors_of_servers() {
    let oauth = json!({ "error": EVIL, "error_description": EVIL, "error_uri": EVIL }).to_string();
    let okta = json!({
        "errorCode": "E0000011", "errorSummary": EVIL, "errorLink": EVIL, "errorId": EVIL,
        "errorCauses": [{ "errorSummary": EVIL }],
    });
    let raw = format!("<html><title>{EVIL}</title><body>{EVIL}</body></html>");
    for (kind, body) in
        [("application/json", oauth), ("application/json", okta.to_string()), ("text/html", raw)]
    {
        let server = answering("400 Bad Request", kind, &body);
        let sandbox = client(&server);
        check(&sandbox, "token get --no-cache", kind == "application/json");
        check(&sandbox, "client list", kind == "application/json");
        check(&sandbox, "doctor", false);
    }
}

/// A success with nothing but such texts in it.
#[test]
fn tm_23_answers_of_servers() {
    let token =
        json!({ "access_token": "opaque", "token_type": EVIL, "expires_in": 60, "scope": EVIL });
    let server = answering("200 OK", "application/json", &token.to_string());
    check(&client(&server), "token get --no-cache", false);
    let claims = json!({ "active": true, "scope": EVIL, "username": EVIL, "client_id": EVIL });
    let server = answering("200 OK", "application/json", &claims.to_string());
    check(&client(&server), "token introspect", false);
    let kinds = json!([{
        "id": EVIL, "label": EVIL, "status": EVIL, "name": "oidc_client", "type": EVIL, "scopeId": EVIL,
        "kid": EVIL, "kty": EVIL, "created": EVIL, "credentials": { "oauthClient": { "client_id": EVIL } },
    }]);
    let server = answering("200 OK", "application/json", &kinds.to_string());
    let sandbox = client(&server);
    for command in ["client list", "client show", "grant list", "role list", "client-key list"] {
        check(&sandbox, command, false);
    }
}

/// An app that somebody else has named.
#[test]
fn tm_23_the_label_of_an_app() {
    let (org, sandbox) = ready();
    let id = sandbox.run(&["client", "show", "--format", "json"]).json()["app_id"].clone();
    let url = format!("{}/api/v1/apps/{}", org.org_url(), id.as_str().unwrap());
    let mut app: Value = send("GET", &url, Some(org.admin_token()), None).json();
    app["label"] = json!(EVIL.replace('\0', ""));
    assert_eq!(send("PUT", &url, Some(org.admin_token()), Some(&app)).status, 200);
    check(&sandbox, "client list", true);
    check(&sandbox, "client show", true);
    check(&sandbox, "client update --dpop-bound true", false);
    check(&sandbox, "doctor", false);
}

/// Files that may have come with somebody's repository.
#[test]
fn tm_23_settings() {
    let server = answering("400 Bad Request", "application/json", "{}");
    let sandbox = client(&server).with_variable("OKTA_M2M_CONFIG", "c.toml");
    let escaped: String = EVIL.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    sandbox.write(
        "okta.yaml",
        &format!("okta:\n  client:\n    \"{escaped}\": 1\n    authorizationMode: \"{escaped}\"\n"),
    );
    sandbox.write(
        "c.toml",
        &format!(
            "default_profile = \"{escaped}\"\n[a]\n\"{escaped}\" = \"x\"\ndpop = \"{escaped}\"\n"
        ),
    );
    check(&sandbox, "config check", true);
    check(&sandbox, "config explain", false);
    check(&sandbox, "profile list", false);
    check(&sandbox, "token get --profile a", false);
}

/// Bodies go to programs as they are. At a terminal they are text: pieces of it, headers, and what a filter makes of it.
#[test]
fn tm_23_bodies_of_answers() {
    let token = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 60 });
    // Longer than one piece, with a character on the edge, would be longer than what a terminal holds; two writes will do.
    let (body, token) = (format!("{EVIL}\r\n\u{20ac}"), token.to_string());
    let server = HostileServer::start(move |request, _| {
        let is_token = request.starts_with("POST");
        let body = if is_token { token.as_bytes() } else { body.as_bytes() };
        let kind = if is_token { "application/json" } else { "text/plain" };
        let head = format!("HTTP/1.1 200 OK\r\nX-Evil: a\u{202e}b\r\nContent-Type: {kind}\r\n");
        let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
        let (first, last) = body.split_at(body.len() - 1);
        vec![Part::of([head.as_bytes(), first].concat()), Part::of(last)]
    });
    let sandbox = client(&server);
    let call = |arguments: &[&str]| {
        let terminal = Terminal::new();
        let script = format!("\"$0\" \"$@\" > {}", terminal.name);
        let outcome = sandbox.run_under(&["sh", "-c", &script], arguments);
        assert_eq!(outcome.code, 0, "{outcome}");
        terminal.read()
    };
    let shown = call(&["api", "/api/v1/users", "-i"]);
    assert_obeyed_by_no_terminal(&shown);
    assert!(shown.contains("a\\u001b]0;title\\u0007"), "{shown:?}");
    assert!(shown.contains("\\u202e\\u2066\\u0000z\n\u{20ac}\n"), "{shown:?}");
    let to_program = sandbox.run(&["api", "/api/v1/users"]).stdout();
    assert!(to_program.contains(EVIL), "{to_program:?}");
}
