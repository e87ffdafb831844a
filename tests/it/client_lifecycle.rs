//! Service apps that are changed, switched off and on, and deleted.

use okta_emulator::{Emulator, Fault};
use serde_json::{Value, json};
use tests::{Outcome, Sandbox};

use crate::ready;

/// Runs `client` with these words.
pub(crate) fn run(sandbox: &Sandbox, words: &str) -> Outcome {
    let words: Vec<_> = ["client"].into_iter().chain(words.split(' ')).collect();
    sandbox.run(&words)
}

/// How often the org's apps were to be changed.
pub(crate) fn writes(org: &Emulator) -> usize {
    org.requests()
        .iter()
        .filter(|it| it.method != "GET" && it.path.starts_with("/api/v1/apps"))
        .count()
}

/// The app as the org has it, every member.
fn whole(org: &Emulator, app: &str) -> Value {
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let url = format!("{}/api/v1/apps/{app}", org.org_url());
    let token = format!("SSWS {}", org.admin_token());
    let mut answer = agent.get(&url).header("authorization", token).call().unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

fn app_id(sandbox: &Sandbox) -> String {
    run(sandbox, "show --format json").json()["app_id"].as_str().unwrap().to_owned()
}

#[test]
fn an_update_changes_what_is_named_and_nothing_else() {
    let (org, sandbox) = ready();
    let app = app_id(&sandbox);
    let before = whole(&org, &app);
    let shown = run(&sandbox, "update --name other --dpop-bound true --format json").json();
    assert_eq!(
        (&shown["label"], &shown["dpop_bound_access_tokens"]),
        (&"other".into(), &true.into())
    );
    let mut expected = before;
    expected["label"] = "other".into();
    expected["settings"]["oauthClient"]["dpop_bound_access_tokens"] = true.into();
    let mut after = whole(&org, &app);
    for app in [&mut expected, &mut after] {
        app["lastUpdated"] = Value::Null;
    }
    assert_eq!(after, expected);

    let before = writes(&org);
    let again = run(&sandbox, "update --name other");
    assert!(again.code == 0 && again.stderr.contains("nothing to change"), "{again}");
    assert_eq!(writes(&org), before);
    run(&sandbox, "update").refused(2, &["--name"]);
}

#[test]
fn keys_that_would_be_lost_are_named_and_kept_unless_told_otherwise() {
    let (org, sandbox) = ready();
    let kid = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let lost = format!("the stored keys {}", kid.trim_end());
    let update = "update --jwks-uri https://keys.example/jwks.json";
    let before = writes(&org);
    run(&sandbox, update).refused(2, &[&lost, "Nobody can be asked", "--yes"]);
    assert_eq!(writes(&org), before);
    let shown = run(&sandbox, &format!("{update} --yes --format json")).json();
    assert_eq!(shown["jwks"], json!([]));
    let app = whole(&org, &app_id(&sandbox));
    assert_eq!(app["settings"]["oauthClient"]["jwks_uri"], "https://keys.example/jwks.json");

    sandbox.write("svc.jwks", &sandbox.run(&["key", "public", "svc.jwk"]).stdout());
    assert_eq!(run(&sandbox, "update --jwks svc.jwks").code, 0, "a URL is no loss");
    assert_eq!(sandbox.run(&["token", "get", "--no-cache"]).code, 0);
}

#[test]
fn what_somebody_else_changes_between_reading_and_writing_is_kept() {
    let (org, sandbox) = ready();
    let app = app_id(&sandbox);
    let mut other = whole(&org, &app);
    other["label"] = "by somebody else".into();
    // The first reading is of the time before.
    let path = format!("/api/v1/apps/{app}");
    org.inject(Fault::answer(path, 200).with_body("application/json", other.to_string()));
    let before = writes(&org);
    run(&sandbox, "update --dpop-bound true").refused(5, &["was changed by somebody else"]);
    assert_eq!(writes(&org), before);
}

#[test]
fn an_app_is_switched_off_and_on() {
    let (_org, sandbox) = ready();
    let off = run(&sandbox, "deactivate --format json").json();
    assert_eq!(off["status"], "INACTIVE");
    let token = ["token", "get", "--no-cache"];
    let refused = sandbox.run(&token);
    assert_eq!(refused.code, 4, "{refused}");
    assert_eq!(run(&sandbox, "activate --format json").json()["status"], "ACTIVE");
    assert_eq!(sandbox.run(&token).code, 0);
}

#[test]
fn an_app_is_deleted_when_that_is_meant() {
    let (org, sandbox) = ready();
    let shown = run(&sandbox, "show --format json").json();
    let (client_id, app) =
        (shown["client_id"].as_str().unwrap(), shown["app_id"].as_str().unwrap());
    let before = writes(&org);
    run(&sandbox, "delete").refused(2, &["`svc`", "Nobody can be asked", "--yes"]);
    assert_eq!(writes(&org), before);
    let forbidden = Fault::answer(format!("/api/v1/apps/{app}"), 503).for_method("DELETE").times(9);
    org.inject(forbidden);
    let command = format!("hint: okta-m2m client delete --client-id {app} --yes");
    run(&sandbox, "delete --yes").refused(10, &[&command]);
    // What is left of the fault is used up by looking for what is not there.
    let mut again = run(&sandbox, "delete --yes --format json");
    for _ in 0..9 {
        if again.code == 0 {
            break;
        }
        again = run(&sandbox, "delete --yes --format json");
    }
    assert_eq!(again.json(), json!({"client_id": client_id, "deleted": true}));
    let none = format!("no service app with the client id `{client_id}`");
    run(&sandbox, "delete --yes").refused(5, &[&none, "hint: okta-m2m client list"]);
}
