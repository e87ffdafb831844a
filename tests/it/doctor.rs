//! `doctor` names the known cause in each of many broken set-ups, and the command that mends it.

mod access;
mod app;
mod org;
mod scope_and_role;
mod settings;
mod way;
mod world;

use serde_json::{Value, json};

use world::World;

const CHECKS: [&str; 15] = [
    "settings",
    "key_file",
    "connection",
    "clock",
    "org_url",
    "auth_server",
    "admin",
    "client",
    "key_ids",
    "key",
    "dpop",
    "scopes",
    "token",
    "role",
    "rate_limit",
];

#[test]
fn nothing_is_wrong_with_what_setup_made_and_every_check_says_so() {
    let world = World::new();
    let report = world.doctor(&["--admin-token-file", "admin-token"]).report();
    assert_eq!(report["status"], "ok", "{report}");
    let findings = report["findings"].as_array().unwrap();
    let names: Vec<_> = findings.iter().map(|it| it["check"].as_str().unwrap()).collect();
    assert_eq!(names, CHECKS);
    for finding in findings {
        assert_eq!(finding["status"], "ok", "{finding}");
        assert_eq!(finding["hint"], Value::Null, "{finding}");
    }
}

#[test]
fn without_an_administrator_it_is_said_what_is_taken_from_the_token_endpoint() {
    let world = World::new();
    let report = world.doctor(&[]).report();
    assert_eq!(report["status"], "ok", "{report}");
    let skipped = |it: &&Value| it["status"] == "skipped";
    let findings = report["findings"].as_array().unwrap().iter();
    let skipped: Vec<_> = findings.filter(skipped).map(|it| it["check"].clone()).collect();
    assert_eq!(skipped, ["admin", "key_ids"]);
    let message = |check: &str| world::finding(&report, check)["message"].clone();
    assert!(message("admin").as_str().unwrap().contains("the token endpoint's answer"));
    assert_eq!(message("client"), "the token endpoint takes the client");
}

#[test]
fn a_client_that_may_read_apps_is_shown_its_own() {
    let world = World::with_scopes("okta.apps.read");
    let report = world.doctor(&[]).report();
    let client = world::finding(&report, "client");
    assert_eq!(client["evidence"]["app_status"], "ACTIVE", "{report}");
    let registered = &world::finding(&report, "key")["evidence"]["registered"];
    assert_eq!(registered[0]["status"], "ACTIVE", "{report}");
}

#[test]
fn a_token_is_asked_for_and_none_is_kept_or_taken_from_the_cache() {
    let world = World::new();
    let kept = world.sandbox.run(&["token", "get"]).stdout();
    let asked = || world.org.requests().iter().filter(|it| it.path.ends_with("/token")).count();
    let before = asked();
    drop(world.doctor(&[]).report());
    assert_eq!(asked() - before, 1);
    assert_eq!(world.sandbox.run(&["token", "get"]).stdout(), kept);
    assert_eq!(asked() - before, 1);
    drop(world.sandbox.run(&["cache", "clean", "--all"]).stdout());
    drop(world.doctor(&[]).report());
    assert_eq!(world.sandbox.run(&["cache", "list"]).stdout(), "");
}

#[test]
fn what_changes_an_org_is_seen_by_the_look_for_it() {
    let changes = world::changes(&World::new().org.requests());
    assert_eq!(changes.iter().filter(|it| it.starts_with("POST /api/v1/apps")).count(), 2);
    assert_eq!(changes.iter().filter(|it| it.ends_with("/roles")).count(), 1, "{changes:?}");
}

#[test]
fn a_person_reads_aligned_lines_and_the_first_failure_last() {
    let world = World::new();
    let outcome = world.sandbox.run(&[
        "doctor",
        "--dpop",
        "never",
        "--kid",
        "wrong",
        "--admin-token-file",
        "admin-token",
    ]);
    assert_eq!(outcome.code, 4, "{outcome}");
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert!(lines[0].starts_with("ok       settings     org_url"), "{outcome}");
    let at = lines.iter().position(|line| line.starts_with("failure  key          ")).unwrap();
    let hint = "hint: okta-m2m doctor --dpop never --admin-token-file admin-token --kid {kid}";
    let hint = world.fill(hint);
    assert_eq!(lines[at + 1].trim_start(), hint);
    assert!(outcome.stderr.starts_with("error: `key`: the org knows the key as"), "{outcome}");
    assert!(outcome.stderr.trim_end().ends_with(&hint), "{outcome}");
    let coloured = world.sandbox.run(&["doctor", "--color", "always"]).stdout();
    assert!(coloured.starts_with("\u{1b}[32mok\u{1b}[0m       settings     "), "{coloured:?}");
    let alone = world.sandbox.run(&["doctor"]).stdout();
    assert!(!alone.contains('\u{1b}'), "{alone:?}");
}

#[test]
fn a_client_with_a_secret_at_a_custom_server_is_examined_too() {
    let secret = "0123456789abcdef0123456789abcdef";
    let credentials = json!({
        "token_endpoint_auth_method": "client_secret_basic",
        "client_secret": secret,
    });
    let settings = json!({
        "application_type": "service",
        "grant_types": ["client_credentials"],
        "response_types": ["token"],
    });
    let world = World::new().for_app(&credentials, &settings).profile("key = ", "# key = ");
    world.sandbox.write("secret", secret);
    let flags =
        ["--auth-server", "default", "--scope", "api:read", "--client-secret-file", "secret"];
    let report = world.doctor(&flags).report();
    assert_eq!(report["status"], "ok", "{report}");
    assert_eq!(world::finding(&report, "token")["evidence"]["scope"], "api:read");
    assert_eq!(world::finding(&report, "key")["status"], "skipped");
    let outcome = world.doctor(&[&flags[..], &world::ADMIN].concat()).outcome;
    assert_eq!(outcome.json()["status"], "ok");
}
