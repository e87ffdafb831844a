//! What each command prints with `--format json`, held against docs/output.schema.json by a validator that nobody here wrote.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{ForeignProgram, Sandbox, Served, is_skipped};

use crate::ready;

const SCHEMA: &str = include_str!("../../docs/output.schema.json");

/// Not among the definitions of commands: what several of them share.
const SHARED: [&str; 8] =
    ["client", "finding", "jwk_set", "key", "key_report", "public_jwk", "scope", "source"];

/// The judge, and which definitions it was asked about.
struct Judge(ForeignProgram, BTreeSet<String>);

impl Judge {
    #[track_caller]
    fn check(&mut self, name: &str, printed: &Value) {
        let errors = self.errors(name, printed);
        assert_eq!(errors, json!([]), "{name}: {printed}");
        self.1.insert(name.to_owned());
    }

    fn errors(&mut self, name: &str, printed: &Value) -> Value {
        self.0.ask(&json!({ "command": name, "printed": printed }))["errors"].clone()
    }

    #[track_caller]
    fn run_all(&mut self, sandbox: &Sandbox, lines: &[&str]) {
        for line in lines {
            let (name, words) = line.split_once(" | ").unwrap_or((line, line));
            self.run(sandbox, name, words);
        }
    }

    /// Runs a command; its schema goes by `name`.
    #[track_caller]
    fn run(&mut self, sandbox: &Sandbox, name: &str, words: &str) -> Value {
        let words: Vec<_> = words.split(' ').chain(["--format", "json"]).collect();
        let printed = sandbox.run(&words).json();
        self.check(name, &printed);
        printed
    }
}

/// `NAME | WORDS`, or one of both if they are the same.
const KEYS: &[&str] = &[
    "key generate | key generate --alg ES256 -o g.jwk --public-out g.jwks",
    "key generate | key generate --for any --alg EdDSA --kid none -o ed.jwk",
    "key public | key public g.jwk",
    "key show | key show g.jwk",
    "key show | key show ed.jwk --for any",
    "key thumbprint | key thumbprint g.jwk",
];
const CLIENT: &[&str] = &[
    "setup | setup --dry-run --name n --scope okta.users.read --role READ_ONLY_ADMIN --key n.jwk --profile n",
    "setup | setup --name n --scope okta.users.read --role READ_ONLY_ADMIN --key n.jwk --profile n",
    "setup | setup --name n --scope okta.users.read --role READ_ONLY_ADMIN --key n.jwk --profile n",
    "client list",
    "client show",
    "client register | client register --name other --jwks g.jwks",
    "client update | client update --name renamed",
    "client update | client update --name renamed",
    "client deactivate",
    "client activate",
    "client-key list",
    "client-key add | client-key add --jwks g.jwks",
    "client-key add | client-key add --jwks g.jwks",
    "grant list",
    "grant add | grant add --scope okta.groups.read",
    "grant revoke | grant revoke --scope okta.groups.read",
    "role assign | role assign --role HELP_DESK_ADMIN",
    "role list",
    "role revoke | role revoke --role HELP_DESK_ADMIN",
    "token get",
    "token get",
    "token introspect",
    "cache list",
    "cache clean",
    "doctor",
    "profile list",
    "profile show | profile show default",
    "profile use | profile use default",
    "config explain",
    "config check",
    "scope list",
    "scope find | scope find GET /api/v1/users/00u1",
];
/// After the keys that were only added: a new key that is not ours looks like somebody else's rotation.
const ROTATION: &[&str] = &[
    "client-key rotate --status",
    "client-key rotate --dry-run",
    "client-key rotate | client-key rotate --drain 0s --soak 1d --yes",
    "client-key rotate --status",
    "client-key rotate | client-key rotate --abort --drain 0s --yes",
    "client-key rotate | client-key rotate --drain 0s --soak 0s --yes",
    "demo",
];

#[test]
fn every_command_prints_what_its_schema_says() {
    if is_skipped("interop") {
        return;
    }
    let mut judge = Judge(ForeignProgram::node("schema-judge.mjs"), BTreeSet::new());
    let (org, sandbox) = ready();
    judge.run_all(&sandbox, &[KEYS, CLIENT].concat());
    single_keys(&mut judge, &sandbox);
    judge.run_all(&sandbox, ROTATION);
    tokens_and_assertions(&mut judge, &sandbox);
    servers(&mut judge, &sandbox);
    judge.run(&sandbox, "client deactivate", "client deactivate");
    judge.run(&sandbox, "client delete", "client delete --yes");
    let failed = sandbox.run(&["client", "show", "--client-id", "0oaNOBODY", "--format", "json"]);
    assert_ne!(failed.code, 0);
    judge.check("error", &serde_json::from_str(&failed.stderr).unwrap());
    drop(org);

    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let defined = schema["$defs"].as_object().unwrap().keys();
    let commands = defined.filter(|it| !SHARED.contains(&it.as_str())).cloned().collect();
    assert_eq!(judge.1, commands, "a definition that nothing is held against");
}

fn tokens_and_assertions(judge: &mut Judge, sandbox: &Sandbox) {
    let assertion = "eyJhbGciOiJub25lIn0.eyJleHAiOiIxNjE0NjY0MjY3In0.";
    judge.run(sandbox, "assertion inspect", &format!("assertion inspect {assertion}"));
    let ours = sandbox.run(&["assertion", "create"]).stdout();
    judge.run(sandbox, "assertion verify", &format!("assertion verify {ours}"));
    sandbox.write("token", "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3ODczMDYzMDB9.AAAA");
    judge.run(sandbox, "token inspect", "token inspect token");
    judge.run(sandbox, "token revoke", "token revoke token");
}

fn single_keys(judge: &mut Judge, sandbox: &Sandbox) {
    let kid = sandbox.run(&["key", "thumbprint", "g.jwk"]).stdout();
    for verb in ["deactivate", "activate", "activate", "deactivate", "delete"] {
        let name = format!("client-key {verb}");
        let consent = if verb == "delete" { " --yes" } else { "" };
        judge.run(sandbox, &name, &format!("{name} --kid {}{consent}", kid.trim()));
    }
}

fn servers(judge: &mut Judge, sandbox: &Sandbox) {
    for (name, words) in [
        ("emulator serve", ["emulator", "serve", "--listen", "127.0.0.1:0"]),
        ("key serve", ["key", "serve", "--listen", "127.0.0.1:0"]),
    ] {
        let served = Served::start(sandbox, &[&words[..], &["--format", "json"]].concat());
        judge.check(name, &serde_json::from_str(served.line()).unwrap());
        drop(served.end_by("TERM"));
    }
}

/// A judge that takes everything judges nothing.
#[test]
fn what_differs_from_its_schema_is_found() {
    if is_skipped("interop") {
        return;
    }
    let mut judge = Judge(ForeignProgram::node("schema-judge.mjs"), BTreeSet::new());
    let good = json!({ "client_id": "a", "deleted": true });
    assert_eq!(judge.errors("client delete", &good), json!([]));
    for (name, wrong) in [
        ("client delete", json!({ "client_id": "a" })),
        ("client delete", json!({ "client_id": "a", "deleted": "yes" })),
        ("client delete", json!({ "client_id": "a", "deleted": true, "more": 1 })),
        ("key public", json!({ "keys": [{ "kty": "EC", "d": "secret" }] })),
        ("no such command", good),
    ] {
        assert_ne!(judge.errors(name, &wrong), json!([]), "{name}: {wrong}");
    }
}
