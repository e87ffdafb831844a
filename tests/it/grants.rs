//! Scopes that are granted while something goes wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use okta_emulator::{Emulator, EmulatorConfig, Fault};
use serde_json::{Value, json};
use tests::{Outcome, Sandbox, is_skipped};

use crate::{ready, sandbox};

const SCOPES: &str =
    "okta.apps.read,okta.clients.read,okta.groups.read,okta.logs.read,okta.roles.read";

/// A service that has `okta.users.read`, and where its grants are.
fn world() -> (Emulator, Sandbox, String) {
    let (org, sandbox) = ready();
    let shown = sandbox.run(&["client", "show", "--format", "json"]).json();
    let path = format!("/api/v1/apps/{}/grants", shown["app_id"].as_str().unwrap());
    (org, sandbox, path)
}

fn posts(org: &Emulator, path: &str) -> usize {
    org.requests().iter().filter(|it| it.method == "POST" && it.path == path).count()
}

fn add(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(&[&["grant", "add", "--scope", SCOPES, "--format", "json"], more].concat())
}

fn outcomes(outcome: &Outcome) -> Vec<String> {
    let results: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results = results.as_array().unwrap().clone();
    results.iter().map(|it| it["outcome"].as_str().unwrap().to_owned()).collect()
}

/// The scopes that were asked for by POST, in order.
fn posted(org: &Emulator, path: &str) -> Vec<String> {
    let requests = org.requests();
    let posts = requests.iter().filter(|it| it.method == "POST" && it.path == path);
    let scope = |body: &str| serde_json::from_str::<Value>(body).unwrap()["scopeId"].to_string();
    posts.map(|it| scope(&it.body)).collect()
}

#[track_caller]
fn assert_all_granted(sandbox: &Sandbox) {
    let grants = sandbox.run(&["grant", "list", "--format", "json"]).json();
    let mut scopes: Vec<_> =
        grants.as_array().unwrap().iter().map(|it| it["scope"].as_str().unwrap()).collect();
    scopes.sort_unstable();
    let expected: Vec<_> = SCOPES.split(',').chain(["okta.users.read"]).collect();
    assert_eq!(scopes, expected);
}

#[test]
fn g_01_the_rest_is_granted_by_the_next_run() {
    let (org, sandbox, path) = world();
    let unavailable = Fault::answer(&path, 403).for_method("POST").with_body(
        "application/json",
        json!({"errorCode": "E0000006", "errorSummary": "no", "errorId": "oae1", "errorCauses": []}).to_string(),
    );
    // Two go through, and then the rights are gone once.
    assert_eq!(
        sandbox.run(&["grant", "add", "--scope", "okta.apps.read,okta.clients.read"]).code,
        0
    );
    org.inject(unavailable);
    let partly = add(&sandbox, &[]);
    assert_eq!(partly.code, 10, "{partly}");
    let expected = ["already_granted", "already_granted", "refused", "granted", "granted"];
    assert_eq!(outcomes(&partly), expected);
    assert!(partly.stderr.contains("okta-m2m grant add --client-id"), "{partly}");
    let again = add(&sandbox, &[]);
    let granted = outcomes(&again).iter().filter(|it| *it == "granted").count();
    assert_eq!((again.code, granted), (0, 1), "{again}");
    assert_all_granted(&sandbox);
}

#[test]
fn g_02_a_scope_that_is_granted_already_is_asked_for_once() {
    let (org, sandbox, path) = world();
    assert_eq!(add(&sandbox, &[]).code, 0);
    let before = posted(&org, &path).len();
    let again = add(&sandbox, &[]);
    assert_eq!(outcomes(&again), ["already_granted"; 5]);
    assert_eq!(posted(&org, &path).len(), before);
}

#[test]
fn g_03_an_unknown_scope_stops_no_other() {
    let (_org, sandbox, _) = world();
    let some = add(&sandbox, &["--scope", "okta.unheard.of"]);
    assert_eq!(some.code, 5, "{some}");
    assert_eq!(outcomes(&some).iter().filter(|it| *it == "granted").count(), 5);
    assert_all_granted(&sandbox);
}

#[test]
fn g_05_a_list_that_leads_elsewhere_is_not_followed() {
    let (org, sandbox, path) = world();
    let list = |next: &str| {
        Fault::answer(&path, 200)
            .for_method("GET")
            .with_header("link", format!("<{next}>; rel=\"next\""))
            .with_body("application/json", "[]")
    };
    for next in ["https://evil.example/api/v1/apps", "//evil.example/x", "http://127.0.0.1:9/"] {
        org.inject(list(next));
        let before = posted(&org, &path).len();
        let outcome = add(&sandbox, &[]);
        assert_eq!(outcome.code, 8, "{next}: {outcome}");
        assert_eq!(posted(&org, &path).len(), before, "{next}");
    }
    // A page that names itself would be read for ever.
    org.inject(list(&format!("{}{path}", org.org_url())));
    assert_eq!(add(&sandbox, &[]).code, 8);
}

#[test]
fn g_06_a_rate_limit_on_the_way_is_waited_out_and_doubles_nothing() {
    let (org, sandbox, path) = world();
    org.inject(Fault::rate_limited(&path, Duration::from_secs(1)).for_method("POST"));
    let outcome = add(&sandbox, &[]);
    assert_eq!(outcomes(&outcome), ["granted"; 5], "{outcome}");
    // The one that was limited was sent twice, and had no effect the first time.
    assert_eq!(posted(&org, &path).len(), 1 + 6);
    assert_all_granted(&sandbox);
}

#[test]
fn g_07_a_kill_between_two_grants_is_made_good_by_the_next_run() {
    if is_skipped("strace") {
        return;
    }
    let command = ["grant", "add", "--scope", SCOPES, "--format", "json"];
    let mut kills = 0;
    for at in 1..=6 {
        let (_org, sandbox, _) = world();
        let inject = format!("inject=sendto:signal=SIGKILL:when={at}");
        let strace =
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        kills += u32::from(sandbox.run_under(&strace, &command).code == 128 + 9);
        assert_eq!(add(&sandbox, &[]).code, 0);
        assert_all_granted(&sandbox);
    }
    assert!(kills >= 5, "{kills}");
}

#[test]
fn g_03_all_or_nothing_leaves_what_was_there_before() {
    let (org, sandbox, path) = world();
    let granted = || sandbox.run(&["grant", "list"]).stdout();
    let before = granted();
    let words = ["grant", "add", "--all-or-nothing", "--format", "json", "--scope"];
    let add = |scopes: &str| sandbox.run(&[&words[..], &[scopes]].concat());
    let refused = add("okta.users.read okta.groups.read okta.nonsense.read okta.apps.read");
    assert_eq!(refused.code, 5, "{refused}");
    let expected = ["taken_back", "taken_back", "refused", "already_granted"];
    assert_eq!(outcomes(&refused), expected);
    assert_eq!(granted(), before);

    // What cannot be taken back is named.
    org.inject(Fault::answer(format!("{path}/"), 503).for_method("DELETE").times(9));
    let left = add("okta.groups.read okta.nonsense.read");
    assert_eq!(outcomes(&left), ["granted", "refused"]);
    assert_eq!(left.code, 10, "{left}");
    let command = " --all-or-nothing --scope \\\"okta.groups.read okta.nonsense.read\\\"";
    assert!(left.stderr.contains(command), "{left}");
    // Until that is settled, it is not mixed up with others; what is left of the fault is used up on the way.
    let others = add("okta.users.read okta.apps.read");
    assert_eq!((others.code, others.stdout.as_str()), (10, ""), "{others}");
    assert!(others.stderr.contains(command), "{others}");
    for _ in 0..9 {
        if add("okta.groups.read okta.nonsense.read").code == 5 {
            break;
        }
    }
    assert_eq!(granted(), before);
    assert_eq!(add("okta.users.read okta.apps.read").code, 0);
}

#[test]
fn g_03_what_was_granted_without_an_answer_is_taken_back_too() {
    let (org, sandbox, path) = world();
    let before = sandbox.run(&["grant", "list"]).stdout();
    org.inject(Fault::lost_response(&path).for_method("POST"));
    org.inject(Fault::answer(&path, 503).for_method("POST").times(9));
    let failed = sandbox.run(&["grant", "add", "--all-or-nothing", "--scope", "okta.groups.read"]);
    assert_eq!(failed.code, 8, "{failed}");
    assert_eq!(sandbox.run(&["grant", "list"]).stdout(), before);
}

#[test]
fn g_03_a_run_that_was_killed_is_taken_up_by_the_same_command() {
    let (org, sandbox, path) = world();
    let before = sandbox.run(&["grant", "list"]).stdout();
    org.inject(Fault::silence(&path).for_method("POST"));
    let add = ["grant", "add", "--all-or-nothing", "--scope", "okta.apps.read,okta.nonsense.read"];
    let sent = posts(&org, &path);
    let mut child = sandbox.spawn(&add);
    while posts(&org, &path) == sent {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_ne!(sandbox.run(&["grant", "list"]).stdout(), before, "half of it is granted");
    let again = sandbox.run(&add);
    assert_eq!(again.code, 5, "{again}");
    assert_eq!(sandbox.run(&["grant", "list"]).stdout(), before);
}

#[test]
fn g_03_without_a_journal_nothing_is_granted() {
    let (org, sandbox, path) = world();
    sandbox.write("file", "");
    let nowhere = format!("OKTA_M2M_STATE_DIR={}/file/x", sandbox.path().display());
    let add = ["grant", "add", "--all-or-nothing", "--scope", "okta.apps.read"];
    let before = posts(&org, &path);
    sandbox.run_under(&["env", &nowhere], &add).refused(3, &["no journal can be kept in"]);
    assert_eq!(posts(&org, &path), before);
}

/// A hint can be run as it stands, once the file is named.
#[test]
fn who_says_nowhere_how_to_administer_is_told_with_the_command() {
    let (org, sandbox) = ready();
    let call = ["api", "/api/v1/groups"];
    let hint = |sandbox: &Sandbox| {
        let refused = sandbox.run(&call);
        assert_eq!(refused.code, 4, "{refused}");
        refused.stderr.lines().last().unwrap().to_owned()
    };
    let command = "once it is granted: okta-m2m grant add --client-id m2m-svc-";
    let said = hint(&sandbox);
    assert!(said.contains(command) && said.ends_with("--scope \"okta.groups.read\""), "{said}");
    let sandbox = sandbox.without_variable("OKTA_M2M_ADMIN_TOKEN");
    let said = hint(&sandbox);
    assert!(said.ends_with("--scope \"okta.groups.read\" --admin-token-file FILE"), "{said}");

    sandbox.write("admin-token", org.admin_token());
    let add = ["grant", "add", "--scope", "okta.groups.read", "--admin-token-file", "admin-token"];
    let closed = sandbox.run(&add);
    assert!(closed.code == 0 && !closed.stderr.contains("open to others"), "{closed}");
    let path = sandbox.path().join("admin-token");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = sandbox.run(&add);
    assert!(open.code == 0, "{open}");
    assert!(
        open.stderr.contains("the file of the API token is open to others (mode 0644)"),
        "{open}"
    );
}

/// However the credential and the org were found, the command of a hint finds them the same way.
#[test]
fn a_hint_names_credential_and_org_as_the_command_did() {
    let (org, sandbox) = ready();
    let sandbox = sandbox.without_variable("OKTA_M2M_ADMIN_TOKEN");
    sandbox.write("admin token", org.admin_token());
    let hint = |sandbox: &Sandbox, flags: &[&str]| {
        let words = [&["client-key", "activate", "--kid", "none"][..], flags].concat();
        let refused = sandbox.run(&words);
        let hint = refused.stderr.lines().last().unwrap().to_owned();
        assert!(hint.starts_with("hint: okta-m2m client-key list --client-id "), "{refused}");
        hint
    };
    let named = hint(&sandbox, &["--admin-token-file", "admin token"]);
    assert!(named.ends_with(" --admin-token-file 'admin token'"), "{named}");
    // As Terraform and Okta's SDKs are told.
    let ambient = sandbox.with_variable("OKTA_CLIENT_ORGURL", org.org_url());
    let url = org.org_url();
    let file = format!("okta:\n  client:\n    orgUrl: {url}\n    token: {}\n", org.admin_token());
    ambient.write("okta.yaml", &file);
    let named = hint(&ambient, &[]);
    assert!(!named.contains("--admin"), "{named}");
}

/// An administrator's credential goes to no other org than before.
#[test]
fn the_command_of_a_hint_goes_to_the_same_org() {
    let org = || Emulator::start(EmulatorConfig::default()).unwrap();
    let (org, other, sandbox) = (org(), org(), sandbox());
    for (profile, org) in [("other", &other), ("mine", &org)] {
        sandbox.write("admin-token", org.admin_token());
        let words = [
            "setup",
            "--alg",
            "ES256",
            "--name",
            "svc",
            "--key",
            profile,
            "--profile",
            profile,
            "--role",
            "APP_ADMIN",
        ];
        let flags = [
            "--org-url",
            org.org_url(),
            "--scope",
            "okta.apps.read",
            "--admin-token-file",
            "admin-token",
        ];
        let made = sandbox.run(&[&words[..], &flags].concat());
        assert_eq!(made.code, 0, "{made}");
    }
    assert_eq!(sandbox.run(&["profile", "use", "other"]).code, 0);
    let words = ["client-key", "activate", "--kid", "none", "--profile", "mine"];
    let refused = sandbox.run(&[&words[..], &["--admin-token-file", "admin-token"]].concat());
    let hint = refused.stderr.lines().last().unwrap();
    let command: Vec<_> = hint.split(' ').skip(2).collect();
    let seen = other.requests().len();
    let listed = sandbox.run(&command);
    assert_eq!((listed.code, other.requests().len()), (0, seen), "{hint}: {listed}");
}

#[test]
fn a_role_that_is_none_is_named_with_the_nearest() {
    let sandbox = ready().1;
    sandbox.run(&["role", "assign", "--role", "readonly_admin"]).refused(
        2,
        &["`readonly_admin`: the role is neither", "hint: the nearest is --role READ_ONLY_ADMIN"],
    );
    // The nearest role is not the one to take away.
    let revoked = sandbox.run(&["role", "revoke", "--role", "readonly_admin"]);
    assert!(revoked.code == 2 && !revoked.stderr.contains("--role READ"), "{revoked}");
}
