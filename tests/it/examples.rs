//! The examples of the libraries do what they say.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use okta_emulator::{Emulator, EmulatorConfig};
use tests::{Sandbox, get};

use crate::PROGRAM;

/// An example, which Cargo builds beside the tests of the workspace.
fn example(name: &str) -> Command {
    let mut path = PathBuf::from(PROGRAM);
    path.set_file_name("examples");
    path.push(name);
    assert!(path.exists(), "`cargo build --workspace --examples` makes {}", path.display());
    Command::new(path)
}

/// An org, a folder with the key of a client of it, and the arguments of an example.
fn world() -> (Emulator, Sandbox, [String; 3]) {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN", "--format", "json"]].concat();
    let made = sandbox.run(&setup).json();
    let client_id = made["client_id"].as_str().unwrap().to_owned();
    let key = sandbox.path().join("svc.jwk").display().to_string();
    let arguments = [org.org_url().to_owned(), client_id, key];
    (org, sandbox, arguments)
}

#[test]
fn ureq_client_lists_the_users() {
    let (_org, _sandbox, arguments) = world();
    let output = example("ureq_client").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let users: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(users[0]["profile"]["login"].is_string(), "{users}");
}

#[test]
fn axum_service_answers_many_calls_with_one_token() {
    let (org, _sandbox, arguments) = world();
    let before = org.requests().iter().filter(|it| it.path == "/oauth2/v1/token").count();
    let mut service = example("axum_service");
    service.args(arguments).arg("127.0.0.1:0").stdout(Stdio::piped());
    let mut service = service.spawn().unwrap();
    let mut url = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim();
    for _ in 0..5 {
        assert!(get(&format!("{url}/users")).body.contains("login"));
        assert!(get(&format!("{url}/ready")).body.starts_with("Bearer until "));
    }
    service.kill().unwrap();
    service.wait().unwrap();
    let after = org.requests().iter().filter(|it| it.path == "/oauth2/v1/token").count();
    assert_eq!(after - before, 1);
}
