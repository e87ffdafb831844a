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
    assert!(lines[0].starts_with("m2m-svc-"), "{stdout}");
    assert!(lines[1].len() > 20 && !lines[1].contains(' '), "{stdout}");
    let users: Value = serde_json::from_str(lines[2]).unwrap();
    assert!(users.as_array().unwrap().len() >= 3);
    assert_eq!(sandbox.files(), ["svc.jwk"]);
    // Nor does it leave tokens of an org that is gone.
    let kept = sandbox.run(&["cache", "list"]).stdout();
    assert!(!kept.contains("m2m-svc-"), "{kept}");
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
    org.inject(Fault::answer("/oauth2/v1/clients/", 500).for_method("POST").times(4));
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
    let first = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(outcomes(&first)[1], "app changed");
    let again = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(outcomes(&again)[1], "app unchanged");
    let apps = sandbox.run(&["client", "list", "--format", "json"]).json();
    assert_eq!(apps.as_array().unwrap().len(), 1);
}

#[test]
fn a_dry_run_changes_nothing() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let plan = sandbox.run(&arguments(&["--dry-run", "--format", "json"])).json();
    assert_eq!(
        outcomes(&plan),
        [
            "key planned",
            "app planned",
            "grants planned",
            "role planned",
            "profile planned",
            "token planned",
            "api planned"
        ]
    );
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
fn g_04_who_is_no_super_admin_is_told_before_anything_is_made() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let body = json!({"errorCode": "E0000006", "errorSummary": "no permission"}).to_string();
    let fault = Fault::answer("/api/v1/iam/roles", 403).with_body("application/json", body);
    org.inject(fault.times(2));
    let told = ["only a Super Admin can grant scopes", "no permission", "--admin-token-file FILE"];
    sandbox.run(&SETUP).refused(4, &told);
    assert_eq!(writes(&org.requests()), Vec::<String>::new());
    assert_eq!(sandbox.files(), Vec::<String>::new());
    // With a key that is there already, too.
    sandbox.run(&["key", "generate", "-o", "svc.jwk"]).stdout();
    sandbox.run(&SETUP).refused(4, &told);
    assert_eq!(writes(&org.requests()), Vec::<String>::new());
    assert_eq!(sandbox.run(&SETUP).code, 0);
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

#[test]
fn g_01_each_scope_has_its_result_when_one_fails() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    drop(sandbox.run(&SETUP).stdout());
    let limit = std::time::Duration::from_secs(90);
    // The list of what is granted and the first grant pass, the second grant does not.
    let scopes = ["--scope", "okta.apps.read,okta.groups.read,okta.logs.read"];
    org.inject(Fault::lost_response("/api/v1/apps/").for_method("POST"));
    org.inject(Fault::rate_limited("/api/v1/apps/", limit).for_method("POST"));
    let add = [&["grant", "add"][..], &scopes, &["--format", "json"]].concat();
    let outcome = sandbox.run(&add);
    let results: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["outcome"].clone()).collect();
    assert_eq!(results, ["failed", "not_tried", "not_tried"]);
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!((&error["error"]["code"], outcome.code), (&json!(6), 6), "{outcome}");
    // The first one was granted although its answer was lost.
    let again = sandbox.run(&add).json();
    let outcomes: Vec<_> =
        again.as_array().unwrap().iter().map(|result| result["outcome"].clone()).collect();
    assert_eq!(outcomes, ["already_granted", "granted", "granted"]);
}

#[test]
fn a_setup_without_a_role_says_which_word_is_missing() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    sandbox.run(&setup).refused(4, &["E0000006", "the same setup with a role: --role"]);
    drop(sandbox.run(&SETUP).stdout());
}

#[test]
fn each_service_can_have_a_profile_of_its_own() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = |name: &str, key: &str| {
        let flags = ["--name", name, "--key", key, "--profile", name, "--alg", "ES256"];
        let words = [&["setup", "--scope", "okta.users.read", "--role", "APP_ADMIN"][..], &flags];
        sandbox.run(&words.concat())
    };
    drop(setup("reader", "reader.jwk"));
    drop(setup("writer", "writer.jwk"));
    let client = |profile: &str| {
        let get = ["token", "get", "--profile", profile, "--format", "json"];
        sandbox.run(&get).json()["client_id"].clone()
    };
    assert_ne!(client("reader"), client("writer"));
    sandbox.run(&["token", "get", "--profile", "typo"]).refused(2, &["has no profile `typo`"]);
    let sandbox = sandbox.with_variable("OKTA_M2M_PROFILE", "typo");
    sandbox.run(&["token", "get"]).refused(2, &["has no profile `typo`"]);
}

/// Exported for one service, and still there when the next one is made.
#[test]
fn variables_that_win_over_the_new_profile_are_told_at_its_end() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let sandbox = sandbox
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaStep")
        .with_variable("OKTA_M2M_KEY", "step.jwk");
    let made = sandbox.run(&arguments(&["--profile", "other"]));
    let told = |name: &str| {
        made.stderr.contains(&format!("warning: `OKTA_M2M_{name}` wins over profile `other`"))
    };
    assert!(made.code == 0 && told("CLIENT_ID") && told("KEY"), "{made}");
    // The command that it names says so as well, before the org says no.
    let refused = sandbox.run(&["token", "get", "--profile", "other"]);
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.starts_with("note: `OKTA_M2M_CLIENT_ID` wins over"), "{refused}");
    let checked = sandbox.run(&["config", "check", "--profile", "other", "--format", "json"]);
    assert!(checked.stdout.contains("wins over profile `other`"), "{checked}");
    let examined = sandbox.run(&["doctor", "--profile", "other", "--format", "json"]);
    assert!(examined.stdout.contains(r#""hint":"unset OKTA_M2M_CLIENT_ID""#), "{examined}");
    let words = ["assertion", "inspect", "--profile", "other"];
    let inspected = sandbox.run_with_input(&words, "e30.e30.AA");
    assert!(inspected.stderr.contains("note: `OKTA_M2M_CLIENT_ID` wins over"), "{inspected}");
    // It signs nothing.
    assert!(!inspected.stderr.contains("OKTA_M2M_KEY"), "{inspected}");
}

#[test]
fn a_key_that_the_org_knows_by_another_kid_is_adopted_under_that_one() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let generate = ["key", "generate", "--alg", "ES256", "-o", "svc.jwk"];
    let mut set = sandbox.run(&generate).json();
    set["keys"][0]["kid"] = json!("chosen-there");
    sandbox.write("svc.jwks", &set.to_string());
    let register =
        ["client", "register", "--name", "svc", "--jwks", "svc.jwks", "--format", "json"];
    let client = sandbox.run(&register).json();
    let setup = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(setup["client_id"], client["client_id"]);
    let token = sandbox.run(&["token", "get", "--format", "json"]).json();
    assert_eq!(token["client_id"], client["client_id"]);
}

#[test]
fn what_an_older_profile_said_besides_does_not_survive() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    drop(sandbox.run(&SETUP).stdout());
    let config = sandbox.path().join(".config/okta-m2m/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}kid = \"old\"\nauth_server = \"default\"\n")).unwrap();
    drop(sandbox.run(&SETUP).stdout());
    drop(sandbox.run(&["token", "get"]).stdout());
}

#[test]
fn a_scope_whose_path_the_org_does_not_serve_is_set_up_all_the_same() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup =
        ["setup", "--name", "svc", "--scope", "okta.logs.read", "--key", "k", "--format", "json"];
    let steps = sandbox.run(&setup).json();
    let proof = steps["steps"].as_array().unwrap().last().unwrap()["detail"].clone();
    assert_eq!(proof, "the token works, but this org does not serve /api/v1/logs");
}

#[test]
fn mistakes_are_found_before_anything_is_made() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let refused = |more: &[&str], words: &[&str]| {
        let outcome = sandbox.run(&[&["setup"], more].concat());
        outcome.refused(2, words);
    };
    refused(&["--name", "svc", "--scope", " ", "--key", "k"], &["no scope is named"]);
    refused(&["--name", "svc", "--scope", "a", "--key", "-"], &["`--key -`"]);
    refused(&["--name", "", "--scope", "a", "--key", "k"], &["--name"]);
    refused(&["--name", "svc", "--scope", "a", "--key", "k", "--role", "BOSS"], &["role"]);
    assert_eq!(org.requests().len(), 0);
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn a_wrong_credential_and_an_absent_org_keep_their_class() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org).with_variable("OKTA_M2M_ADMIN_TOKEN", "00no");
    sandbox.run(&SETUP).refused(4, &["E0000011", "--admin-token-file"]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    sandbox.run(&arguments(&["--org-url", &url])).refused(7, &["cannot be reached"]);
}

#[test]
fn an_app_that_demands_dpop_is_taken_as_it_is_or_left_alone() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let set = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout();
    let register = ["client", "register", "--name", "svc", "--jwks", "-", "--dpop-bound", "true"];
    drop(sandbox.run_with_input(&register, &set).stdout());
    let before = org.requests().len();
    let never = sandbox.run(&arguments(&["--dpop", "never"]));
    never.refused(4, &["demands DPoP", "--dpop auto"]);
    assert_eq!(writes(&org.requests()[before..]), Vec::<String>::new());
    let steps = sandbox.run(&arguments(&["--format", "json"])).json();
    assert_eq!(outcomes(&steps)[1], "app unchanged");
    let token = sandbox.run(&["token", "get", "--format", "json"]).json();
    assert_eq!(token["token_type"], "DPoP");
    drop(sandbox.run(&["api", "GET", "/api/v1/users?limit=1"]).json());
}

#[test]
fn setup_makes_an_app_whose_tokens_are_bound() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    drop(sandbox.run(&arguments(&["--dpop", "always", "--format", "json"])).json());
    let client = sandbox.run(&["client", "show", "--format", "json"]).json();
    assert_eq!(client["dpop_bound_access_tokens"], true);
    assert!(sandbox.read(".config/okta-m2m/config.toml").contains("dpop = \"always\""));
    sandbox.run(&["token", "get", "--dpop", "never"]).refused(4, &["--dpop auto"]);
    let token = sandbox.run(&["token", "get", "--format", "json"]).json();
    assert_eq!(token["token_type"], "DPoP");
}

#[test]
fn an_oauth_client_can_administer_the_org_in_the_place_of_an_api_token() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let scopes = "okta.apps.manage,okta.clients.manage,okta.clients.register,\
                  okta.appGrants.manage,okta.roles.manage";
    let setup = [
        "setup",
        "--name",
        "admin",
        "--key",
        "admin.jwk",
        "--alg",
        "ES256",
        "--profile",
        "admin",
        "--role",
        "SUPER_ADMIN",
        "--scope",
        scopes,
    ];
    drop(sandbox.run(&setup).stdout());
    let sandbox = sandbox.without_variable("OKTA_M2M_ADMIN_TOKEN");
    let arguments = arguments(&["--admin-profile", "admin", "--format", "json"]);
    let service = sandbox.run(&arguments).json();
    assert_eq!(service["changed"], true);
    let list = ["client", "list", "--admin-profile", "admin", "--format", "json"];
    assert_eq!(sandbox.run(&list).json().as_array().unwrap().len(), 2);
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

#[test]
fn a_dry_run_says_what_of_the_profile_the_run_would_change() {
    let org = org();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    assert_eq!(sandbox.run(&SETUP).code, 0);
    let profile = || {
        let plan = sandbox.run(&arguments(&["--dry-run", "--format", "json"])).json();
        outcomes(&plan)[4].clone()
    };
    assert_eq!(profile(), "profile unchanged");
    let config = sandbox.read(".config/okta-m2m/config.toml");
    let never = sandbox.run(&arguments(&["--dry-run", "--format", "json", "--dpop", "never"]));
    assert_eq!(outcomes(&never.json())[4], "profile planned");
    for more in ["auth_server = \"default\"", "kid = \"pinned\""] {
        sandbox.write(".config/okta-m2m/config.toml", &format!("{config}{more}\n"));
        assert_eq!(profile(), "profile planned", "{more}");
        assert_eq!(sandbox.run(&SETUP).code, 0);
        assert_eq!(profile(), "profile unchanged", "{more}");
    }
}
