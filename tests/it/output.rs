//! What goes to stdout and to stderr, in which form, and what happens where that cannot be written.

use std::process::{Command, Stdio};

use okta_emulator::{Emulator, EmulatorConfig, Fault};
use serde_json::Value;
use tests::{Sandbox, Terminal};

use crate::PROGRAM;

/// An org and a sandbox whose profile has a token for users and groups and may read both.
fn ready() -> (Emulator, Sandbox) {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = [
        "setup",
        "--name",
        "svc",
        "--key",
        "k",
        "--alg",
        "ES256",
        "--role",
        "ORG_ADMIN",
        "--scope",
        "okta.users.read okta.groups.read",
    ];
    drop(sandbox.run(&setup).stdout());
    (org, sandbox)
}

/// Runs a shell line in the sandbox; `okta-m2m` is on its path.
fn shell(sandbox: &Sandbox, line: &str) -> i32 {
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(sandbox.path()).env_clear();
    command.env("PATH", format!("{}/bin:/usr/bin:/bin", sandbox.path().display()));
    command.env("HOME", sandbox.path()).stdin(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap().code().unwrap()
}

#[test]
fn each_form_of_a_token_is_what_its_reader_takes() {
    let (_org, sandbox) = ready();
    let form = |form: &str| sandbox.run(&["token", "get", "--output", form]).stdout();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert!(form("header").starts_with("Authorization: Bearer "));
    assert!(form("curl-config").starts_with("header = \"Authorization: Bearer "));
    assert!(form("env").contains("OKTA_M2M_ACCESS_TOKEN='"));
    let exec = json(&form("k8s-exec"));
    assert_eq!(exec["kind"], "ExecCredential");
    assert!(exec["status"]["token"].is_string());
    let process = json(&form("credential-process"));
    assert_eq!(process["Version"], 1);
    let token = json(&form("json"));
    assert_eq!(token["scope"], "okta.groups.read okta.users.read");
    assert_eq!(token["cached"], true);
    let left = token["expires_in"].as_u64().unwrap();
    assert!((3590..=3600).contains(&left), "{left}");
    let expiry = token["expires_at"].as_str().unwrap();
    assert!(expiry.ends_with('Z') && expiry.len() == 20, "{expiry}");
}

#[test]
fn an_api_call_sends_what_it_is_told_to() {
    let (org, sandbox) = ready();
    let last = |arguments: &[&str], input: &str| {
        drop(sandbox.run_with_input(&[&["api"], arguments].concat(), input));
        org.requests().pop().unwrap()
    };
    let list = last(&["GET", "/api/v1/users", "-f", "limit=1", "-f", "q=a b"], "");
    assert_eq!(list.query.as_deref(), Some("limit=1&q=a%20b"));
    assert_eq!(list.body, "");
    let typed = ["POST", "/api/v1/groups", "-f", "a=1", "-F", "b=1", "-F", "c=true", "-F", "d=x"];
    assert_eq!(last(&typed, "").body, r#"{"a":"1","b":1,"c":true,"d":"x"}"#);
    assert_eq!(last(&["POST", "/api/v1/groups", "--input", "-"], "{\"x\":1}").body, r#"{"x":1}"#);
    let header = last(&["GET", "/api/v1/users", "-H", "X-Marker: here"], "");
    assert!(header.headers.iter().any(|(name, value)| name == "x-marker" && value == "here"));
    sandbox
        .run(&["api", "GET", "/api/v1/users", "-H", "Authorization: Bearer x"])
        .refused(2, &["header `Authorization`"]);
}

#[test]
fn pages_are_followed_and_headers_shown_when_asked_for() {
    let (_org, sandbox) = ready();
    let first = sandbox.run(&["api", "GET", "/api/v1/users?limit=1"]).stdout();
    assert_eq!(first.lines().count(), 1);
    let pages = sandbox.run(&["api", "GET", "/api/v1/users?limit=1", "--paginate"]).stdout();
    assert_eq!(pages.lines().count(), 4, "{pages}");
    let included = sandbox.run(&["api", "GET", "/api/v1/users?limit=1", "-i"]).stdout();
    assert!(included.starts_with("HTTP 200\n"), "{included}");
    assert!(included.contains("\nlink: <http://127.0.0.1:"), "{included}");
}

#[test]
fn a_failure_in_json_is_one_object_and_nothing_else() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org)
        .with_variable("OKTA_M2M_ORG_URL", &format!("{}/", org.org_url()));
    let setup = ["setup", "-v", "--name", "svc", "--scope", "okta.unheard.of", "--key", "k"];
    for more in [&["--format", "json"][..], &["--format=json"]] {
        let outcome = sandbox.run(&[&setup[..], more].concat());
        let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["error"]["class"], "request_refused", "{outcome}");
        outcome.refused(5, &["okta.unheard.of"]);
    }
    let usage = |arguments: &[&str], word: &str| {
        let outcome = sandbox.run(arguments);
        let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["error"]["class"], "usage", "{outcome}");
        outcome.refused(2, &[word]);
    };
    usage(&["setup", "--format", "json"], "--name <LABEL>");
    usage(&["demo", "--format", "json", "--color", "purple"], "purple");
    let sandbox = sandbox.with_variable("OKTA_M2M_FORMAT", "jsn");
    sandbox.run(&["demo"]).refused(2, &["OKTA_M2M_FORMAT"]);
}

#[test]
fn results_are_json_where_json_is_asked_for() {
    let (_org, sandbox) = ready();
    for command in [
        "key show k",
        "key thumbprint k",
        "client list",
        "client show",
        "grant add --scope okta.users.read",
        "grant list",
        "grant revoke --scope okta.groups.read",
        "role assign --role ORG_ADMIN",
        "role list",
        "role revoke --role ORG_ADMIN",
    ] {
        let words: Vec<_> = command.split(' ').chain(["--format", "json"]).collect();
        let result = sandbox.run(&words).json();
        assert!(result.is_object() || result.is_array(), "{command}: {result}");
    }
    sandbox.run(&["key", "thumbprint", "k", "--format", "pem"]).refused(2, &["`pem`"]);
}

#[test]
fn a_full_disk_is_class_3_and_a_closed_pipe_ends_quietly() {
    let (org, sandbox) = ready();
    assert_eq!(shell(&sandbox, "OKTA_M2M_FORMAT=text okta-m2m token get > /dev/full"), 3);
    assert_eq!(shell(&sandbox, "okta-m2m --help > /dev/full"), 3);
    let piped = "set -o pipefail; okta-m2m token get | true; exit ${PIPESTATUS[0]}";
    // The reader may still be there when the program writes.
    assert!([0, 141].contains(&shell(&sandbox, piped)));
    assert_eq!(shell(&sandbox, "exec 3> >(exec true); wait $!; okta-m2m token get >&3"), 141);
    let denied = Fault::answer("/api/v1/groups", 403);
    org.inject(denied);
    assert_eq!(shell(&sandbox, "okta-m2m api -i GET /api/v1/groups > /dev/full"), 4);
}

#[test]
fn emulator_exec_ends_its_command_before_itself() {
    let sandbox = crate::sandbox();
    let script = "echo $$ > pid; trap 'echo ended > trace; exit 7' TERM; echo ready > fifo; \
                  while :; do read -t 1 line < fifo; done";
    assert_eq!(shell(&sandbox, "mkfifo fifo"), 0);
    let child = sandbox.spawn(&["emulator", "exec", "--", "bash", "-c", script]);
    assert_eq!(shell(&sandbox, "read line < fifo"), 0);
    assert_eq!(shell(&sandbox, &format!("kill -TERM {}", child.id())), 0);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(7));
    assert_eq!(sandbox.read("trace"), "ended\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let sandbox = Sandbox::new(PROGRAM);
    let written = sandbox.run(&["man", "share/man1"]);
    let pages = std::fs::read_dir(sandbox.path().join("share/man1")).unwrap();
    let pages = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let pages: Vec<_> = pages.collect();
    assert!(written.stderr.contains(&format!("{} pages in share/man1", pages.len())), "{written}");
    let help = |words: &[&str]| sandbox.run(&[words, &["--help"]].concat()).stdout();
    for name in &pages {
        let page = sandbox.read(&format!("share/man1/{name}"));
        let words: Vec<_> = name.strip_suffix(".1").unwrap().split('-').skip(2).collect();
        // `client-key` is one word.
        let words = words.join(" ").replace("client key", "client-key");
        let words: Vec<_> = words.split(' ').filter(|word| !word.is_empty()).collect();
        let summary = help(&words).lines().next().unwrap().to_owned();
        assert!(page.contains(".TH okta-m2m"), "{name}");
        let plain = page.replace("\\-", "-").replace("\\*(Aq", "'");
        assert!(plain.contains(&summary), "{name}: {summary}");
    }
    for name in ["okta-m2m.1", "okta-m2m-token-get.1", "okta-m2m-client-key-rotate.1"] {
        assert!(pages.iter().any(|page| page == name), "{pages:?}");
    }
    sandbox.write("file", "");
    sandbox.run(&["man", "file/man1"]).refused(3, &["file/man1"]);
}

/// Only a person sees it, and only until there is something to read.
#[test]
fn what_takes_its_time_shows_at_a_terminal_that_it_goes_on() {
    let shown = |term: &str, columns: u16, more: &[&str]| {
        let sandbox = Sandbox::new(PROGRAM).with_variable("TERM", term);
        let terminal = Terminal::with_columns(columns);
        let script = format!("\"$0\" \"$@\" 2> {}", terminal.name);
        let arguments = [&["key", "generate", "--alg", "RS256"], more].concat();
        let outcome = sandbox.run_under(&["sh", "-c", &script], &arguments);
        assert_eq!(outcome.code, 0, "{outcome}");
        terminal.read()
    };
    let text = shown("xterm", 80, &["-o", "1.jwk"]);
    assert!(text.starts_with("\r| searching for two primes"), "{text:?}");
    let cleared = format!("\r{:26}\rprivate key written to 1.jwk\n", "");
    assert!(text.ends_with(&cleared), "{text:?}");
    assert!(shown("xterm", 0, &["-o", "1.jwk"]).contains("searching"));
    for (term, columns, more) in [
        ("xterm", 80, "--quiet"),
        ("xterm", 80, "--format=json"),
        ("xterm", 26, "--color=never"),
        ("dumb", 80, "--color=never"),
        ("", 80, "--color=never"),
    ] {
        let text = shown(term, columns, &["-o", "1.jwk", more]);
        assert!(!text.contains("searching"), "{term} {columns} {more}: {text:?}");
    }
}
