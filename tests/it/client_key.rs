//! The keys of a service app, one by one.

use okta_emulator::{Emulator, Fault};
use serde_json::Value;
use tests::{Outcome, Sandbox};

use crate::ready;

fn run(sandbox: &Sandbox, words: &str) -> Outcome {
    let words: Vec<_> = ["client-key"].into_iter().chain(words.split(' ')).collect();
    sandbox.run(&words)
}

fn listed(sandbox: &Sandbox) -> Vec<Value> {
    run(sandbox, "list --format json").json()["keys"].as_array().unwrap().clone()
}

/// A service with a second key at the org, which goes by `next`.
fn with_next() -> (Emulator, Sandbox) {
    let (org, sandbox) = ready();
    let generate = ["key", "generate", "--alg", "ES256", "--kid", "=next", "-o", "next.jwk"];
    sandbox.write("next.jwks", &sandbox.run(&generate).stdout());
    assert!(run(&sandbox, "add --jwks next.jwks").stdout().contains("next  added"));
    (org, sandbox)
}

fn writes(org: &Emulator) -> usize {
    org.requests().iter().filter(|it| it.method != "GET" && it.path.contains("/jwks")).count()
}

#[test]
fn a_key_is_added_once() {
    let (org, sandbox) = with_next();
    let before = writes(&org);
    let again = run(&sandbox, "add --jwks next.jwks --format json").json();
    assert_eq!((&again[0]["kid"], &again[0]["outcome"]), (&"next".into(), &"already_added".into()));
    assert_eq!(writes(&org), before);
    // The private half of a key is no public key, and is not sent.
    run(&sandbox, "add --jwks next.jwk").refused(3, &["private"]);
    let token = ["token", "get", "--no-cache", "--key", "next.jwk"];
    assert_eq!(sandbox.run(&token).code, 0, "the org takes assertions of the new key");
}

#[test]
fn another_key_under_a_kid_that_is_taken_is_not_sent() {
    let (org, sandbox) = with_next();
    let generate = ["key", "generate", "--alg", "ES384", "--kid", "=next", "-o", "other.jwk"];
    sandbox.write("other.jwks", &sandbox.run(&generate).stdout());
    let before = writes(&org);
    run(&sandbox, "add --jwks other.jwks").refused(5, &["another key under the `kid` `next`"]);
    assert_eq!(writes(&org), before);
}

#[test]
fn a_key_goes_through_its_life_by_each_of_its_names() {
    let (_org, sandbox) = with_next();
    let key = listed(&sandbox).into_iter().find(|key| key["kid"] == "next").unwrap();
    let id = key["id"].as_str().unwrap();
    let thumbprint = sandbox.run(&["key", "thumbprint", "next.jwk"]).stdout();
    run(&sandbox, "delete --kid next --yes").refused(5, &["is active", "deactivate --kid next"]);
    assert_eq!(run(&sandbox, &format!("deactivate --kid {id}")).stdout(), "next  deactivated\n");
    let again = run(&sandbox, &format!("deactivate --kid={}", thumbprint.trim_end()));
    assert_eq!(again.stdout(), "next  unchanged\n");
    let token = ["token", "get", "--no-cache", "--key", "next.jwk"];
    sandbox.run(&token).refused(4, &["kid is invalid"]);
    assert_eq!(run(&sandbox, "activate --kid next").stdout(), "next  activated\n");
    assert_eq!(sandbox.run(&token).code, 0);

    assert_eq!(run(&sandbox, "deactivate --kid next").code, 0);
    run(&sandbox, "delete --kid next").refused(2, &["Nobody can be asked", "--yes"]);
    let deleted = run(&sandbox, "delete --kid next --yes --format json").json();
    assert_eq!(deleted["outcome"], "deleted");
    run(&sandbox, "activate --kid next").refused(5, &["has no key `next`; it has: "]);
}

#[test]
fn the_key_that_this_machine_signs_with_is_not_switched_off_by_mistake() {
    let (org, sandbox) = with_next();
    let local = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let deactivate = format!("deactivate --kid={}", local.trim_end());
    let before = writes(&org);
    run(&sandbox, &deactivate).refused(2, &["This machine signs with that key", "rotate"]);
    assert_eq!(writes(&org), before);
    assert_eq!(run(&sandbox, &format!("{deactivate} --yes")).code, 0);
    // The last active key is Okta's to keep.
    run(&sandbox, "deactivate --kid next").refused(5, &["only active JSON Web Key"]);
}

#[test]
fn a_list_says_whose_a_key_is_how_old_and_when_it_was_used() {
    let (org, sandbox) = with_next();
    assert_eq!(sandbox.run(&["token", "get", "--force-refresh"]).code, 0);
    let local = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let keys = listed(&sandbox);
    let of = |kid: &str| keys.iter().find(|key| key["kid"] == kid).unwrap();
    let (ours, next) = (of(local.trim_end()), of("next"));
    assert_eq!((&ours["local"], &next["local"]), (&true.into(), &false.into()));
    assert!(ours["last_used"].is_string() && next["last_used"].is_null(), "{keys:?}");
    assert!(ours["age_s"].as_u64().unwrap() < 60, "{ours}");
    let text = run(&sandbox, "list").stdout();
    assert!(text.contains("less than a day old  this machine signs with it  last used"), "{text}");

    assert_eq!(run(&sandbox, "list --max-age 90d").code, 0);
    let path = format!("/api/v1/apps/{}/credentials/jwks", app_id(&sandbox));
    let key = |kid: &str, status: &str, created: &str| serde_json::json!({"kid": kid, "id": "pks1", "status": status, "created": created});
    let listing = [
        key("ancient", "ACTIVE", "2020-01-01T00:00:00.000Z"),
        key("retired", "INACTIVE", "2020-01-01T00:00:00.000Z"),
        key("undated", "ACTIVE", "soon"),
    ];
    let listing = Value::from(listing.to_vec()).to_string();
    org.inject(Fault::answer(path, 200).with_body("application/json", listing));
    let late = run(&sandbox, "list --max-age 90d --format json");
    assert_eq!(late.code, 1, "{late}");
    assert!(late.stderr.contains("older than 7776000 s: ancient\""), "{late}");
    assert!(late.stderr.contains("client-key rotate") && late.stdout.contains("undated"), "{late}");
}

fn app_id(sandbox: &Sandbox) -> String {
    let shown = sandbox.run(&["client", "show", "--format", "json"]).json();
    shown["app_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_without_a_kid_is_in_the_way_of_a_second_one() {
    let org = Emulator::start(okta_emulator::EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(crate::PROGRAM, &org);
    let generate = ["key", "generate", "--alg", "ES256", "--kid", "none", "-o", "svc.jwk"];
    let jwks = sandbox.run(&generate).json();
    let app = serde_json::json!({
        "client_name": "svc", "application_type": "service", "grant_types": ["client_credentials"],
        "response_types": ["token"], "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks,
    });
    let token = format!("SSWS {}", org.admin_token());
    let url = format!("{}/oauth2/v1/clients", org.org_url());
    let app = tests::post_json_as(("authorization", &token), &url, &app).json();
    let client = app["client_id"].as_str().unwrap();
    sandbox.write("next.jwks", &sandbox.run(&["key", "generate", "-o", "next.jwk"]).stdout());
    let add = format!("add --jwks next.jwks --client-id {client}");
    run(&sandbox, &add).refused(5, &["unique kid when adding multiple keys"]);
    let rotate = format!("rotate --client-id {client} --key svc.jwk --scope okta.users.read");
    run(&sandbox, &rotate).refused(5, &["has no `kid`"]);
}
