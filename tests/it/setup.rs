//! From nothing to an authorised call, and again.

use std::io::{BufRead, BufReader};
use std::process::Child;

use okta_emulator::{Emulator, EmulatorConfig, Fault, LoggedRequest};
use serde_json::{Value, json};
use tests::Sandbox;

use crate::{PROGRAM, sandbox};

const SETUP: [&str; 9] = [
    "setup",
    "--name",
    "svc",
    "--scope",
    "okta.users.read",
    "--role",
    "READ_ONLY_ADMIN",
    "--key",
    "svc.jwk",
];

fn org() -> Emulator {
    Emulator::start(EmulatorConfig::default()).unwrap()
}

/// The requests that change the org; a token request changes nothing.
fn writes(requests: &[LoggedRequest]) -> Vec<String> {
    let writes = requests.iter().filter(|it| it.method != "GET" && it.path != "/oauth2/v1/token");
    writes.map(|it| format!("{} {}", it.method, it.path)).collect()
}

fn outcomes(setup: &Value) -> Vec<String> {
    let steps = setup["steps"].as_array().unwrap().iter();
    steps.map(|step| format!("{} {}", step["step"], step["outcome"]).replace('"', "")).collect()
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SETUP, more].concat()
}

#[test]
fn one_command_line_goes_the_whole_way() {
    let script = format!(
        "okta-m2m {} && okta-m2m token get && okta-m2m api GET /api/v1/users",
        SETUP.join(" ")
    );
    let sandbox = sandbox();
    let stdout = sandbox.run(&["emulator", "exec", "--", "sh", "-c", &script]).stdout();
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{stdout}");
    assert!(lines[0].starts_with("0oa"), "{stdout}");
    assert!(lines[1].len() > 20 && !lines[1].contains(' '), "{stdout}");
    let users: Value = serde_json::from_str(lines[2]).unwrap();
    assert!(users.as_array().unwrap().len() >= 3);
    assert_eq!(sandbox.files(), ["svc.jwk"]);
}

#[test]
fn emulator_exec_passes_the_status_on_and_hides_other_orgs() {
    let sandbox = sandbox().with_variable("OKTA_CLIENT_TOKEN", "00foreign");
    let run = |script: &str| sandbox.run(&["emulator", "exec", "--", "sh", "-c", script]);
    assert_eq!(run("exit 42").code, 42);
    assert_eq!(run("kill -TERM $$").code, 143);
    assert_eq!(run("echo ${OKTA_CLIENT_TOKEN-unset}").stdout(), "unset\n");
    sandbox.run(&["emulator", "exec", "--", "./no-such-program"]).refused(3, &["no-such-program"]);
}

#[test]
fn a_second_setup_changes_nothing() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let first = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(
        outcomes(&first),
        [
            "key changed",
            "app changed",
            "grants changed",
            "role changed",
            "profile changed",
            "token done",
            "api done"
        ]
    );
    let before = org.requests().len();
    let second = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(
        outcomes(&second),
        [
            "key unchanged",
            "app unchanged",
            "grants unchanged",
            "role unchanged",
            "profile unchanged",
            "token done",
            "api done"
        ]
    );
    assert_eq!(second["changed"], false);
    assert_eq!(second["client_id"], first["client_id"]);
    assert_eq!(writes(&org.requests()[before..]), Vec::<String>::new());

    let text = sandbox.run(&SETUP);
    assert!(text.stderr.contains("nothing to change"), "{text}");
}

#[test]
fn a_setup_is_recognised_after_the_org_was_restarted() {
    let sandbox = sandbox();
    let first = serve(&sandbox);
    let client = |org: &Served| {
        let flags = ["--format", "json", "--org-url", &org.org_url, "--admin-token-file", "-"];
        let setup = sandbox.run_with_input(&arguments(&flags), &org.admin_token).json();
        setup["client_id"].as_str().unwrap().to_owned()
    };
    let registered = client(&first);
    assert!(first.writes().contains(&"POST /api/v1/apps".to_owned()));
    drop(first);
    let second = serve(&sandbox);
    assert_eq!(client(&second), registered);
    assert_eq!(second.writes(), Vec::<String>::new());
}

#[test]
fn r_11_a_setup_that_failed_half_way_goes_on_where_it_stopped() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    org.inject(Fault::answer("/oauth2/v1/clients/", 500).for_method("POST"));
    let failed = sandbox.run(&SETUP);
    let again = format!("okta-m2m {}", SETUP.join(" "));
    assert!(failed.stderr.contains(&again), "{failed}");
    failed.refused(10, &["the server failed"]);

    let before = org.requests().len();
    let resumed = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(
        outcomes(&resumed)[..4],
        ["key unchanged", "app unchanged", "grants unchanged", "role changed"]
    );
    let writes = writes(&org.requests()[before..]);
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert!(writes[0].ends_with("/roles"), "{writes:?}");
}

#[test]
fn r_01_an_app_whose_answer_was_lost_is_adopted() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    org.inject(Fault::lost_response("/api/v1/apps").for_method("POST"));
    sandbox.run(&SETUP).refused(10, &["okta-m2m setup"]);
    let resumed = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(outcomes(&resumed)[1], "app unchanged");
    let apps = sandbox.run(&["client", "list", "--format", "json"]).json();
    assert_eq!(apps.as_array().unwrap().len(), 1);
}

#[test]
fn a_dry_run_changes_nothing() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let plan = sandbox.run(&arguments(&["--dry-run", "--format", "json"])).json();
    assert_eq!(outcomes(&plan), ["key planned", "app planned", "grants planned", "role planned"]);
    assert_eq!(writes(&org.requests()), Vec::<String>::new());
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn another_app_with_the_same_label_is_not_ours() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let set = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "other.jwk"]).stdout();
    sandbox.write("other.jwks", &set);
    let other = sandbox
        .run(&["client", "register", "--name", "svc", "--jwks", "other.jwks", "--format", "json"])
        .json();
    let ours = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_ne!(ours["client_id"], other["client_id"]);
}

#[test]
fn the_profile_of_another_org_is_not_written_over() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let config = "[default]\norg_url = \"https://acme.okta.com\"\n";
    sandbox.write("config.toml", config);
    let sandbox = {
        let file = sandbox.path().join("config.toml");
        let file = file.to_str().unwrap().to_owned();
        sandbox.with_variable("OKTA_M2M_CONFIG", &file)
    };
    sandbox.run(&SETUP).refused(2, &["for https://acme.okta.com", "--profile NAME"]);
    assert_eq!(sandbox.read("config.toml"), config);
    assert_eq!(org.requests().len(), 0);
    assert_eq!(sandbox.files(), ["config.toml"]);
}

#[test]
fn g_04_only_a_super_admin_can_grant() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let summary = "You do not have permission to perform the requested action";
    let body = json!({"errorCode": "E0000006", "errorSummary": summary}).to_string();
    let fault = Fault::answer("/api/v1/apps/", 403).for_method("POST");
    org.inject(fault.with_body("application/json", body));
    sandbox.run(&SETUP).refused(10, &[summary, "only a Super Admin"]);
}

#[test]
fn every_algorithm_is_set_up() {
    for alg in ["RS384", "RS512", "ES256", "ES384", "ES512"] {
        let org = org();
        let sandbox = Sandbox::with_org(PROGRAM, &org);
        drop(sandbox.run(&arguments(&["--alg", alg])).stdout());
        let token = sandbox.run(&["token", "get", "--format", "json"]).json();
        assert_eq!(token["scope"], "okta.users.read", "{alg}");
    }
}

/// `emulator serve` as a process of its own.
struct Served {
    child: Child,
    org_url: String,
    admin_token: String,
}

fn serve(sandbox: &Sandbox) -> Served {
    let mut child =
        sandbox.spawn(&["emulator", "serve", "--state", "org.json", "--format", "json"]);
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let ready: Value = serde_json::from_str(&ready).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();
    Served { child, org_url: text("org_url"), admin_token: text("admin_token") }
}

impl Served {
    fn writes(&self) -> Vec<String> {
        let log = tests::get(&format!("{}/_emulator/requests", self.org_url)).json();
        let text = |request: &Value, name: &str| request[name].as_str().unwrap().to_owned();
        let requests = log.as_array().unwrap().iter();
        requests
            .map(|request| (text(request, "method"), text(request, "path")))
            .filter(|(method, path)| method != "GET" && path != "/oauth2/v1/token")
            .map(|(method, path)| format!("{method} {path}"))
            .collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
